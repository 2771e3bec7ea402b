import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type PlacementRuleType,
  type PlacementRuleValues,
  placementRules,
} from "../../src/sim/placement-rules/index.ts";

const place = fc.oneof(fc.nat({ max: 3 }), fc.constant("source" as const));

function valuesOf(type: PlacementRuleType, segments: number): fc.Arbitrary<PlacementRuleValues> {
  const one = ({ kind }: { kind: "node" | "segments" }) =>
    kind === "node" ? place : fc.array(place, { minLength: segments, maxLength: segments });
  return fc.record(Object.fromEntries(Object.entries(type.options).map(([name, option]) => [name, one(option)])));
}

const noRandom = { uniform: () => 0.5 };

for (const type of placementRules) {
  test(`${type.name} names a node for every segment, and on the way the one it planned`, () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 5 })
          .chain((segments) => fc.tuple(fc.constant(segments), valuesOf(type, segments), fc.nat({ max: 3 }))),
        ([segments, values, source]) => {
          {
            const rule = type.make(values, segments);
            expect(rule.name).toBe(type.name);
            const plan = rule.plan(source);
            if (plan === null) return;
            expect(plan).toHaveLength(segments);
            plan.forEach((node, segment) => {
              expect(Number.isInteger(node) && node >= 0 && node <= 3).toBe(true);
              expect(rule.next({ source, segment, at: source }, { now: 0, elapsed: 0 }, noRandom)).toBe(node);
            });
          }
        },
      ),
    );
  });
}
