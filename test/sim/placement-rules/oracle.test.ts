import fc from "fast-check";
import { expect, test } from "vitest";
import { exitRules } from "../../../src/sim/exit-rules/index.ts";
import { ddnn } from "../../../src/sim/placement-rules/ddnn.ts";
import { type HindsightPlacementRule, placementRules } from "../../../src/sim/placement-rules/index.ts";
import type { RuleValues } from "../../../src/sim/rules/options.ts";
import type { ExitScores, Setup } from "../../../src/sim/setup.ts";
import { seconds } from "../../../src/units.ts";
import { at, build, exponential, follow, link, node, type Options, sequence, stream } from "../build.ts";
import { scoresOf } from "../exit-rules/plan.ts";
import { viewOf } from "./view.ts";

/** The same setup under a placement rule. */
function under(setup: Setup, name: string, values: RuleValues): Setup {
  const type = placementRules.find((rule) => rule.name === name)!;
  const place: HindsightPlacementRule = type.make(values, viewOf(setup));
  const begin = () => ({ exit: setup.policy.exit, place: place.begin?.() ?? place });
  return { ...setup, policy: { ...setup.policy, place, begin } };
}
const latencies = (setup: Setup): number[] => follow(setup).requests.map((r) => r.endedAt - r.arrivedAt);
const oracle = (setup: Setup, among: readonly number[]): number[] => latencies(under(setup, "oracle", { among }));

function assignments(segments: number, nodes: readonly number[]): number[][] {
  if (segments === 0) return [[]];
  return assignments(segments - 1, nodes).flatMap((rest) => nodes.map((n) => [...rest, n]));
}
/** Latencies of each request under every fixed placement, each run by itself. */
const everyPlacement = (setup: Setup, nodes: readonly number[]): number[][] =>
  assignments(setup.model.segments.length, nodes).map((place) => latencies(under(setup, "fixed", { segments: place })));

test("by hand: each request goes where its own times are least, whatever the means say", () => {
  // Device 5 s or 1 s, edge 1 s or 5 s, a byte each way takes a second: 5 against 1 + 2, then 1 against 5 + 2.
  const setup = build({
    nodes: [node("device"), node("edge")],
    links: [link(0, 1, { rate: 8 })],
    streams: [stream({ arrivals: at(0, 100), answerTo: "source" })],
    times: [1],
    table: (_, n) => (n === 0 ? sequence(5, 1) : sequence(1, 5)),
    sizes: [1],
    result: 1,
  });
  expect(oracle(setup, [1])).toEqual([3, 1]);
  expect(under(setup, "oracle", { among: [1] }).policy.place.plan(0)).toBeNull();
});

test("it knows where the request leaves: who leaves at the first exit on the device pays for no way", () => {
  // First segment 2 s here, 1 s there; the second 10 s here, 1 s there; input 2 s, tensor 4 s on the link.
  const options: Options = {
    nodes: [node("device"), node("edge")],
    links: [link(0, 1, { rate: 8 })],
    streams: [stream({ samples: "in-order", arrivals: at(0, 100) })],
    times: [2, 10],
    table: (_, n, k) => (n === 0 ? [2, 10][k]! : 1),
    sizes: [2, 4],
    share: [0.5, 1],
    exit: exitRules
      .find((r) => r.name === "max-probability")!
      .make({ threshold: [0.9, 0], otherwise: "last" }, {
        exits: ["a", "b"],
      } as never),
  };
  const setup = withTable(build(options), [
    scoresOf([
      [9, 0],
      [0, 0],
    ]),
    scoresOf([
      [9, 0],
      [9, 0],
    ]),
  ]);
  // Row 0 leaves at the first exit: 2 here against 2 + 1 there. Row 1 goes on: 2 + 1 + 1 = 4 all there, 2 + 4 + 1 = 7 cut, 12 here.
  expect(oracle(setup, [1])).toEqual([2, 4]);
});

