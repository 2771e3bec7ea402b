/** `tune:` where it stands beside the rules of a policy: what it may find there. */
import { type ExitRuleType, exitRules } from "../../sim/exit-rules/index.ts";
import type { JointRuleType } from "../../sim/joint-rules/index.ts";
import { show } from "../errors.ts";
import { ruleText } from "../plugins/index.ts";
import type { Reading } from "../reading.ts";
import type { NestedOptions } from "../rule-options.ts";
import { exitRuleOf } from "../rule-types.ts";
import type { ScenarioPolicy } from "../scenario.ts";
import { child, joinPath, type MapEntry, type Tree } from "../tree.ts";
import type { Fittable, Goal } from "./goal.ts";

export type WrittenGoal = Omit<Goal, "fit"> & { readonly fit: Fittable | null };
type Tune = NonNullable<ScenarioPolicy["tune"]>;

export const hasMap = (rule: JointRuleType): boolean => rule.options.map?.kind === "configurations";

const ruleIn = (policy: Tree): ExitRuleType | undefined => {
  const name = child(child(policy, "exit") ?? policy, "rule");
  return name?.kind === "scalar" ? exitRules.find((rule) => rule.name === name.value) : undefined;
};

/** A policy that leaves its threshold to be found, with one that is a threshold of any rule: nobody goes by it. */
export function withOpenThreshold(policy: Tree): Tree {
  const tune = child(policy, "tune");
  const exit = child(policy, "exit");
  const rule = ruleIn(policy);
  if (policy.kind !== "map" || exit?.kind !== "map" || tune === undefined || rule?.grading === undefined) return policy;
  if (rule.options.threshold?.kind !== "threshold" || child(exit, "threshold") !== undefined) return policy;
  if (fitsTemperature(tune)) return policy;
  const value: Tree = { kind: "scalar", at: tune.at, value: 1 };
  const entry: MapEntry = { key: "threshold", at: tune.at, value };
  return {
    ...policy,
    entries: policy.entries.map((e) =>
      e.key === "exit" ? { ...e, value: { ...exit, entries: [...exit.entries, entry] } } : e,
    ),
  };
}

function fitsTemperature(tune: Tree): boolean {
  const fit = child(tune, "fit");
  return fit?.kind === "scalar" && fit.value === "temperature";
}

/** The goal of an exit rule; null, and reported, where it has nothing to be found. @param policy as written */
export function exitTune(goal: WrittenGoal, exit: NestedOptions, policy: Tree, path: string, to: Reading): Tune | null {
  const written = child(policy, "tune")!;
  const rule = exitRuleOf(exit.rule)!;
  if (rule.grading === undefined) {
    const known = exitRules.filter((r) => r.grading !== undefined).map((r) => r.name);
    const fault = `no tune, or a rule with a threshold that can be found: ${known.join(", ")}`;
    return to.report(written.at, path, fault, `tune beside ${show(ruleText(exit.rule))}`) ?? null;
  }
  const options = ["threshold", ...("temperature" in rule.options ? ["temperature"] : [])];
  const fit = goal.fit ?? "threshold";
  if (!options.includes(fit))
    return (
      to.wrong(child(written, "fit")!, joinPath(path, "fit"), `an option of ${exit.rule}: ${options.join(", ")}`) ??
      null
    );
  if (goal.each && (fit === "temperature" || rule.options.threshold?.kind !== "threshold"))
    return to.wrong(child(written, "per")!, joinPath(path, "per"), `all: ${exit.rule} has one ${fit}`) ?? null;
  return { ...goal, fit, isGiven: child(child(policy, "exit")!, "threshold") !== undefined };
}

export function mapTune(goal: WrittenGoal, written: Tree, path: string, to: Reading): Tune | null {
  if (goal.fit !== null && goal.fit !== "map")
    return to.wrong(child(written, "fit")!, joinPath(path, "fit"), "map") ?? null;
  if (goal.each)
    return (
      to.wrong(child(written, "per")!, joinPath(path, "per"), "nothing: a map has an exit for each bandwidth") ?? null
    );
  return { ...goal, fit: "map", isGiven: false };
}
