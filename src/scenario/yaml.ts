/** Text to tree, safely: limits on size, depth and aliases, duplicate keys found in linear time. */
import { Alias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import { type Problem, ScenarioError, show } from "./errors.ts";
import type { MapEntry, Source, Span, Tree } from "./tree.ts";

/** Largest scenario read [B]. */
export const largestFile = 1_000_000;
const deepest = 60;
const mostAliases = 100;
/** Pieces that aliases may add up to. */
const mostRepeated = 10_000;

/** @throws ScenarioError naming every place where the text is not one YAML mapping */
export function readYaml(source: Source): Tree {
  const { text } = source;
  const whole: Span = { source, start: 0, end: 0 };
  const refuse = (expected: string, got: string, hint: string | null = null, at: Span | null = null): never => {
    throw new ScenarioError([{ path: "", at, expected, got, hint, where: source.name }]);
  };
  if (text.length > largestFile) refuse("a text of at most 1 MB", `${text.length} characters`);
  if (text.includes("\0")) refuse("a text file", "a binary file (it holds NUL characters)");
  if (text.trim() === "")
    refuse('a scenario that begins with "version: 1"', "an empty file", "offramp init writes one to start from");
  if (isDeep(text)) refuse(`at most ${deepest} levels`, "deeper nesting");
  // Keys are compared by Converter: the parser would compare each with each.
  const document = parseDocument<ParsedNode, false>(text, {
    version: "1.2",
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: new LineCounter(),
  });
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    path: "",
    at: { source, start: error.pos[0], end: error.pos[1] },
    ...explain(error.code, error.message),
  }));
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== "1.2")
    problems.push({
      path: "",
      at: whole,
      expected: "YAML 1.2",
      got: `YAML ${document.directives.yaml.version}`,
      hint: null,
    });
  if (problems.length > 0) throw new ScenarioError(atDistinctPlaces(problems));
  if (document.contents === null)
    refuse('a scenario that begins with "version: 1"', "no content", "offramp init writes one to start from");
  const converter = new Converter(source);
  const tree = converter.convert(document.contents!);
  if (converter.problems.length > 0) throw new ScenarioError(converter.problems);
  return tree;
}

/** Nesting beyond what any scenario has, found before a parser that calls itself for each level can see it. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 91 || c === 123) depth++;
    else if (c === 93 || c === 125) depth = Math.max(0, depth - 1);
    if (depth > deepest) return true;
  }
  return /^ {200}/m.test(text) || /(?:[-?:][ \t]+){60}/.test(text);
}

function explain(code: string, message: string): Pick<Problem, "expected" | "got" | "hint"> {
  const got = message.split("\n")[0]!.replace(/[.;].*$/, "");
  const is = (expected: string, what: string, hint: string | null = null) => ({ expected, got: what, hint });
  switch (code) {
    case "MULTIPLE_DOCS":
      return is("one document", "a second one after ---", "give each scenario a file of its own");
    case "TAB_AS_INDENT":
      return is("spaces for indentation", "a tab");
    case "TAG_RESOLVE_FAILED":
      return is("a plain value", got.toLowerCase(), "scenarios use no tags");
    case "BLOCK_AS_IMPLICIT_KEY":
      return is("valid YAML", got.toLowerCase(), "a value with a colon or braces needs quotes");
    default:
      return is("valid YAML", got.charAt(0).toLowerCase() + got.slice(1));
  }
}

/** One mistake often makes a parser stumble several times at one place. */
function atDistinctPlaces(problems: readonly Problem[]): Problem[] {
  const seen = new Set<number>();
  return problems.filter(({ at }) => !seen.has(at!.start) && seen.add(at!.start));
}

class Converter {
  readonly problems: Problem[] = [];
  private readonly source: Source;
  private readonly anchors = new Map<string, ParsedNode>();
  private readonly open = new Set<ParsedNode>();
  private aliases = 0;
  private inAlias = 0;
  private repeated = 0;

  constructor(source: Source) {
    this.source = source;
  }

  convert(node: ParsedNode | null, near?: Span): Tree {
    if (node === null) return { kind: "scalar", at: near ?? this.span(0, 0), value: null };
    const at = this.span(node.range[0], node.range[1]);
    if (node instanceof Alias) return this.follow(node as unknown as Alias, at);
    if (this.inAlias > 0 && ++this.repeated > mostRepeated) {
      if (this.repeated === mostRepeated + 1)
        this.report(at, `aliases that repeat at most ${mostRepeated} values`, "more", "write the values out");
      return { kind: "scalar", at, value: null };
    }
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    this.open.add(node);
    const tree = this.piece(node, at);
    this.open.delete(node);
    return tree;
  }

  private piece(node: ParsedNode, at: Span): Tree {
    if (isSeq(node)) return { kind: "list", at, items: node.items.map((item) => this.convert(item as ParsedNode, at)) };
    if (isMap(node)) {
      const entries: MapEntry[] = [];
      const seen = new Set<string>();
      for (const pair of node.items) {
        const key = pair.key as ParsedNode | null;
        const where = key === null ? at : this.span(key.range[0], key.range[1]);
        const name = isScalar(key) ? scalarKey(key.value, key.source) : null;
        if (name === null) this.report(where, "a name as key", key === null ? "no key" : "a list, map or alias as key");
        else if (seen.has(name)) this.report(where, "each key once", `a second ${show(name)}`, null, name);
        else {
          seen.add(name);
          entries.push({ key: name, at: where, value: this.convert(pair.value as ParsedNode | null, where) });
        }
      }
      return { kind: "map", at, entries };
    }
    const value = isScalar(node) ? (node.value as unknown) : null;
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return { kind: "scalar", at, value };
    return { kind: "scalar", at, value: typeof value === "bigint" ? Number(value) : String(value) };
  }

  private follow(alias: Alias, at: Span): Tree {
    const target = this.anchors.get(alias.source);
    if (target === undefined) this.report(at, "an anchor above", `*${alias.source}, which is not defined`);
    else if (this.open.has(target)) this.report(at, "an anchor above", `*${alias.source}, inside itself`);
    else if (++this.aliases > mostAliases) {
      if (this.aliases === mostAliases + 1)
        this.report(at, `at most ${mostAliases} aliases`, "more", "write the values out");
    } else {
      this.inAlias++;
      const tree = this.convert(target, at);
      this.inAlias--;
      return tree;
    }
    return { kind: "scalar", at, value: null };
  }

  private span(start: number, end: number): Span {
    return { source: this.source, start, end };
  }

  private report(at: Span, expected: string, got: string, hint: string | null = null, path = ""): void {
    this.problems.push({ path, at, expected, got, hint });
  }
}

function scalarKey(value: unknown, written: string | undefined): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" || value === null ? (written ?? String(value)) : null;
}