/** Rows 0, 1, … of these scores, all labels 0; after crossings as told. */
function withTable(
  setup: Setup,
  scores: readonly ExitScores[],
  crossed: readonly (readonly ExitScores[] | null)[] = setup.model.segments.map(() => null),
): Setup {
  const rows = scores[0]!.prediction.length;
  const outputs = {
    kind: "table" as const,
    rows,
    classes: 2,
    labels: new Int32Array(rows),
    scores,
    crossed,
    calibration: null,
  };
  return { ...setup, model: { ...setup.model, outputs } };
}

test("a lossy crossing that makes the next exit unsure costs the rest of the way, and the oracle goes round it", () => {
  // Two segments of 3 s here, 1 s there; input and tensor take no time. Uncrossed the first exit is sure; crossed at cut 0 it is not.
  const sure = scoresOf([[9, 0]]);
  const unsure = scoresOf([[0.1, 0]]);
  const setup = withTable(
    build({
      nodes: [node("device"), node("edge")],
      links: [link(0, 1)],
      streams: [stream({ samples: "in-order" })],
      times: [3, 4],
      table: (_, n, k) => (n === 0 ? 3 : [1, 4][k]!),
      share: [0.5, 1],
      exit: exitRules
        .find((r) => r.name === "max-probability")!
        .make({ threshold: [0.9, 0], otherwise: "last" }, {
          exits: ["a", "b"],
        } as never),
    }),
    [sure, sure],
    [[unsure, sure], null],
  );
  // Here: 3, done. There: 1, unsure, and 3 more back here or 4 there.
  expect(oracle(setup, [1])).toEqual([3]);
});

const times = fc.integer({ min: 0, max: 5 });
const worlds = fc
  .integer({ min: 1, max: 3 })
  .chain((segments) => {
    const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: segments, maxLength: segments });
    return fc.record({
      means: fc.array(list(times), { minLength: 3, maxLength: 3 }),
      sizes: list(times),
      result: fc.integer({ min: 0, max: 2 }),
      share: list(fc.constantFrom(0, 0.5)).map((early) => early.map((s, k) => (k === segments - 1 ? 1 : s))),
      kinds: fc.array(fc.constantFrom("fifo", "fixed", "shared"), { minLength: 2, maxLength: 2 }),
      varies: fc.boolean(),
      drawn: fc.boolean(),
      seed: fc.nat(1000),
    });
  })
  .map(({ means, sizes, result, share, kinds, varies, drawn, seed }) =>
    build({
      nodes: [node("device"), node("edge"), node("cloud")],
      links: kinds.map((kind, i) =>
        link(i, i + 1, {
          kind: kind as "fifo",
          rate: 8,
          latency: 0.5,
          ...(drawn ? { perMessage: 0.25, header: 1, mtu: 2 } : {}),
          ...(drawn && kind !== "shared" ? { jitter: exponential(0.5) } : {}),
          ...(drawn
            ? { loss: { kind: "bernoulli", per: "message", probability: 0.3, retry: seconds(0.5), attempts: 50 } }
            : {}),
          ...(varies ? { outages: { kind: "random", up: exponential(4), down: exponential(2) } } : {}),
        }),
      ),
      streams: [stream({ arrivals: at(0, 1000, 2000, 3000), answerTo: "source" })],
      times: sizes,
      table: (_, n, k) => (drawn && means[n]![k]! > 0 ? exponential(means[n]![k]!) : means[n]![k]!),
      encode: sizes.map((_, k) => (drawn && k > 0 ? 0.5 : null)),
      decode: sizes.map((_, k) => (drawn && k > 0 ? 0.25 : null)),
      sizes,
      result,
      share,
      seed,
    }),
  );

