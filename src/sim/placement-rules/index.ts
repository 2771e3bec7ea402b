/** Placement rules: which node group runs each segment. One file a rule, one line here. */
import { bestStatic } from "./best-static.ts";
import { dads } from "./dads.ts";
import { ddnn } from "./ddnn.ts";
import { driftPlusPenalty } from "./drift-plus-penalty.ts";
import { fixed } from "./fixed.ts";
import { jointdnn } from "./jointdnn.ts";
import { leastExpected } from "./least-expected.ts";
import { localFallback } from "./local-fallback.ts";
import { muLinUcb } from "./mu-lin-ucb.ts";
import { neurosurgeon } from "./neurosurgeon.ts";
import { only } from "./only.ts";
import { oracle } from "./oracle.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { powerOfTwo } from "./power-of-two.ts";
import { queueAware } from "./queue-aware.ts";
import { random } from "./random.ts";
import { randomCut } from "./random-cut.ts";
import { roundRobin } from "./round-robin.ts";
import { shortestQueue } from "./shortest-queue.ts";

export type * from "./placement-rule.ts";

export const placementRules: readonly PlacementRuleType[] = [
  only,
  fixed,
  random,
  roundRobin,
  shortestQueue,
  powerOfTwo,
  leastExpected,
  neurosurgeon,
  dads,
  ddnn,
  jointdnn,
  queueAware,
  driftPlusPenalty,
  muLinUcb,
  localFallback,
  randomCut,
  oracle,
  bestStatic,
];
