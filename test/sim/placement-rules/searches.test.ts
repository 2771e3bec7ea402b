import fc from "fast-check";
import { expect, test } from "vitest";
import { lightest, mostThroughput } from "../../../src/sim/placement-rules/dads.ts";
import { type PlacementRule, type PlacementView, placementRules } from "../../../src/sim/placement-rules/index.ts";
import { shortestPath } from "../../../src/sim/placement-rules/jointdnn.ts";
import { bestCut } from "../../../src/sim/placement-rules/neurosurgeon.ts";
import { expectedLatency, tiered, type Work } from "../../../src/sim/rules/cost.ts";
import { NetworkView } from "../../../src/sim/rules/network.ts";
import { quiet } from "../../../src/sim/rules/observation.ts";
import type { RuleValues } from "../../../src/sim/rules/options.ts";
import { build, link, node, stream } from "../build.ts";

interface Instance {
  /** [node][segment] [s], whole numbers so that ties occur. */
  readonly times: readonly (readonly number[])[];
  /** Seconds of the tensor over each cut and of the answer on each link. */
  readonly sizes: readonly number[];
  readonly result: number;
  /** Share that leaves after each segment, of those that are there. */
  readonly share: readonly number[];
}

/** source 0, then 1, then 2 in a row; a byte takes a second. */
function workOf({ times, sizes, result, share }: Instance, exitShares: readonly number[] | null): Work {
  const setup = build({
    nodes: times.map((_, i) => node(`node-${i}`)),
    links: times.slice(1).map((_, i) => link(i, i + 1, { rate: 8 })),
    streams: [stream({ answerTo: "source" })],
    times: sizes.map(() => 1),
    table: (_, n, k) => times[n]![k]!,
    sizes,
    result,
    share,
  });
  return { network: new NetworkView(setup), exitShares, heads: setup.model.exits.map((_, e) => e) };
}

const instances = (nodes: number): fc.Arbitrary<Instance> =>
  fc.integer({ min: 1, max: 5 }).chain((segments) => {
    const list = (max: number) => fc.array(fc.integer({ min: 0, max }), { minLength: segments, maxLength: segments });
    return fc.record({
      times: fc.array(list(6), { minLength: nodes, maxLength: nodes }),
      sizes: list(5),
      result: fc.integer({ min: 0, max: 2 }),
      share: list(1).map((early) => early.map((s, k) => (k === segments - 1 ? 1 : s * 0.5))),
    });
  });

/** Every assignment of segments to nodes. */
function assignments(segments: number, nodes: readonly number[]): number[][] {
  if (segments === 0) return [[]];
  return assignments(segments - 1, nodes).flatMap((rest) => nodes.map((n) => [...rest, n]));
}

const latency = (work: Work, nodes: readonly number[]): number =>
  expectedLatency({ ...work, exitShares: null }, 0, nodes);
const onDevice = (nodes: readonly number[]): number => nodes.filter((n) => n === 0).length;

test("Neurosurgeon's cut is the best of all, of equal ones that with the least on the device", () => {
  fc.assert(
    fc.property(instances(2), (instance) => {
      {
        const work = workOf(instance, null);
        const n = instance.sizes.length;
        const cuts = assignments(n, [0, 1]).filter((a) => a.every((x, k) => k === 0 || x >= a[k - 1]!));
        const least = Math.min(...cuts.map((cut) => latency(work, cut)));
        const best = cuts.filter((cut) => latency(work, cut) === least).sort((a, b) => onDevice(a) - onDevice(b))[0]!;
        expect(bestCut(work, 0, 0, 1, 1)).toEqual(best);
      }
    }),
  );
});

test("the minimum cut is the best of all assignments, of equal ones one with the least on the device", () => {
  fc.assert(
    fc.property(instances(2), (instance) => {
      {
        const work = workOf(instance, null);
        const all = assignments(instance.sizes.length, [0, 1]);
        const least = Math.min(...all.map((a) => latency(work, a)));
        const fewest = Math.min(...all.filter((a) => latency(work, a) === least).map(onDevice));
        const found = lightest(work, 0, 0, 1);
        expect(latency(work, found)).toBe(least);
        expect(onDevice(found)).toBe(fewest);
      }
    }),
  );
});

test("under heavy load the cut has the least busy bottleneck of all", () => {
  fc.assert(
    fc.property(instances(2), (instance) => {
      {
        const work = workOf(instance, null);
        const n = instance.sizes.length;
        const busiest = (cut: number): number => {
          const sum = (times: readonly number[]): number => times.reduce((a, b) => a + b, 0);
          const here = sum(instance.times[0]!.slice(0, cut));
          const there = sum(instance.times[1]!.slice(cut));
          return Math.max(here, there, cut < n ? instance.sizes[cut]! : 0);
        };
        const cuts = Array.from({ length: n + 1 }, (_, cut) => cut);
        const least = Math.min(...cuts.map(busiest));
        expect(onDevice(mostThroughput(work, 0, 0, 1))).toBe(cuts.find((cut) => busiest(cut) === least)!);
      }
    }),
  );
});

test("JointDNN's shortest path is the best of all assignments, with and without exits", () => {
  fc.assert(
    fc.property(instances(3), fc.boolean(), (instance, leaves) => {
      {
        // Half of those who come to an exit leave there.
        let here = 1;
        const shares = instance.share
          .filter((s) => s > 0)
          .map((s) => {
            const left = here * s;
            here -= left;
            return left;
          });
        const work = workOf(instance, leaves ? shares : null);
        const all = assignments(instance.sizes.length, [0, 1, 2]);
        const least = Math.min(...all.map((a) => expectedLatency(work, 0, a)));
        const found = shortestPath(work, 0, 0, [0, 1, 2]);
        expect(expectedLatency(work, 0, found)).toBeCloseTo(least, 9);
        if (leaves) return;
        // Whole numbers: of equal paths the first node in the order of the list, from the last segment backwards.
        const equals = all.filter((a) => expectedLatency(work, 0, a) === least).map((a) => [...a].reverse());
        const first = equals.sort((a, b) => a.map((x, i) => x - b[i]!).find((d) => d !== 0) ?? 0)[0]!;
        expect([...found].reverse()).toEqual(first);
      }
    }),
  );
});

