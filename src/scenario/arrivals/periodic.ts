import * as z from "zod";
import { show } from "../errors.ts";
import { parseQuantity } from "../quantity.ts";
import { field, orWord, quantity, type Reader, record } from "../reader.ts";
import { child } from "../tree.ts";

/** Null: random for each device. */
export const phase = orWord("random", null, quantity("time"));

export interface Periodic {
  readonly period: number;
  readonly phase: number | null | undefined;
}

/** A time above zero, or a rate above zero; `of` makes of either what is wanted. */
function timeOrRate(what: string, of: { time(t: number): number; rate(r: number): number }): Reader<number> {
  return {
    read(tree, path, to) {
      const value = tree.kind === "scalar" ? tree.value : null;
      const asTime = parseQuantity("time", value);
      if (typeof asTime === "number")
        return asTime > 0 ? of.time(asTime) : to.wrong(tree, path, `a ${what} above zero`);
      const asRate = parseQuantity("frequency", value);
      if (typeof asRate === "number") return asRate > 0 ? of.rate(asRate) : to.wrong(tree, path, "a rate above zero");
      const fault = typeof value === "string" && value.includes("/") ? asRate : asTime;
      return to.report(
        tree.at,
        path,
        `a ${what} such as "100 ms" or a rate such as "10 /s"`,
        fault.got ?? show(value),
        fault.hint,
      );
    },
    schema: () => z.string(),
  };
}

/** [s] */
const period = timeOrRate("period", { time: (t) => t, rate: (r) => 1 / r });
/** How often something happens, or the mean time between; [1/s]. */
export const frequency = timeOrRate("time", { time: (t) => 1 / t, rate: (r) => r });

const periodicMap = record("periodic", {
  period: field("time between arrivals", quantity("time", { isPositive: true })),
  rate: field("arrivals per time", quantity("frequency", { isPositive: true })),
  phase: field("instant of the first arrival; random for each device unless given", phase),
});

export const periodic: Reader<Periodic> = {
  read(tree, path, to) {
    if (tree.kind !== "map") {
      const value = period.read(tree, path, to);
      return value === undefined ? undefined : { period: value, phase: undefined };
    }
    const given = periodicMap.read(tree, path, to);
    const [p, r] = [child(tree, "period"), child(tree, "rate")];
    if ((p === undefined) === (r === undefined)) return to.wrong(tree, path, "a period or a rate");
    const value = given?.period ?? (given?.rate === undefined ? undefined : 1 / given.rate);
    return value === undefined ? undefined : { period: value, phase: given?.phase };
  },
  schema: () => z.union([period.schema(), periodicMap.schema()]),
};
