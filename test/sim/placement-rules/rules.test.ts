import { expect, test } from "vitest";
import { fixed } from "../../../src/sim/placement-rules/fixed.ts";
import { only } from "../../../src/sim/placement-rules/only.ts";
import { build } from "../build.ts";
import { viewOf } from "./view.ts";

const view = (segments: number) => viewOf(build({}), { segments });

test("only runs every segment on its node, or where the request came from", () => {
  expect(only.make({ node: 2 }, view(3)).plan(0)).toEqual([2, 2, 2]);
  expect(only.make({ node: "source" }, view(2)).plan(1)).toEqual([1, 1]);
});

test("fixed runs each segment on its own node, `source` standing for where the request came from", () => {
  const rule = fixed.make({ segments: ["source", 1, 2] }, view(3));
  expect(rule.plan(0)).toEqual([0, 1, 2]);
  expect(rule.plan(3)).toEqual([3, 1, 2]);
});
