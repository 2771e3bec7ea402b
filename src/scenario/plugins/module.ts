/** A user's file as a module: types are taken away, what it exports is looked at. It has the language, and nothing of the machine. */
import type { Reads } from "../../sim/exit-rules/index.ts";
import type { RuleOptionType } from "../../sim/rules/options.ts";
import { show } from "../errors.ts";
import { decodeText, FileFault, type Resources } from "../resources.ts";
import { nearest } from "../suggest.ts";
import { thrownAt } from "./plugin-error.ts";

export interface PluginModule {
  readonly path: string;
  /** Of its text: the same text is the same rule. */
  readonly key: string;
  readonly make: (...given: readonly unknown[]) => unknown;
  readonly options: Readonly<Record<string, RuleOptionType>>;
  readonly describe: string;
  readonly reads: Reads | null;
}

const largest = 1_000_000;
const kinds = ["number", "share", "flag", "choice", "quantity", "threshold"] as const;
const evidence: readonly string[] = ["prediction", "confidence", "entropy", "margin", "logits"];

/** Called with `new`, too, as Date is. */
const forbidden = (what: string, instead: string) =>
  function refuse(): never {
    throw new Error(`${what} is not for rules, whose results must be the same in every run: ${instead}`);
  };

/** Hidden from the file: results would depend on the clock, on chance or on the machine. */
function hidden(): Record<string, unknown> {
  const math = Object.defineProperties({}, Object.getOwnPropertyDescriptors(Math)) as Math;
  Object.defineProperty(math, "random", { value: forbidden("Math.random", "use draw()") });
  const date = Object.assign(forbidden("Date", "use observed.now"), {
    now: forbidden("Date.now", "use observed.now"),
    parse: forbidden("Date.parse", "use observed.now"),
  });
  const none = Object.fromEntries(
    [
      "process",
      "globalThis",
      "global",
      "self",
      "fetch",
      "setTimeout",
      "setInterval",
      "setImmediate",
      "performance",
      "crypto",
      "console",
      "Buffer",
    ].map((name) => [name, undefined]),
  );
  return { ...none, Math: math, Date: date };
}

/** @throws FileFault where the file cannot be used */
export function pluginModule(path: string, resources: Resources): PluginModule {
  const source = decodeText(resources.bytes(path, largest), "a rule as text in UTF-8");
  if (resources.program === undefined) throw new FileFault("a rule that can be read here", show(path));
  const exported = evaluate(path, resources.program(source, path));
  const functions = Object.entries(exported).filter(([, value]) => typeof value === "function");
  const make = exported.default ?? (functions.length === 1 ? functions[0]![1] : undefined);
  if (typeof make !== "function")
    throw new FileFault(
      "one exported function that makes a rule",
      functions.length > 1
        ? `${functions.length} in ${path}: ${functions.map(([name]) => name).join(", ")}`
        : `none in ${path}`,
      "export default the one that is meant",
    );
  return {
    path,
    key: fingerprint(source),
    make: make as PluginModule["make"],
    options: optionsOf(exported.options, path),
    describe: typeof exported.describe === "string" ? exported.describe : `a rule from ${path}`,
    reads: readsOf(exported.reads, path),
  };
}

function evaluate(path: string, code: string): Record<string, unknown> {
  const exports: Record<string, unknown> = {};
  const module = { exports };
  const require = (name: string): never => {
    throw new Error(`import of "${name}": a rule is one file, which imports types alone`);
  };
  const given = { exports, module, require, ...hidden() };
  try {
    const run = new Function(...Object.keys(given), `"use strict";${code}\n//# sourceURL=${path}`);
    run(...Object.values(given));
  } catch (error) {
    const { where, got } = thrownAt(error, path);
    throw new FileFault("a file that is a module", `${got} in ${where}`);
  }
  return module.exports;
}

/** 64 bits of FNV-1a, enough to tell versions of a file apart; the run's inputs carry sha-256. */
function fingerprint(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ (text.charCodeAt(i) + i), 0x85ebca6b);
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}

function readsOf(given: unknown, path: string): Reads | null {
  if (given === undefined) return null;
  if (typeof given === "string" && evidence.includes(given)) return given as Reads;
  throw new FileFault(`export const reads: ${evidence.join(", ")}`, `${show(given)} in ${path}`);
}

function optionsOf(given: unknown, path: string): Record<string, RuleOptionType> {
  if (given === undefined) return {};
  if (given === null || typeof given !== "object") throw new FileFault("export const options: a map of options", path);
  return Object.fromEntries(Object.entries(given).map(([name, option]) => [name, optionOf(name, option, path)]));
}

const reserved: readonly string[] = ["rule", "codec", "reports", "among", "shared", "decision_time"];

function optionOf(name: string, given: unknown, path: string): RuleOptionType {
  const option = (given ?? {}) as Record<string, unknown>;
  const fail = (expected: string, got: unknown, hint: string | null = null): never => {
    throw new FileFault(`option ${name}: ${expected}`, `${show(got)} in ${path}`, hint);
  };
  if (!/^[a-z][a-z0-9_]*$/.test(name) || reserved.includes(name))
    fail(`a name of a-z, 0-9 and _, other than ${reserved.join(", ")}`, name);
  const kind = option.kind as (typeof kinds)[number];
  const near = typeof kind === "string" ? nearest(kind, kinds) : null;
  if (!kinds.includes(kind))
    fail(`a kind: ${kinds.join(", ")}`, option.kind, near === null ? null : `did you mean "${near}"?`);
  const describe = typeof option.describe === "string" ? option.describe : name;
  const number = (key: string, otherwise: number): number => {
    const value = option[key] ?? otherwise;
    return typeof value === "number" && !Number.isNaN(value) ? value : fail(`a number as ${key}`, value);
  };
  const standard = option.default === undefined ? {} : { default: option.default };
  const isFit = (type: string): void => {
    if (option.default !== undefined && typeof option.default !== type) fail(`a ${type} as default`, option.default);
  };
  switch (kind) {
    case "number":
      isFit("number");
      return {
        kind,
        describe,
        least: number("least", -Number.MAX_VALUE),
        most: number("most", Number.POSITIVE_INFINITY),
        whole: option.whole === true,
        ...(standard as { default?: number }),
      };
    case "share":
      isFit("number");
      return { kind, describe, ...(standard as { default?: number }) };
    case "quantity":
      isFit("number");
      if (option.of !== "time" && option.of !== "size") fail("of: time or size", option.of);
      return { kind, describe, of: option.of as "time" | "size", ...(standard as { default?: number }) };
    case "flag":
      if (typeof option.default !== "boolean") fail("true or false as default", option.default);
      return { kind, describe, default: option.default as boolean };
    case "choice": {
      const { words } = option;
      if (!Array.isArray(words) || words.length === 0 || words.some((word) => typeof word !== "string"))
        fail("words: a list of texts", words);
      if (!(words as unknown[]).includes(option.default)) fail("one of its words as default", option.default);
      return { kind, describe, words: words as string[], default: option.default as string };
    }
    case "threshold": {
      const most = number("most", 1);
      return { kind, describe, most: () => most };
    }
  }
}
