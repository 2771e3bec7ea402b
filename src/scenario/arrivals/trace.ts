import * as z from "zod";
import { listOf, quantity, type Reader } from "../reader.ts";
import type { Reading } from "../reading.ts";
import type { Tree } from "../tree.ts";
import { readValues } from "../values.ts";

const mostInstants = 5_000_000;

export interface Trace {
  readonly instants: readonly number[];
  readonly file: string | null;
}

const instants = listOf("time", quantity("time"), { min: 1, max: mostInstants });

export const trace: Reader<Trace> = {
  read(tree, path, to) {
    if (tree.kind === "scalar" && typeof tree.value === "string" && tree.value.trim() !== "") {
      const values = readValues(to, tree, path, tree.value, "time", mostInstants);
      return values === undefined ? undefined : checkAscending({ instants: values, file: tree.value }, tree, path, to);
    }
    if (tree.kind !== "list")
      return to.wrong(tree, path, "a list of times such as [0 s, 12 ms], or the name of a file of times");
    const before = to.problems.length;
    const values = instants.read(tree, path, to);
    return values === undefined || to.problems.length > before
      ? undefined
      : checkAscending({ instants: values, file: null }, tree, path, to);
  },
  schema: () => z.union([z.string(), instants.schema()]),
};

function checkAscending(given: Trace, tree: Tree, path: string, to: Reading): Trace | undefined {
  const at = given.instants.findIndex((t, i) => i > 0 && t < given.instants[i - 1]!);
  if (at < 0) return given;
  const where = tree.kind === "list" ? tree.items[at]!.at : tree.at;
  return to.report(
    where,
    path,
    "times that never go back",
    `${given.instants[at]} s after ${given.instants[at - 1]} s (value ${at + 1})`,
  );
}
