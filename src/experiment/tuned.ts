import type { Tuned } from "../scenario/tuning/found.ts";
import { goalText } from "../scenario/tuning/goal.ts";
import { flowText } from "../scenario/tuning/tune-document.ts";
import type { TunedResult } from "./result.ts";

/** What was found, as results say it. */
export function tunedResult({ policy, goal, found, search, table }: Tuned): TunedResult {
  return {
    policy,
    goal: goalText(goal),
    found: Object.fromEntries(Object.entries(found).map(([path, value]) => [path, flowText(value)])),
    search,
    table,
  };
}
