import fc from "fast-check";
import { expect, test } from "vitest";
import { type PlacementRuleType, placementRules } from "../../src/sim/placement-rules/index.ts";
import { NetworkView } from "../../src/sim/rules/network.ts";
import { quiet } from "../../src/sim/rules/observation.ts";
import type { RuleOptionType, RuleValue, RuleValues } from "../../src/sim/rules/options.ts";
import { build, link, node } from "../sim/build.ts";

const place = fc.oneof(fc.nat({ max: 3 }), fc.constant("source" as const));

function someValue(option: RuleOptionType, segments: number): fc.Arbitrary<RuleValue> {
  switch (option.kind) {
    case "node":
      return place;
    case "segments":
      return fc.array(place, { minLength: segments, maxLength: segments });
    default:
      throw new Error(`no placement rule is told a ${option.kind}`);
  }
}

const valuesOf = (type: PlacementRuleType, segments: number): fc.Arbitrary<RuleValues> =>
  fc.record(
    Object.fromEntries(Object.entries(type.options).map(([name, option]) => [name, someValue(option, segments)])),
  );

const setups = [1, 2, 3, 4, 5].map((segments) =>
  build({
    nodes: ["a", "b", "c", "d"].map((name) => node(name)),
    links: [link(0, 1), link(1, 2), link(2, 3)],
    times: Array.from({ length: segments }, () => 1),
  }),
);

for (const type of placementRules) {
  test(`${type.name} names a node for every segment, and on the way the one it planned`, () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 5 })
          .chain((segments) => fc.tuple(fc.constant(segments), valuesOf(type, segments), fc.nat({ max: 3 }))),
        ([segments, values, source]) => {
          {
            const network = new NetworkView(setups[segments - 1]!);
            const rule = type.make(values, { segments, network, exitShares: null, heads: [0] });
            expect(rule.name).toBe(type.name);
            const plan = rule.plan(source);
            if (plan === null) return;
            expect(plan).toHaveLength(segments);
            const view = { source, stream: 0, device: 0, at: source, machines: () => [0] };
            plan.forEach((node, segment) => {
              expect(Number.isInteger(node) && node >= 0 && node <= 3).toBe(true);
              expect(rule.next({ ...view, segment }, quiet, { uniform: () => 0.5 })).toBe(node);
            });
          }
        },
      ),
    );
  });
}
