/** Joint rules: exit and placement decided together. One file a rule, one line here. */
import { adaee } from "./adaee.ts";
import { edgent } from "./edgent.ts";
import { edgentDynamic } from "./edgent-dynamic.ts";
import { fin } from "./fin.ts";
import type { JointRuleType } from "./joint-rule.ts";
import { lee } from "./lee.ts";
import { leime } from "./leime.ts";
import { portend } from "./portend.ts";
import { spinn } from "./spinn.ts";
import { splitee } from "./splitee.ts";

export type * from "./joint-rule.ts";

export const jointRules: readonly JointRuleType[] = [
  edgent,
  edgentDynamic,
  spinn,
  portend,
  leime,
  fin,
  splitee,
  lee,
  adaee,
];
