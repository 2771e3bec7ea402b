/** Small readers that whole sections are made of. Each says what it reads twice: to the user in messages, to editors as a schema. */
import * as z from "zod";
import { oneOf, show } from "./errors.ts";
import { type Dimension, kinds, parseQuantity } from "./quantity.ts";
import type { Reading } from "./reading.ts";
import { nearest } from "./suggest.ts";
import { itemName, joinPath, type ListTree, type MapTree, type Tree } from "./tree.ts";

/** Reads one piece. Reports what is wrong with it, and gives undefined then. */
export interface Reader<T> {
  readonly read: (tree: Tree, path: string, to: Reading) => T | undefined;
  /** Made when asked for: only the generator of the JSON Schema does. */
  readonly schema: () => z.ZodType;
}

const known = new Map<string, z.ZodType>();

/** A schema under a name of its own, so that the JSON Schema says it once. */
export function namedSchema(id: string, make: () => z.ZodType): z.ZodType {
  const before = known.get(id);
  if (before !== undefined) return before;
  const schema = make().meta({ id });
  known.set(id, schema);
  return schema;
}

export interface Field<T> {
  readonly about: string;
  readonly reader: Reader<T> | null;
  readonly isRequired: boolean;
}

export type Shape = Readonly<Record<string, Field<unknown>>>;
export type Values<S extends Shape> = { [K in keyof S]: (S[K] extends Field<infer T> ? T : never) | undefined };

export const field = <T>(about: string, reader: Reader<T>): Field<T> => ({ about, reader, isRequired: false });
export const required = <T>(about: string, reader: Reader<T>): Field<T> => ({ about, reader, isRequired: true });
/** A key of the format that this version does not know how to honour: refused, never ignored. */
export const later: Field<never> = { about: "not supported yet", reader: null, isRequired: false };

/** A quantity in SI. */
export function quantity(dimension: Dimension, bounds: { readonly isPositive?: boolean } = {}): Reader<number> {
  const kind = kinds[dimension];
  return {
    read(tree, path, to) {
      const value = parseQuantity(dimension, tree.kind === "scalar" ? tree.value : null);
      if (typeof value === "object")
        return to.report(tree.at, path, value.expected, value.got ?? got(tree, to), value.hint);
      if (bounds.isPositive && value === 0)
        return to.wrong(tree, path, `${kind.what} above zero, such as "${kind.example}"`);
      return value;
    },
    schema: () =>
      namedSchema(dimension, () => {
        const form = new RegExp(
          `^${kind.isSigned ? "[+-]?" : ""}([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? ?(${unitPattern(dimension)})$`,
        );
        return z.string().regex(form).describe(`${kind.what} such as "${kind.example}"`);
      }),
  };
}

function unitPattern(dimension: Dimension): string {
  return [...kinds[dimension].units.keys()].map((unit) => unit.replace(/[/$]/g, "\\$&")).join("|");
}

function got(tree: Tree, to: Reading): string {
  const before = to.problems.length;
  to.wrong(tree, "", "");
  return to.problems.splice(before)[0]!.got;
}

/** A whole number, bare. */
export function whole(bounds: { readonly min: number; readonly max?: number }): Reader<number> {
  const max = bounds.max ?? Number.MAX_SAFE_INTEGER;
  const upTo = bounds.max === undefined ? `of at least ${bounds.min}` : `from ${bounds.min} to ${bounds.max}`;
  return {
    read(tree, path, to) {
      const value = tree.kind === "scalar" ? tree.value : null;
      if (typeof value === "number" && Number.isSafeInteger(value) && value >= bounds.min && value <= max)
        return value + 0;
      return to.wrong(tree, path, `a whole number ${upTo}`);
    },
    schema: () => z.number().int().min(bounds.min).max(max),
  };
}

/** A bare number. */
export function plainNumber(bounds: {
  readonly above?: number;
  readonly min?: number;
  readonly max?: number;
}): Reader<number> {
  const limits = [
    bounds.above === undefined ? "" : ` above ${bounds.above}`,
    bounds.min === undefined ? "" : ` of at least ${bounds.min}`,
    bounds.max === undefined ? "" : ` and at most ${bounds.max}`,
  ].join("");
  return {
    read(tree, path, to) {
      const value = tree.kind === "scalar" ? tree.value : null;
      const fits =
        typeof value === "number" &&
        Number.isFinite(value) &&
        value > (bounds.above ?? Number.NEGATIVE_INFINITY) &&
        value >= (bounds.min ?? Number.NEGATIVE_INFINITY) &&
        value <= (bounds.max ?? Number.POSITIVE_INFINITY);
      return fits ? value : to.wrong(tree, path, `a bare number${limits}`);
    },
    schema: () => z.number(),
  };
}