test("placements over tiers never go back, and are all that do not", () => {
  const all = assignments(4, [0, 1, 2]).filter((a) => a.every((x, k) => k === 0 || x >= a[k - 1]!));
  expect(new Set(tiered(4, [0, 1, 2]).map(String))).toEqual(new Set(all.map(String)));
  expect(tiered(4, [0, 1, 2])).toHaveLength(all.length);
});

// Two segments of 4 s here and 1 s there; input 6 s on the link, the tensor between them 1 s.
const example: Instance = {
  times: [
    [4, 4],
    [1, 1],
  ],
  sizes: [6, 1],
  result: 0,
  share: [0, 1],
};
const viewFor = (work: Work): PlacementView => ({
  segments: work.network.segments,
  ...work,
  make: () => {
    throw new Error("no search wraps another rule");
  },
});
const next = (name: string, values: RuleValues, observed = {}, exitShares: readonly number[] | null = null) => {
  const work = workOf(example, exitShares);
  const rule = placementRules.find((r) => r.name === name)!.make(values, viewFor(work)) as PlacementRule;
  const request = { source: 0, stream: 0, device: 0, segment: 0, at: 0, machines: () => [0] };
  const choice = rule.next(request, { ...quiet, rate: () => 8, ...observed }, { uniform: () => 0.5 });
  return typeof choice === "number" ? [choice] : choice.nodes;
};

test("by hand: all here 8, cut behind the first 4 + 1 + 1 = 6, all there 6 + 2 = 8", () => {
  expect(next("neurosurgeon", { to: 1, load: 1 })).toEqual([0, 1]);
  expect(next("dads", { to: 1, load: "light" })).toEqual([0, 1]);
  expect(next("jointdnn", { among: [0, 1] })).toEqual([0, 1]);
  expect(next("queue-aware", { among: [1] })).toEqual([0, 1]);
  // With a fifth of the rate: 8, 4 + 5 + 1 = 10.
  expect(next("neurosurgeon", { to: 1, load: 1 }, { rate: () => 1.6 })).toEqual([0, 0]);
  // A cloud four times as slow: 8, 4 + 1 + 4 = 9.
  expect(next("neurosurgeon", { to: 1, load: 4 })).toEqual([0, 0]);
  // Bottlenecks: 8; max(4, 1, 1) = 4; max(6, 2) = 6.
  expect(next("dads", { to: 1, load: "heavy" })).toEqual([0, 1]);
});

test("queues count: three requests there wait 3 x 1 s, and all here, 8, is less than 6 + 3", () => {
  const at = (present: readonly number[]) => ({ node: (n: number) => ({ present: present[n]!, at: 0 }) });
  expect(next("queue-aware", { among: [1] }, at([0, 1]))).toEqual([0, 1]);
  expect(next("queue-aware", { among: [1] }, at([0, 3]))).toEqual([0, 0]);
  // One here: all here 8 + 8, cut 6 + 4 (and 3 there 3) = 13, all there 8 + 3 x 2 = 14.
  expect(next("queue-aware", { among: [1] }, at([1, 3]))).toEqual([0, 1]);
});

test("drift-plus-penalty weighs latency with V against backlog x work", () => {
  const at = (present: readonly number[]) => ({ node: (n: number) => ({ present: present[n]!, at: 0 }) });
  // Backlog 1 here, work 8 or 4: V 8 + 64, V 6 + 16, V 8 + 0. With V = 1: 72, 22, 8; with V = 100: 864, 616, 800.
  expect(next("drift-plus-penalty", { among: [1], v: 1, budget: null }, at([1, 0]))).toEqual([1, 1]);
  expect(next("drift-plus-penalty", { among: [1], v: 100, budget: null }, at([1, 0]))).toEqual([0, 1]);
});

test("a budget of half a byte a request sends every second: what was sent too much is a debt", () => {
  const work = workOf(example, null);
  const type = placementRules.find((r) => r.name === "drift-plus-penalty")!;
  const rule = type.make({ among: [1], v: 0.1, budget: 0.5 }, viewFor(work)).begin!() as PlacementRule;
  const request = { source: 0, stream: 0, device: 0, segment: 0, at: 0, machines: () => [0] };
  const sent = Array.from({ length: 6 }, () => {
    const choice = rule.next(request, { ...quiet, rate: () => 8 }, { uniform: () => 0.5 });
    return typeof choice === "number" ? [] : [...choice.nodes];
  });
  // Cut: 0.6, here: 0.8. Debt 0 -> cut, debt 1; then cut 0.6 + 1, here 0.8 - 1 -> here, debt 0; and so on.
  expect(sent).toEqual([
    [0, 1],
    [0, 0],
    [0, 1],
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
});

test("DDNN gives each tier an exit: up to the first here, to the second there, the rest beyond", () => {
  const type = placementRules.find((r) => r.name === "ddnn")!;
  expect(type.places!({ tiers: ["source", 1, 2] }, 6, 0, [1, 3, 5])).toEqual([0, 0, 1, 1, 2, 2]);
  expect(type.places!({ tiers: ["source", 1] }, 6, 0, [1, 3, 5])).toEqual([0, 0, 1, 1, 1, 1]);
});
