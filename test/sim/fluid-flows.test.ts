import fc from "fast-check";
import { expect, test } from "vitest";
import { FluidLinks } from "../../src/sim/links/fluid.ts";
import { ConstantRate, type FlowHost, type Rate } from "../../src/sim/links/link-kind.ts";
import { pieceKey, piecesOf } from "../../src/sim/links/pieces.ts";
import { SharedLinks } from "../../src/sim/links/shared.ts";
import { Timeline } from "../../src/sim/links/timeline.ts";
import { bitsPerSecond } from "../../src/units.ts";
import { build, endsOf, link, node, stream } from "./build.ts";

const ns = (value: number): number => Math.round(value * 1e9);
const free = { servers: 1_000_000 };

test("twice the weight is twice the rate on the same link", () => {
  // 9 kbit/s: heavy 6, light 3. Heavy sends 6,000 bit in 1 s; light has 3,000 of 6,000 left, alone at 9: 1/3 s more.
  const setup = build({
    nodes: [node("device"), node("edge", free)],
    links: [link(0, 1, { kind: "shared", rate: 9000 })],
    streams: [stream({ name: "heavy", weight: 2 }), stream({ name: "light" })],
    times: [0],
    sizes: [750],
    place: [1],
  });
  expect(endsOf(setup).map(ns)).toEqual([1_000_000_000, 1_333_333_333]);
});

test("a flow gets no more than its limit, and what it leaves is the others'", () => {
  // 10 kbit/s over the trunk; flows of the first link are limited to 2 kbit/s, so the second gets 8.
  const setup = build({
    nodes: [node("slow"), node("fast"), node("gateway"), node("edge", free)],
    links: [
      link(0, 2, { kind: "shared", rate: 100_000, flowCap: bitsPerSecond(2000) }),
      link(1, 2, { kind: "shared", rate: 100_000 }),
      link(2, 3, { kind: "shared", rate: 10_000 }),
    ],
    streams: [stream({ name: "slow", source: 0 }), stream({ name: "fast", source: 1 })],
    times: [0],
    sizes: [1000],
    place: [3],
  });
  expect(endsOf(setup).map(ns)).toEqual([4_000_000_000, 1_000_000_000]);
});

test("a bottleneck that changes in the middle of a flow is felt at once by all that are connected to it", () => {
  // Both over a trunk of 8 kbit/s until 1 s, then 4: 4,000 bit each by then, 2 kbit/s each: 2 s more for the other 4,000.
  const varying = {
    kind: "steps",
    at: Float64Array.of(0, 1),
    values: Float64Array.of(8000, 4000),
    length: 2,
    repeats: false,
    start: 0,
  } as const;
  const setup = build({
    nodes: [node("one"), node("other"), node("gateway"), node("edge", free)],
    links: [
      link(0, 2, { kind: "shared", rate: 100_000 }),
      link(1, 2, { kind: "shared", rate: 100_000 }),
      link(2, 3, { kind: "shared", rate: 8000, varying }),
    ],
    streams: [stream({ name: "one", source: 0 }), stream({ name: "other", source: 1 })],
    times: [0],
    sizes: [1000],
    place: [3],
  });
  expect(endsOf(setup).map(ns)).toEqual([3_000_000_000, 3_000_000_000]);
});

interface Flow {
  readonly path: readonly number[];
  readonly weight: number;
  readonly size: number;
}

/** Rates of flows that all begin at 0, as far as the first end tells: what each had sent when the first of all ended. */
function firstEnd(flows: readonly Flow[], capacities: readonly number[], caps: readonly number[]) {
  const due: { time: number; entity: number; generation: number }[] = [];
  let now = 0;
  const ends: number[] = flows.map(() => Number.POSITIVE_INFINITY);
  const host: FlowHost = {
    sent: (slot) => {
      ends[slot] = now;
    },
    scheduleFlow: (time, entity, generation) => {
      if (time < Number.POSITIVE_INFINITY) due.push({ time, entity, generation });
    },
    orderOf: (slot) => slot,
    rateOf: (resource) => new ConstantRate(capacities[resource]!),
    weightOf: (slot) => flows[slot]!.weight,
    capOf: (resource) => caps[resource]!,
    wayOf: () => 0,
  };
  const links = new FluidLinks(host);
  for (const [slot, flow] of flows.entries()) links.enter(flow.path, slot, flow.size, 0);
  while (due.length > 0) {
    due.sort((a, b) => a.time - b.time);
    const next = due.shift()!;
    now = next.time;
    links.event(next.entity, next.generation, now);
  }
  return { ends, used: capacities.map((_, r) => links.busySeconds(r, now)) };
}

