import { expect, test } from "vitest";
import { type ExitRuleType, exitRules } from "../../src/sim/exit-rules/index.ts";
import type { ExitRuleValues } from "../../src/sim/exit-rules/options.ts";
import { exitRuleContract } from "./exit-rule.ts";

/** Middle thresholds, flags as they are by default and the other way round. */
const valuesOf =
  (type: ExitRuleType, isOther: boolean) =>
  (exits: number): ExitRuleValues =>
    Object.fromEntries(
      Object.entries(type.options).map(([name, option]) => [
        name,
        option.kind === "flag" ? option.default !== isOther : Array.from({ length: exits }, (_, i) => 0.3 + 0.1 * i),
      ]),
    );

for (const type of exitRules) {
  exitRuleContract(type, valuesOf(type, false));
  if (Object.values(type.options).some((option) => option.kind === "flag"))
    exitRuleContract(type, valuesOf(type, true));
}

test("every rule has a name of its own and says what it does", () => {
  expect(new Set(exitRules.map((rule) => rule.name)).size).toBe(exitRules.length);
  for (const rule of exitRules) expect(rule.describe).not.toBe("");
});