test("without load the oracle's latency is the least of all placements', request by request", () => {
  fc.assert(
    fc.property(worlds, (setup) => {
      {
        const all = everyPlacement(setup, [0, 1, 2]);
        const best = all[0]!.map((_, i) => Math.min(...all.map((one) => one[i]!)));
        oracle(setup, [1, 2]).forEach((latency, i) => {
          expect(latency).toBeCloseTo(best[i]!, 6);
        });
      }
    }),
    { numRuns: 20 },
  );
});

const told: Record<string, RuleValues> = {
  // By itself it is the first of its placements.
  "best-static": { among: [1, 2], by: "mean-latency" },
  only: { node: 2 },
  fixed: {},
  "random-cut": { among: [1, 2] },
  random: { among: [0, 1, 2], weights: null, segments: null, spill: null },
  "round-robin": { among: [0, 1, 2], segments: null, spill: null },
  "shortest-queue": { among: [1, 2], ties: "random", segments: null, spill: null },
  "power-of-two": { among: [0, 1, 2], ties: "random", segments: null, spill: null },
  "least-expected": { among: [0, 1, 2], ties: "random", segments: null, spill: null },
  neurosurgeon: { to: 1, load: 1 },
  dads: { to: 2, load: "light" },
  ddnn: { tiers: ["source", 1, 2] },
  jointdnn: { among: [0, 1, 2] },
  "queue-aware": { among: [1, 2] },
  "drift-plus-penalty": { among: [1, 2], v: 1, budget: null },
  "mu-lin-ucb": { to: 2, alpha: 0.05, weight: 0 },
  "local-fallback": { base: { rule: "only", options: { node: 2 } }, when_down: "local" },
};

test("no placement rule answers a request sooner than the oracle without load", () => {
  const rules = placementRules.filter((rule) => rule.name !== "oracle");
  fc.assert(
    fc.property(worlds, (setup) => {
      {
        const bound = oracle(setup, [1, 2]);
        const segments = setup.model.segments.map((_, k) => k % 3);
        const exitAfter = setup.model.exits.map(({ after }) => after);
        for (const { name } of rules) {
          const values = name === "fixed" ? { segments } : told[name]!;
          // Where exits stand is not for `make`: DDNN's plan is a fixed one.
          const places = name === "ddnn" ? ddnn.places!(values, segments.length, 0, exitAfter) : null;
          const one = places === null ? under(setup, name, values) : under(setup, "fixed", { segments: places });
          latencies(one).forEach((latency, i) => {
            expect(latency, name).toBeGreaterThanOrEqual(bound[i]! - 1e-6);
          });
        }
      }
    }),
    { numRuns: 10 },
  );
  expect(Object.keys(told).sort()).toEqual(rules.map((rule) => rule.name).sort());
});

test("under load it is no bound: all requests crowd the machine that is best for each alone", () => {
  // Edge 1 s, device 1.5 s; ten at once: the edge is done after 10 s, half and half would be after 7.5 s.
  const setup = build({
    nodes: [node("device"), node("edge")],
    links: [link(0, 1)],
    streams: [stream({ arrivals: at(...new Array<number>(10).fill(0)) })],
    times: [1],
    table: (_, n) => (n === 0 ? 1.5 : 1),
  });
  expect(Math.max(...oracle(setup, [1]))).toBe(10);
  const turns = under(setup, "round-robin", { among: [0, 1], segments: null, spill: null });
  expect(Math.max(...latencies(turns))).toBe(7.5);
});

test("of equal machines behind links of their own it takes the one whose link has service", () => {
  const windows = [{ at: 0, for: 50 }];
  const nodes = [node("device"), node("edge", { count: 1 }), node("other", { count: 1 })];
  const setup = build({
    nodes,
    links: [link(0, 1, { outages: { kind: "windows", windows } }), link(0, 2)],
    streams: [stream({ arrivals: at(0, 100) })],
    times: [1],
    table: (_, n) => (n === 0 ? 10 : n === 1 ? 1 : 2),
    sizes: [0],
  });
  // At 0 the first link is down until 50; at 100 it has service.
  expect(oracle(setup, [1, 2])).toEqual([2, 1]);
});
