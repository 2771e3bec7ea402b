/** What outlines of scenarios are made of. */
import { type Dimension, formatQuantity } from "./quantity.ts";

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
