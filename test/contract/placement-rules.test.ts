import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type PlacementHindsight,
  type PlacementRuleType,
  placementRules,
  type Route,
} from "../../src/sim/placement-rules/index.ts";
import { type Observation, quiet } from "../../src/sim/rules/observation.ts";
import type { NestedRule, Place, RuleOptionType, RuleValue, RuleValues } from "../../src/sim/rules/options.ts";
import { build, link, node } from "../sim/build.ts";
import { viewOf } from "../sim/placement-rules/view.ts";

const groups = 4;
const place = fc.oneof(fc.nat({ max: groups - 1 }), fc.constant("source" as const));

function someValue(option: RuleOptionType, segments: number): fc.Arbitrary<RuleValue> {
  switch (option.kind) {
    case "node":
      return place;
    case "segments":
      return fc.array(place, { minLength: segments, maxLength: segments });
    case "some-segments":
      return fc.option(fc.array(fc.option(place), { minLength: segments, maxLength: segments })) as fc.Arbitrary<
        readonly (Place | null)[] | null
      >;
    case "nodes":
      return fc.constant([0, 1, 2, 3]);
    case "weights":
      return fc.option(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: groups, maxLength: groups }));
    case "spill":
      return fc.option(fc.record({ node: place, limit: fc.nat({ max: 3 }), to: place }));
    case "number":
      return fc.double({ min: option.least, max: Math.min(option.most, 10), noNaN: true });
    case "share":
      return fc.double({ min: 0, max: 1, noNaN: true });
    case "quantity":
      return fc.option(fc.integer({ min: 1, max: 1000 }));
    case "choice":
      return fc.constantFrom(...option.words);
    case "place-rule":
      return fc.constantFrom(...bases);
    default:
      throw new Error(`no placement rule is told a ${option.kind}`);
  }
}

const bases: readonly NestedRule[] = [
  { rule: "only", options: { node: 2 } },
  { rule: "round-robin", options: { among: [1, 3], segments: null, spill: null } },
  { rule: "mu-lin-ucb", options: { to: 1, alpha: 0.1, weight: 0 } },
];
const ofBase =
  (segments: number, source: number) =>
  ({ rule, options }: NestedRule): readonly (readonly number[])[] => {
    const base = placementRules.find(({ name }) => name === rule)!;
    const places = base.places?.(options, segments, source, [segments - 1]);
    return places === undefined ? base.routes!(options, segments, source) : [places];
  };

const valuesOf = (type: PlacementRuleType, segments: number): fc.Arbitrary<RuleValues> =>
  fc.record(
    Object.fromEntries(Object.entries(type.options).map(([name, option]) => [name, someValue(option, segments)])),
  );

const setups = [1, 2, 3, 4, 5].map((segments) =>
  build({
    nodes: ["a", "b", "c", "d"].map((name) => node(name, { count: 2 })),
    links: [link(0, 1), link(1, 2), link(2, 3)],
    times: Array.from({ length: segments }, () => 1),
  }),
);

/** A second for each segment and each hop, all of them run. */
const hindsight: PlacementHindsight = {
  choose: () => {},
  stage: () => 1,
  arrives: (_cut, _from, _to, readyAt) => readyAt + 1,
  answered: (_from, at) => at,
  isLossy: () => false,
  leavesAfter: () => false,
};

const draws = () => {
  let u = 0.5;
  return {
    uniform: (): number => {
      u = (u + 0.6180339887498949) % 1;
      return u;
    },
  };
};

for (const type of placementRules) {
  const cases = fc
    .integer({ min: 1, max: 5 })
    .chain((segments) =>
      fc.tuple(
        fc.constant(segments),
        valuesOf(type, segments),
        fc.nat({ max: groups - 1 }),
        fc.array(fc.nat({ max: 5 }), { minLength: 8, maxLength: 8 }),
      ),
    );
  const make = (segments: number, values: RuleValues) => type.make(values, viewOf(setups[segments - 1]!));

  test(`${type.name} names a group for every segment, on the way as it planned, and one that it said it may use`, () => {
    fc.assert(
      fc.property(cases, ([segments, values, source, present]) => {
        {
          const rule = make(segments, values);
          expect(rule.name).toBe(type.name);
          const plan = rule.plan(source);
          const allowed =
            type.places?.(values, segments, source, [segments - 1]) ??
            type.routes!(values, segments, source, ofBase(segments, source)).flat();
          const observed: Observation = {
            ...quiet,
            node: (group, machine) => ({ present: present[group * 2 + machine]!, at: 0 }),
          };
          const view = { source, stream: 0, device: 0, at: source, machines: () => [0, 1] };
          for (let segment = 0; segment < segments; ) {
            const choice = rule.next({ ...view, segment }, Object.freeze(observed), draws(), hindsight);
            const { nodes, machines = [] }: Route = typeof choice === "number" ? { nodes: [choice] } : choice;
            expect(nodes.length).toBeGreaterThan(0);
            for (const [i, group] of nodes.entries()) {
              expect(allowed).toContain(group);
              if (plan !== null) expect(group).toBe(plan[segment + i]);
              if (machines[i] !== null && machines[i] !== undefined) expect([0, 1]).toContain(machines[i]);
            }
            segment += nodes.length;
          }
          if (plan !== null) expect(plan).toHaveLength(segments);
        }
      }),
    );
  });

  test(`${type.name} decides the same of the same view and draws, from the start`, () => {
    fc.assert(
      fc.property(cases, ([segments, values, source]) => {
        {
          const ask = () => {
            const rule = make(segments, values);
            const view = { source, stream: 0, device: 0, segment: 0, at: source, machines: () => [0, 1] };
            return (rule.begin?.() ?? rule).next(view, quiet, draws(), hindsight);
          };
          expect(ask()).toEqual(ask());
        }
      }),
    );
  });
}
