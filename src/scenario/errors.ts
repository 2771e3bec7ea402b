/** Mistakes in what the user gave: collected, placed in the file, and shown all at once. */
import type { Span } from "./tree.ts";

/** One mistake. Texts are lower case, carry the value, end without a full stop. */
export interface Problem {
  /** Where in the scenario: `links.cell.up`. Empty for the file as a whole. */
  readonly path: string;
  /** Null where no line can be named, as for a file that does not exist. */
  readonly at: Span | null;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | null;
  /** Stands in for the place where `at` is null: the file or option. */
  readonly where?: string;
}

/** A problem found between sections, at the place that `path` names. */
export type Report = (path: string, expected: string, got: string, hint?: string | null) => void;

/** Shown at once; the rest is counted. */
const shown = 100;
const widest = 100;

/** A scenario, option, profile or preset that cannot be used; its message is all that the user is to see. Exit code 2. */
export class ScenarioError extends Error {
  readonly exitCode = 2;
  /** In the order of the file. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const ordered = inOrder(problems);
    super(renderAll(ordered));
    this.name = "ScenarioError";
    this.problems = ordered;
  }
}

export function renderAll(problems: readonly Problem[]): string {
  const ordered = inOrder(problems);
  const texts = ordered.slice(0, shown).map(render);
  if (ordered.length > shown) texts.push(`and ${ordered.length - shown} more`);
  return texts.join("\n\n");
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => position(a) - position(b));
}

function position({ at }: Problem): number {
  if (at === null) return -1;
  return at.source.isOption ? Number.MAX_SAFE_INTEGER : at.start;
}

/** One problem as `file:line:column  path`, expected, got, hint, and the source line with a caret. */
export function render(problem: Problem): string {
  const { path, at, expected, got, hint } = problem;
  const lines: string[] = [];
  const found = at === null ? null : locate(at);
  if (at === null || found === null) lines.push([problem.where ?? "", path].filter((s) => s !== "").join("  "));
  else if (at.source.isOption) lines.push(`${at.source.name}  ${path}`.trimEnd());
  else lines.push(`${at.source.name}:${found.line}:${found.column}  ${path}`.trimEnd());
  lines.push(`  expected  ${expected}`, `  got       ${got}`);
  if (hint !== null) lines.push(`  hint      ${hint}`);
  if (found !== null && at !== null && !at.source.isOption) lines.push(...excerpt(found));
  return lines.map(printable).join("\n");
}

interface Found {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly length: number;
}

function locate({ source, start, end }: Span): Found {
  const { text } = source;
  const from = Math.min(start, text.length);
  const lineStart = text.lastIndexOf("\n", from - 1) + 1;
  const newline = text.indexOf("\n", from);
  const lineEnd = newline < 0 ? text.length : newline;
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < from; i = text.indexOf("\n", i + 1)) line++;
  return {
    line,
    column: from - lineStart + 1,
    text: text.slice(lineStart, lineEnd).replace(/\r$/, ""),
    length: Math.max(1, Math.min(end, lineEnd) - from),
  };
}

function excerpt({ line, column, text, length }: Found): string[] {
  // Of a long line, the part around the mistake.
  const from = column - 1 > widest - 20 ? column - 1 - 40 : 0;
  const part = text.slice(from, from + widest);
  const margin = `  ${line} | ${from > 0 ? "…" : ""}`;
  const carets = Math.max(1, Math.min(length, part.length - (column - 1 - from)));
  return [
    `${margin}${part}${from + widest < text.length ? "…" : ""}`,
    `${" ".repeat(margin.length + column - 1 - from)}${"^".repeat(carets)}`,
  ];
}

/** Control characters as a visible sign, so that a broken file cannot steer the terminal. */
function printable(text: string): string {
  return [...text].map((c) => (c === "\t" ? " " : isControl(c) ? "\u00b7" : c)).join("");
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0)!;
  return (
    code < 32 || (code >= 127 && code < 160) || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
  );
}

/** Problems for programs: those that are shown, with line and column from 1. */
export function problemList({ problems }: ScenarioError): object[] {
  return problems.slice(0, shown).map(({ path, at, expected, got, hint, where }) => {
    const found = at === null || at.source.isOption ? null : locate(at);
    const file = at === null ? (where ?? null) : at.source.name;
    return { file, line: found?.line ?? null, column: found?.column ?? null, path, expected, got, hint };
  });
}

/** A value as a message shows it, shortened. */
export function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Names for a message: `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  if (names.length === 0) return "nothing: none is defined";
  const few = names.length > 12 ? [...names.slice(0, 11), `${names.length - 11} more`] : names;
  return few.length === 1 ? few[0]! : `${few.slice(0, -1).join(", ")} or ${few.at(-1)}`;
}
