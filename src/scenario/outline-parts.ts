/** What outlines of scenarios are made of. */
import { type Dimension, formatQuantity } from "./quantity.ts";
import type { Leaf } from "./scenario.ts";

/** A piece of the outline. `text` is what YAML reads back as the same value; `name` is what paths call an item of a list. */
export type Outline =
  | { readonly kind: "leaf"; readonly text: string }
  /** A default that no key can say. */
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "map"; readonly entries: readonly (readonly [key: string, value: Outline])[] }
  | { readonly kind: "list"; readonly items: readonly (readonly [name: string, value: Outline])[] };

export type Entries = (readonly [string, Outline])[];

export const leaf = (text: string | number | boolean): Outline => ({ kind: "leaf", text: String(text) });
export const quoted = (text: string): Outline => leaf(JSON.stringify(text));
export const map = (entries: Entries): Outline => ({ kind: "map", entries });
export const quantity = (dimension: Dimension, value: number): Outline => leaf(sayAmount(dimension, value));

export function sayAmount(dimension: Dimension, value: number): string {
  return value === Number.POSITIVE_INFINITY ? "unbounded" : formatQuantity(dimension, value);
}

export function leafText(dimension: Dimension, value: Leaf): string {
  const say = (v: number): string => sayAmount(dimension, v);
  const list = (values: readonly number[]): string => `[${values.map(say).join(", ")}]`;
  switch (value.kind) {
    case "constant":
      return say(value.value);
    case "exponential":
      return `{ exponential: ${say(value.mean)} }`;
    case "uniform":
      return `{ uniform: { low: ${say(value.low)}, high: ${say(value.high)} } }`;
    case "normal":
      return `{ normal: { mean: ${say(value.mean)}, sd: ${say(value.sd)} } }`;
    case "lognormal":
    case "gamma":
      return `{ ${value.kind}: { mean: ${say(value.mean)}, cv: ${value.cv} } }`;
    case "erlang":
      return `{ erlang: { mean: ${say(value.mean)}, k: ${value.k} } }`;
    case "hyperexponential":
      return `{ hyperexponential: { shares: [${value.shares.join(", ")}], means: ${list(value.means)} } }`;
    case "weibull":
      return `{ weibull: { shape: ${value.shape}, scale: ${say(value.scale)} } }`;
    case "pareto":
      return `{ pareto: { shape: ${value.shape}, minimum: ${say(value.minimum)} } }`;
    case "discrete":
      return `{ discrete: { values: ${list(value.values)}, shares: [${value.shares.join(", ")}] } }`;
    case "empirical":
      return `{ empirical: { file: ${JSON.stringify(value.file ?? "")} } }`;
    case "sequence":
      return `{ sequence: ${list(value.values)} }`;
  }
}

/** Where a plain time means an exponential, a constant says its name. */
export function jitterText(jitter: Leaf): string {
  return jitter.kind === "constant" ? `{ constant: ${sayAmount("time", jitter.value)} }` : leafText("time", jitter);
}