test("rates are weighted max-min fair: each flow is held by its limit, or by a full link where nobody has more for its weight", () => {
  const capacities = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 3, maxLength: 3 });
  const limits = fc.array(fc.constantFrom(1, 4, Number.POSITIVE_INFINITY), { minLength: 3, maxLength: 3 });
  const path = fc.subarray([0, 1, 2], { minLength: 1 });
  const flow = fc.record({ path, weight: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(capacities, limits, fc.array(flow, { minLength: 1, maxLength: 7 }), (rates, caps, list) => {
      // A flow of 1 bit among others that never end: it ends at 1 / its rate.
      const rateOf = (i: number): number =>
        1 /
        firstEnd(
          list.map((f, k) => ({ ...f, size: k === i ? 1 : 1e9 })),
          rates,
          caps,
        ).ends[i]!;
      const found = list.map((_, i) => rateOf(i));
      const load = rates.map((_, r) => list.reduce((sum, f, i) => sum + (f.path.includes(r) ? found[i]! : 0), 0));
      list.forEach((f, i) => {
        const cap = Math.min(...f.path.map((r) => caps[r]!));
        expect(found[i]!).toBeLessThanOrEqual(cap * (1 + 1e-6));
        if (found[i]! > cap * (1 - 1e-6)) return;
        const isHeld = f.path.some(
          (r) =>
            load[r]! > rates[r]! * (1 - 1e-6) &&
            list.every((g, k) => !g.path.includes(r) || found[k]! / g.weight <= (found[i]! / f.weight) * (1 + 1e-6)),
        );
        expect(isHeld).toBe(true);
      });
      for (const [r, sum] of load.entries()) expect(sum).toBeLessThanOrEqual(rates[r]! * (1 + 1e-6));
    }),
    { numRuns: 60 },
  );
});

/** Ends of flows over one resource whose capacity changes, by one of the two models. */
function endsOver(
  kind: "fluid" | "virtual time",
  flows: readonly { at: number; bits: number }[],
  rate: () => Rate,
): number[] {
  const ends: number[] = [];
  const due: { time: number; entity: number; generation: number }[] = [];
  let now = 0;
  const line = rate();
  const host: FlowHost = {
    sent: (slot) => {
      ends[slot] = now;
    },
    scheduleFlow: (time, entity, generation) => {
      if (time < Number.POSITIVE_INFINITY) due.push({ time, entity, generation });
    },
    orderOf: (slot) => slot,
    rateOf: () => line,
    weightOf: () => 1,
    capOf: () => Number.POSITIVE_INFINITY,
    wayOf: () => 0,
  };
  const links = kind === "fluid" ? new FluidLinks(host) : new SharedLinks(host);
  const coming = flows.map((flow, slot) => ({ ...flow, slot })).sort((a, b) => a.at - b.at);
  while (coming.length > 0 || due.length > 0) {
    due.sort((a, b) => a.time - b.time);
    if (coming.length > 0 && !(due[0] !== undefined && due[0].time < coming[0]!.at)) {
      const { at, bits, slot } = coming.shift()!;
      now = at;
      links.enter([0], slot, bits, now);
    } else {
      const { time, entity, generation } = due.shift()!;
      now = time;
      links.event(entity, generation, now);
    }
    if (ends.filter((end) => end !== undefined).length === flows.length) break;
  }
  return ends;
}

test("where the capacity changes, rates that follow each step and one integral over all steps end flows at the same instants", () => {
  const flow = fc.record({
    at: fc.integer({ min: 0, max: 60 }).map((n) => n / 4),
    bits: fc.integer({ min: 1, max: 60 }),
  });
  const rates = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(flow, { minLength: 1, maxLength: 12 }), rates, (flows, list) => {
      const steps = {
        kind: "steps",
        at: Float64Array.from([...list.keys(), list.length]),
        values: Float64Array.from([...list, 3]),
        length: list.length + 1,
        repeats: true,
        start: 0,
      } as const;
      const key = pieceKey({ seed: 1, replication: 0 }, 0, "test");
      const rate = (): Rate => new Timeline(piecesOf(steps, key, key));
      const [fluid, virtual] = [endsOver("fluid", flows, rate), endsOver("virtual time", flows, rate)];
      flows.forEach((_, i) => {
        expect(fluid[i]).toBeCloseTo(virtual[i]!, 6);
      });
    }),
  );
});
