import fc from "fast-check";
import { expect, test } from "vitest";
import { Window } from "../../src/experiment/window.ts";
import { ARRIVED } from "../../src/sim/loop/layout.ts";
import { begin, EndlessError, simulate } from "../../src/sim/simulation.ts";
import { drainLimit, unloadedTime } from "../../src/sim/unloaded.ts";
import { seconds } from "../../src/units.ts";
import { at, build, exponential, follow, link, node, periodic, poisson, stream } from "./build.ts";

test("a run of exact arrivals drains fully, however long that takes", () => {
  // The last arrives at 1; 3,000 s of work.
  const { requests, replication } = follow(build({ streams: [stream({ arrivals: at(0, 0.5, 1) })], times: [1000] }));
  expect(requests.map((r) => r.endedAt)).toEqual([1000, 2000, 3000]);
  expect(replication.end.at).toBe(1);
});

test("a single request with phase 0 finishes", () => {
  const setup = build({ streams: [stream({ arrivals: periodic(1, 0) })], times: [2], run: { requests: 1 } });
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([["completed", 2]]);
});

test("an overloaded run drains as long again as its arrivals took; the rest is in flight", () => {
  // 1 a second, 100 s of service, arrivals until 999 s: until 1,998 s there is time for 19 of 1,000. Unloaded time 100 s, so at least 10,000.
  const setup = build({ streams: [stream({ arrivals: periodic(1, 0) })], times: [100], run: { requests: 1000 } });
  const { window, requests } = follow(setup);
  expect(drainLimit(setup, 999)).toBe(999 + 10_000);
  expect(window.completed(() => true).n).toBe(109);
  expect(window.inFlight(null)).toBe(891);
  expect(requests.filter((r) => r.end === "in_flight")).toHaveLength(891);
  const long = build({ streams: [stream({ arrivals: periodic(1, 0) })], times: [2], run: { requests: 1000 } });
  expect(drainLimit(long, 999)).toBe(1998);
  // The 1,000 requests of 2 s would end at 2,000; the one that ends at 1,998, the 999th, comes too late.
  expect(follow(long).window.completed(() => true).n).toBe(998);
});

test("the unloaded time adds the stages, the codecs and the links of the way", () => {
  const setup = build({
    nodes: [node("device"), node("edge")],
    links: [link(0, 1, { rate: 8000, latency: 0.5, perMessage: 0.25 })],
    times: [exponential(1), 2],
    sizes: [1000, 2000],
    encode: [null, 0.125],
    decode: [0.0625, null],
    result: 0,
  });
  // 1 + 2; 0.125 + 0.0625; three messages of 1, 2 and 0 s, each with 0.5 s and twice 0.25 s.
  expect(unloadedTime(setup)).toBeCloseTo(3 + 0.1875 + 3 + 3, 12);
});

test("with a duration the window ends there, and arrivals end there too", () => {
  const setup = build({
    streams: [stream({ arrivals: periodic(1, 0) })],
    times: [0.5],
    run: { duration: seconds(10) },
  });
  const { requests, replication } = follow(setup);
  expect(requests).toHaveLength(10);
  expect(replication.end.at).toBe(10);
  expect(replication.end.busy[0]).toBeCloseTo(5, 12);
});

test("a trace that ends first ends the run", () => {
  const { replication, requests } = follow(
    build({ streams: [stream({ arrivals: at(1, 2, 3) })], times: [0.5], run: { requests: 100 } }),
  );
  expect([replication.end.at, requests.length]).toEqual([3, 3]);
});

test("a run without arrivals is empty", () => {
  const { replication, requests } = follow(build({ streams: [stream({ arrivals: at() })] }));
  expect([replication.events, requests.length, replication.end.at]).toEqual([0, 0, 0]);
});