/** A share, `0.95` or `95 %`. */
export const ratio: Reader<number> = {
  read(tree, path, to) {
    const given = tree.kind === "scalar" ? tree.value : null;
    const percent = typeof given === "string" ? /^([+-]?(?:\d+\.?\d*|\.\d+)) ?%$/.exec(given.trim()) : null;
    const value = percent === null ? given : Number(percent[1]) / 100;
    if (typeof value === "number" && value >= 0 && value <= 1) return value + 0;
    const hint = typeof given === "number" && given >= 2 && given <= 100 ? `did you mean "${given} %"?` : null;
    return to.wrong(tree, path, 'a share from 0 to 1, such as 0.95 or "95 %"', hint);
  },
  schema: () => z.union([z.number().min(0).max(1), z.string().regex(/^[0-9.]+ ?%$/)]),
};

export const flag: Reader<boolean> = {
  read: (tree, path, to) =>
    tree.kind === "scalar" && typeof tree.value === "boolean" ? tree.value : to.wrong(tree, path, "true or false"),
  schema: () => z.boolean(),
};

export const text: Reader<string> = {
  read(tree, path, to) {
    const value = tree.kind === "scalar" ? tree.value : null;
    return typeof value === "string" && value.trim() !== "" && value.length <= 500
      ? value
      : to.wrong(tree, path, "a text of 1 to 500 characters");
  },
  schema: () => z.string(),
};

/** One of a few words; those of later versions are named as such. */
export function word<W extends string>(what: string, words: readonly W[], notYet: readonly string[] = []): Reader<W> {
  return {
    read(tree, path, to) {
      const value = tree.kind === "scalar" ? tree.value : null;
      if (typeof value !== "string") return to.wrong(tree, path, `${what}: ${oneOf(words)}`);
      if ((words as readonly string[]).includes(value)) return value as W;
      return notYet.includes(value)
        ? to.later(tree.at, path, show(value), words)
        : to.unknown(tree.at, path, what, value, words);
    },
    schema: () => z.enum(words as readonly [W, ...W[]]),
  };
}

/** A name defined elsewhere in the file. */
export function reference(
  what: string,
  known: (to: Reading) => readonly string[],
  also: readonly string[] = [],
): Reader<string> {
  return {
    read(tree, path, to) {
      const names = [...known(to), ...also];
      const value = tree.kind === "scalar" ? tree.value : null;
      if (typeof value !== "string") return to.wrong(tree, path, `${what}: ${oneOf(names)}`);
      return names.includes(value) ? value : to.unknown(tree.at, path, what, value, names);
    },
    schema: () => z.string(),
  };
}

/** Either a word with a meaning of its own, such as `none`, or what another reader reads. */
export function orWord<T, M>(name: string, meaning: M, reader: Reader<T>): Reader<T | M> {
  return {
    read: (tree, path, to) => (tree.kind === "scalar" && tree.value === name ? meaning : reader.read(tree, path, to)),
    schema: () => z.union([z.literal(name), reader.schema()]),
  };
}

export function asMap(tree: Tree, path: string, to: Reading, expected: string): MapTree | undefined {
  return tree.kind === "map" ? tree : to.wrong(tree, path, expected);
}

/** A map with known keys. Every unknown or missing one is reported; values that could not be read are undefined. */
export function record<S extends Shape>(what: string, shape: S): Reader<Values<S>> {
  const usable = Object.keys(shape).filter((key) => shape[key]!.reader !== null);
  return {
    read(tree, path, to) {
      const map = asMap(tree, path, to, `${what}: a map with ${oneOf(usable).replace(/ or ([^ ]+)$/, " and $1")}`);
      if (map === undefined) return undefined;
      const values: Record<string, unknown> = {};
      const misspelt: string[] = [];
      for (const { key, at, value } of map.entries) {
        const known = Object.hasOwn(shape, key) ? shape[key] : undefined;
        if (known === undefined) misspelt.push(unknownKey(to, key, at, path, usable, misspelt.length));
        else if (known.reader === null) to.later(at, joinPath(path, key), show(key), usable);
        else values[key] = known.reader.read(value, joinPath(path, key), to);
      }
      for (const key of usable) {
        if (!shape[key]!.isRequired || map.entries.some((entry) => entry.key === key)) continue;
        // A misspelt key is one mistake, not two.
        if (misspelt.includes(key)) continue;
        to.report(
          { ...map.at, end: map.at.start + 1 },
          joinPath(path, key),
          shape[key]!.about,
          "nothing",
          `${what} needs "${key}"`,
        );
      }
      return values as Values<S>;
    },
    schema: () =>
      z.strictObject(
        Object.fromEntries(
          usable.map((key) => {
            const { reader, about, isRequired } = shape[key]!;
            const schema = reader!.schema().describe(about);
            return [key, isRequired ? schema : schema.optional()];
          }),
        ),
      ),
  };
}

