import { expect, test } from "vitest";
import { type ExitRuleType, exitRules } from "../../src/sim/exit-rules/index.ts";
import type { RuleOptionType, RuleValue, RuleValues } from "../../src/sim/rules/options.ts";
import { exitRuleContract } from "./exit-rule.ts";

/** Something that the option allows: as by default, or otherwise. */
function someValue(option: RuleOptionType, exits: number, isOther: boolean): RuleValue {
  switch (option.kind) {
    case "threshold":
      return Array.from({ length: exits }, (_, i) => 0.3 + 0.1 * i);
    case "flag":
      return option.default !== isOther;
    case "choice":
      return isOther ? option.words.at(-1)! : option.default;
    case "by-exit":
      return isOther ? Array.from({ length: exits }, (_, i) => 1.5 - 0.1 * i) : (option.default ?? null);
    case "rule":
      return { rule: "max-probability", options: { threshold: new Array(exits).fill(0.6), otherwise: "last" } };
    case "quantity":
      return isOther ? 0.4 : (option.default ?? (option.default === null ? null : 0.2));
    case "share":
      return isOther ? 0.25 : (option.default ?? 0.5);
    case "number":
      return isOther ? option.least + 1 : (option.default ?? option.least);
    default:
      throw new Error(`no exit rule is told a ${option.kind}`);
  }
}

const valuesOf =
  (type: ExitRuleType, isOther: boolean) =>
  (exits: number): RuleValues =>
    Object.fromEntries(Object.entries(type.options).map(([name, option]) => [name, someValue(option, exits, isOther)]));

for (const type of exitRules) {
  exitRuleContract(type, valuesOf(type, false));
  if (Object.keys(type.options).length > 0) exitRuleContract(type, valuesOf(type, true));
}

test("every rule has a name of its own and says what it does", () => {
  expect(new Set(exitRules.map((rule) => rule.name)).size).toBe(exitRules.length);
  for (const rule of exitRules) expect(rule.describe).not.toBe("");
});
