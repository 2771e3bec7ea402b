/** Exit rules: where a sample leaves the neural network. One file a rule, one line here. */
import { anytime } from "./anytime.ts";
import { budgeted } from "./budgeted.ts";
import { calibrated } from "./calibrated.ts";
import { costAware } from "./cost-aware.ts";
import { deadlineAware } from "./deadline-aware.ts";
import { ensemble } from "./ensemble.ts";
import { entropy } from "./entropy.ts";
import type { ExitRuleType } from "./exit-rule.ts";
import { first } from "./first.ts";
import { gate } from "./gate.ts";
import { loadAdaptive } from "./load-adaptive.ts";
import { margin } from "./margin.ts";
import { maxProbability } from "./max-probability.ts";
import { never } from "./never.ts";
import { oracle } from "./oracle.ts";
import { patience } from "./patience.ts";
import { random } from "./random.ts";
import { share } from "./share.ts";

export type * from "./exit-rule.ts";
export { goOn } from "./verdicts.ts";

export const exitRules: readonly ExitRuleType[] = [
  maxProbability,
  entropy,
  margin,
  patience,
  calibrated,
  ensemble,
  gate,
  budgeted,
  anytime,
  deadlineAware,
  costAware,
  loadAdaptive,
  share,
  first,
  never,
  random,
  oracle,
];