/** Beyond this many unknown keys nothing is suggested any more: it is another kind of file. */
const mostSuggestions = 50;

/** @returns the key that was meant, or nothing */
function unknownKey(
  to: Reading,
  key: string,
  at: Tree["at"],
  path: string,
  known: readonly string[],
  before: number,
): string {
  const near = before < mostSuggestions ? nearest(key, known) : null;
  const got = `the unknown key ${show(key)}`;
  to.report(
    at,
    joinPath(path, key),
    `one of the keys ${known.join(", ")}`,
    got,
    near === null ? null : `did you mean "${near}"?`,
  );
  return near ?? "";
}

export const namePattern = /^[a-z][a-z0-9-]*$/;
const longestName = 60;

/** A map from names that the user gives to what they stand for. */
export function named<T>(
  what: string,
  reader: Reader<T>,
  reserved: readonly string[] = [],
): Reader<ReadonlyMap<string, T | undefined>> {
  return {
    read(tree, path, to) {
      const map = asMap(tree, path, to, `a map of ${what}s by name`);
      if (map === undefined) return undefined;
      if (map.entries.length === 0) return to.wrong(tree, path, `at least one ${what}`);
      const values = new Map<string, T | undefined>();
      for (const { key, at, value } of map.entries) {
        checkName(key, at, joinPath(path, key), to, reserved);
        values.set(key, reader.read(value, joinPath(path, key), to));
      }
      return values;
    },
    schema: () => z.record(z.string().regex(namePattern), reader.schema()),
  };
}

export function checkName(
  name: string,
  at: Tree["at"],
  path: string,
  to: Reading,
  reserved: readonly string[] = [],
): boolean {
  if (namePattern.test(name) && name.length <= longestName && !reserved.includes(name)) return true;
  const near = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "");
  const hint = reserved.includes(name)
    ? `"${name}" has a meaning of its own`
    : namePattern.test(near) && near.length <= longestName
      ? `such as "${near}"`
      : null;
  to.report(
    at,
    path,
    `a name of a-z, 0-9 and -, beginning with a letter, at most ${longestName} long`,
    show(name),
    hint,
  );
  return false;
}

/** A name, as a value. */
export const newName: Reader<string> = {
  read(tree, path, to) {
    if (tree.kind !== "scalar" || typeof tree.value !== "string") return to.wrong(tree, path, "a name such as stem");
    return checkName(tree.value, tree.at, path, to) ? tree.value : undefined;
  },
  schema: () => z.string().regex(namePattern),
};

export function asList(tree: Tree, path: string, to: Reading, expected: string): ListTree | undefined {
  return tree.kind === "list" ? tree : to.wrong(tree, path, expected);
}

/** A list; items that could not be read are left out. */
export function listOf<T>(
  what: string,
  reader: Reader<T>,
  bounds: { readonly min?: number; readonly max?: number } = {},
): Reader<T[]> {
  return {
    read(tree, path, to) {
      const list = asList(tree, path, to, `a list of ${what}s`);
      if (list === undefined) return undefined;
      if (list.items.length < (bounds.min ?? 0))
        return to.wrong(tree, path, `at least ${bounds.min} ${what}${bounds.min === 1 ? "" : "s"}`);
      if (list.items.length > (bounds.max ?? Number.POSITIVE_INFINITY))
        return to.wrong(tree, path, `at most ${bounds.max} ${what}s`);
      const read = list.items.map((item, i) => reader.read(item, joinPath(path, itemName(item, i)), to));
      return read.filter((item) => item !== undefined);
    },
    schema: () => z.array(reader.schema()),
  };
}
