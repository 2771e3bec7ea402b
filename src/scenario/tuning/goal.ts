/** `tune:` of a policy: what its thresholds, its temperature or its map are found for. */
import { formatQuantity } from "../quantity.ts";
import { field, quantity, type Reader, ratio, record, word } from "../reader.ts";
import { joinPath } from "../tree.ts";

export const objectives = ["latency", "energy", "accuracy"] as const;
export type Objective = (typeof objectives)[number];

/** What can be found, by the name of the option that holds it. */
export const fittable = ["threshold", "temperature", "map"] as const;
export type Fittable = (typeof fittable)[number];

export interface Goal {
  /** Least latency, least energy or greatest accuracy. */
  readonly objective: Objective;
  /** Least accuracy; null for any. */
  readonly accuracy: number | null;
  /** Largest expected latency [s]. */
  readonly latency: number | null;
  /** Largest expected energy of a request [J]. */
  readonly energy: number | null;
  readonly fit: Fittable;
  /** One threshold for each exit, not one for all. */
  readonly each: boolean;
}

const goalRecord = record("a goal", {
  accuracy: field("least accuracy on the calibration rows", ratio),
  latency: field("largest expected latency, mean of an idle system", quantity("time", { isPositive: true })),
  energy: field("largest expected energy of a request", quantity("energy", { isPositive: true })),
  objective: field(
    "what is to be best: latency where an accuracy is given, else accuracy, unless given",
    word("an objective", objectives),
  ),
  fit: field("the option that is found: the rule's first unless given", word("an option", fittable)),
  per: field("one threshold for all exits, or one for each exit", word("how many", ["all", "exit"])),
});

/** `fit` stays null where the rule is to say what. */
export const goalReader: Reader<Omit<Goal, "fit"> & { readonly fit: Fittable | null }> = {
  schema: goalRecord.schema,
  read(tree, path, to) {
    const given = goalRecord.read(tree, path, to);
    if (given === undefined) return undefined;
    const { accuracy = null, latency = null, energy = null } = given;
    if (accuracy === null && latency === null && energy === null) {
      // What could not be read has been reported.
      const isWritten = tree.kind === "map" && tree.entries.some(({ key }) => /^(accuracy|latency|energy)$/.test(key));
      return isWritten ? undefined : to.wrong(tree, path, "an accuracy, a latency or an energy to keep");
    }
    const objective = given.objective ?? (accuracy === null ? "accuracy" : "latency");
    const bounds = { accuracy, latency, energy };
    const others = objectives.filter((name) => name !== objective);
    if (others.every((name) => bounds[name] === null))
      return to.wrong(
        tree,
        joinPath(path, "objective"),
        `something to keep beside the best ${objective}: ${others.join(" or ")}`,
      );
    return { ...bounds, objective, fit: given.fit ?? null, each: given.per === "exit" };
  },
};

/** In words: `least latency with accuracy >= 90 %`. */
export function goalText({ objective, accuracy, latency, energy }: Goal): string {
  const kept = [
    ...(accuracy === null ? [] : [`accuracy >= ${percent(accuracy)}`]),
    ...(latency === null ? [] : [`latency <= ${formatQuantity("time", latency)}`]),
    ...(energy === null ? [] : [`energy <= ${formatQuantity("energy", energy)}`]),
  ];
  return `${objective === "accuracy" ? "greatest" : "least"} ${objective} with ${kept.join(" and ")}`;
}

export const percent = (share: number): string => `${Number((100 * share).toPrecision(6))} %`;