test("every request is exactly one of completed, dropped, in flight, and the whole run conserves them", () => {
  fc.assert(
    fc.property(
      fc.record({
        rate: fc.constantFrom(0.5, 2, 8),
        servers: fc.integer({ min: 1, max: 3 }),
        places: fc.constantFrom(0, 1, 5, Number.POSITIVE_INFINITY),
        late: fc.constantFrom("keep" as const, "drop" as const),
        kind: fc.constantFrom("fifo" as const, "shared" as const, "fixed" as const),
        answerTo: fc.constantFrom("source" as const, "nowhere" as const),
        seed: fc.nat(1000),
      }),
      ({ rate, servers, places, late, kind, answerTo, seed }) => {
        const setup = build({
          nodes: [node("device", { count: 3, queue: { places } }), node("edge", { servers, queue: { places } })],
          links: [link(0, 1, { kind, rate: 8000, latency: 0.1 })],
          streams: [stream({ arrivals: poisson(rate), deadline: seconds(2), late, answerTo })],
          times: [exponential(0.2), exponential(0.3)],
          share: [0.4, 1],
          sizes: [0, 200],
          result: 50,
          place: [0, 1],
          run: { requests: 400 },
          seed,
        });
        const { requests, window, replication } = follow(setup);
        expect(requests).toHaveLength(400);
        expect(requests.map((r) => r.order)).toEqual([...requests.keys()]);
        const ended = window.completed(() => true).n + window.allDropped(null) + window.inFlight(null);
        expect(ended).toBe(400);
        expect(replication.partsGap).toBeLessThan(1e-6);
        for (const r of requests) {
          for (const [, queued, started, left] of [...r.visits, ...r.messages]) {
            expect(queued <= started && started <= left).toBe(true);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("time averages obey Little's law and the utilisation law", () => {
  // Everything ends before the window does: one last request long after the others.
  const early = Array.from({ length: 500 }, (_, i) => i * 0.9);
  const setup = build({
    nodes: [node("device"), node("edge", { servers: 2 })],
    links: [link(0, 1, { rate: 8000, latency: 0.2 })],
    streams: [stream({ arrivals: at(...early, 5000) })],
    times: [exponential(0.5), exponential(1.2)],
    sizes: [0, 300],
    place: [0, 1],
  });
  const { requests } = follow(setup);
  const window = new Window(setup, simulate(setup, 0), 0);
  const done = requests.slice(0, 500);
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  const latencies = sum(done.map((r, i) => r.endedAt - early[i]!));
  expect(window.over((s) => s.inSystem)).toBeCloseTo(latencies, 6);
  for (const group of [0, 1]) {
    const visits = done.flatMap((r) => r.visits.filter(([g]) => g === group));
    expect(window.over((s) => s.busy[group]!)).toBeCloseTo(sum(visits.map(([, , from, to]) => to - from)), 6);
    expect(window.over((s) => s.waiting[group]!)).toBeCloseTo(sum(visits.map(([, from, to]) => to - from)), 6);
    expect(window.over((s) => s.departed[group]!)).toBe(500);
  }
  const messages = done.flatMap((r) => r.messages);
  expect(window.over((s) => s.linkInside[0]!)).toBeCloseTo(sum(messages.map(([, from, , to]) => to - from)), 6);
  expect(window.over((s) => s.linkBusy[0]!)).toBeCloseTo(500 * 0.3, 6);
  expect([window.over((s) => s.linkLeft[0]!), window.over((s) => s.linkBytes[0]!)]).toEqual([500, 150_000]);
});

test("arrivals that can no longer be numbered end the run with a hint, not with wrong numbers", () => {
  const run = { requests: null, duration: seconds(1e9) };
  const simulation = begin(build({ streams: [stream({ arrivals: poisson(1) })], times: [0.1], run }), 0);
  simulation.advance(1);
  // As if two thousand million had come.
  const { loop } = simulation as unknown as { loop: { ints: Int32Array } };
  loop.ints[ARRIVED >> 2] = 2 ** 31 - 100;
  expect(() => simulation.advance(1)).toThrow(EndlessError);
});
