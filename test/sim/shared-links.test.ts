import fc from "fast-check";
import { expect, test } from "vitest";
import { FluidLinks } from "../../src/sim/links/fluid.ts";
import { ConstantRate, type FlowHost } from "../../src/sim/links/link-kind.ts";
import { SharedLinks } from "../../src/sim/links/shared.ts";
import { at, build, endsOf, follow, link, node, partsOf, sequence, stream } from "./build.ts";

const free = { servers: 1_000_000 };

test("n equal flows that begin together end together after n times the time of one", () => {
  // 1,000 B at 8 kbit/s: 1 s alone, 5 s for five.
  const setup = build({
    nodes: [node("device"), node("edge", free)],
    links: [link(0, 1, { kind: "shared", rate: 8000, latency: 0.5 })],
    streams: [stream({ arrivals: at(0, 0, 0, 0, 0) })],
    times: [0],
    sizes: [1000],
    place: [1],
  });
  const { requests, window } = follow(setup);
  for (const r of requests) expect(r.endedAt).toBeCloseTo(5.5, 12);
  expect(partsOf(setup, window)).toMatchObject({ queue: 0, transmit: expect.closeTo(25, 12), propagate: 2.5 });
});

test("flows that begin one after the other share what is there", () => {
  // 2 s of work each. First alone until 1 (1 left), two until 3 (first done at 3, second has 1 left), second alone until 4.
  const setup = build({
    nodes: [node("device"), node("edge", free)],
    links: [link(0, 1, { kind: "shared", rate: 8000 })],
    streams: [stream({ arrivals: at(0, 1, 10) })],
    times: [0],
    sizes: [2000],
    place: [1],
  });
  const ends = endsOf(setup);
  expect(ends[0]).toBeCloseTo(3, 12);
  expect(ends[1]).toBeCloseTo(4, 12);
  expect(ends[2]).toBeCloseTo(12, 12);
});

test("a small flow leaves the large one its rate when it ends", () => {
  // Works 1 and 3 s from 0: at half rate the small one ends at 2, the large one then has 2 left and ends at 4.
  const setup = build({
    nodes: [node("device"), node("edge", free)],
    links: [link(0, 1, { kind: "shared", rate: 8000 })],
    streams: [stream({ arrivals: at(0, 0) })],
    times: [0],
    sizes: [sequence(1000, 3000)],
    place: [1],
  });
  const ends = endsOf(setup);
  expect(ends[0]).toBeCloseTo(2, 12);
  expect(ends[1]).toBeCloseTo(4, 12);
});

test("a flow over a private hop and a bottleneck has its max-min rate over both, and leaves the rest to the others", () => {
  // Device 0 has 2 kbit/s to the gateway, device 1 has 100; both share 8 kbit/s from there. Alone in its queue, device 0 keeps its 2,
  // device 1 gets 6. 1,000 B each: device 1 ends at 8/6 s, device 0 at 4 s.
  const setup = build({
    nodes: [node("slow"), node("fast"), node("gateway"), node("edge", free)],
    links: [
      link(0, 2, { kind: "shared", rate: 2000 }),
      link(1, 2, { kind: "shared", rate: 100_000 }),
      link(2, 3, { kind: "shared", rate: 8000 }),
    ],
    streams: [stream({ name: "slow", source: 0 }), stream({ name: "fast", source: 1 })],
    times: [0],
    sizes: [1000],
    place: [3],
  });
  const ends = endsOf(setup);
  expect(ends[0]).toBeCloseTo(4, 12);
  expect(ends[1]).toBeCloseTo(8 / 6, 12);
});

test("a flow over two shared links is sent once, then pays the propagation of both", () => {
  const setup = build({
    nodes: [node("device"), node("gateway"), node("edge")],
    links: [
      link(0, 1, { kind: "shared", rate: 8000, latency: 0.25 }),
      link(1, 2, { kind: "shared", rate: 16_000, latency: 0.5 }),
    ],
    times: [0],
    sizes: [1000],
    place: [2],
  });
  const { requests, window } = follow(setup);
  expect(requests[0]!.endedAt).toBeCloseTo(1.75, 12);
  expect(requests[0]!.messages).toHaveLength(2);
  expect(partsOf(setup, window)).toMatchObject({
    transmit: expect.closeTo(1, 12),
    propagate: expect.closeTo(0.75, 12),
  });
});

test("a shared link stores and forwards to a link of another kind", () => {
  const setup = build({
    nodes: [node("device"), node("gateway"), node("edge")],
    links: [link(0, 1, { kind: "shared", rate: 8000 }), link(1, 2, { kind: "fifo", rate: 8000 })],
    times: [0],
    sizes: [1000],
    place: [2],
  });
  expect(endsOf(setup)[0]).toBeCloseTo(2, 12);
});

/** Drives a link model by hand: enters flows and calls `complete` when it asks to be called. */
function drive(flows: readonly { at: number; work: number }[], kind: "virtual time" | "fluid"): number[] {
  const ends: number[] = [];
  const due: { time: number; id: number; generation: number }[] = [];
  let now = 0;
  const host: FlowHost = {
    sent: (slot: number) => {
      ends[slot] = now;
    },
    scheduleFlow: (time: number, id: number, generation: number) => {
      if (time < Number.POSITIVE_INFINITY) due.push({ time, id, generation });
    },
    orderOf: (slot: number) => slot,
    rateOf: () => new ConstantRate(1),
    weightOf: () => 1,
    capOf: () => Number.POSITIVE_INFINITY,
    wayOf: () => 0,
  };
  const links = kind === "fluid" ? new FluidLinks(host) : new SharedLinks(host);
  const coming = flows.map((flow, slot) => ({ ...flow, slot })).sort((a, b) => a.at - b.at);
  for (;;) {
    due.sort((a, b) => a.time - b.time);
    const next = due[0];
    const arriving = coming[0];
    if (next === undefined && arriving === undefined) return ends;
    if (next === undefined || (arriving !== undefined && arriving.at <= next.time)) {
      coming.shift();
      now = arriving!.at;
      links.enter([0], arriving!.slot, arriving!.work, now);
    } else {
      due.shift();
      now = next.time;
      links.event(next.id, next.generation, now);
    }
  }
}

test("on a single link the fluid model and virtual time agree", () => {
  const flow = fc.record({
    at: fc.integer({ min: 0, max: 40 }).map((n) => n / 8),
    work: fc.integer({ min: 1, max: 24 }),
  });
  fc.assert(
    fc.property(fc.array(flow, { minLength: 1, maxLength: 25 }), (flows) => {
      const virtual = drive(flows, "virtual time");
      const fluid = drive(flows, "fluid");
      flows.forEach((_, i) => {
        expect(fluid[i]).toBeCloseTo(virtual[i]!, 7);
      });
      // No work is lost: while there is some the link sends, so the last end is the end of the last busy period.
      const sorted = [...flows].sort((a, b) => a.at - b.at);
      const last = sorted.reduce((end, f) => Math.max(end, f.at) + f.work, 0);
      expect(Math.max(...virtual)).toBeCloseTo(last, 7);
    }),
  );
});
