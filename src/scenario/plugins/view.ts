/** What a user's function sees: names for indices, copies for what belongs to the simulation. */
import type { ExitEvidence } from "../../sim/exit-rules/index.ts";
import type { RequestView } from "../../sim/placement-rules/index.ts";
import type { Observation } from "../../sim/rules/observation.ts";
import type { RuleValues } from "../../sim/rules/options.ts";
import type { Evidence, Observed, OptionOfPlugin } from "../../sim/rules/plugin.ts";
import { oneOf, show } from "../errors.ts";

export interface Names {
  readonly nodes: readonly string[];
  /** In the order of ways: link n up is way 2 n, down 2 n + 1. */
  readonly links: readonly string[];
}

export function evidenceView(reached: readonly ExitEvidence[]): readonly Evidence[] {
  return Object.freeze(
    reached.map(({ exit, prediction, confidence, entropy, margin, logits }) =>
      Object.freeze({ exit, prediction, confidence, entropy, margin, logits }),
    ),
  );
}

/** Thrown into the user's function: the place of the call is then in the file. */
function known(what: string, name: unknown, names: readonly string[]): number {
  const index = names.indexOf(name as string);
  if (index < 0) throw new Error(`no ${what} ${show(name)}, only ${oneOf(names)}`);
  return index;
}

/** @param request that is placed: `source` is a name then, and a machine that is not said is the first it can reach */
export function observedView(observed: Observation, { nodes, links }: Names, request: RequestView | null): Observed {
  const { now, elapsed, deadline, note, waiting, number } = observed;
  return Object.freeze({
    now,
    elapsed,
    deadline,
    note,
    waiting,
    number,
    timeTo: (exit: number) => observed.timeTo(exit),
    timeBack: (exit: number) => observed.timeBack(exit),
    node: (name: string, machine?: number) => {
      const group = name === "source" && request !== null ? request.source : known("node", name, nodes);
      const { present, at } = observed.node(group, machine ?? request?.machines(group)[0] ?? 0);
      return { present, age: now - at };
    },
    rate: (link: string, direction: "up" | "down") =>
      observed.rate(2 * known("link", link, links) + known("direction", direction, ["up", "down"])),
  });
}

/** Nodes by name again: users answer in names. */
export function optionsView(values: RuleValues, nodes: readonly string[]): Readonly<Record<string, OptionOfPlugin>> {
  return Object.freeze(
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        name === "among" ? (value as (number | "source")[]).map((n) => (n === "source" ? n : nodes[n]!)) : value,
      ]),
    ) as Record<string, OptionOfPlugin>,
  );
}
