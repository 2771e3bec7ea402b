import fc from "fast-check";
import { expect, test } from "vitest";
import type { Setup } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { build, exponential, follow, link, node, type Options, poisson, stream } from "./build.ts";

const base: Options = {
  nodes: [node("device", { count: 4 }), node("edge", { servers: 2 })],
  links: [link(0, 1, { rate: 1e5, latency: 0.01, jitter: exponential(0.01) })],
  streams: [stream({ name: "cameras", arrivals: poisson(2) })],
  times: [exponential(0.1), exponential(0.2)],
  share: [0.5, 1],
  sizes: [0, 1000],
  place: [0, 1],
  run: { requests: 500 },
};

/** Draws of each request of a stream, by (device, number): arrival, services, exit. */
function draws(setup: Setup, streamIndex: number): Map<string, unknown> {
  const told = follow(setup).requests.filter((r) => r.stream === streamIndex);
  return new Map(
    told.map((r) => [
      `${r.device}/${r.number}`,
      [r.exit, ...r.visits.map(([, , started, ended]) => Math.round((ended - started) * 1e9))],
    ]),
  );
}

function expectSameDraws(a: Map<string, unknown>, b: Map<string, unknown>): void {
  let shared = 0;
  for (const [request, values] of a) {
    if (!b.has(request)) continue;
    shared++;
    expect(b.get(request)).toEqual(values);
  }
  expect(shared).toBeGreaterThan(50);
}

test("another stream on other machines changes no draw of this one", () => {
  const alone = build(base);
  const nodes = [...base.nodes!, node("sensor", { count: 3 })];
  const links = [...base.links!, link(2, 1, { name: "other" })];
  const streams = [...base.streams!, stream({ name: "sensors", source: 2, arrivals: poisson(5) })];
  const together = build({ ...base, nodes, links, streams, run: { requests: 1500 } });
  expectSameDraws(draws(alone, 0), draws(together, 0));
});

test("more devices change no draw of those that were there", () => {
  const nodes = [node("device", { count: 9 }), base.nodes![1]!];
  expectSameDraws(draws(build(base), 0), draws(build({ ...base, nodes, run: { requests: 1200 } }), 0));
});

test("the same segment takes the same time on another node, and the same exit is left at", () => {
  const onEdge = build({ ...base, place: [1, 1] });
  const split = follow(build(base)).requests;
  const whole = follow(onEdge).requests;
  const exits = (told: typeof split) => new Map(told.map((r) => [`${r.device}/${r.number}`, r.exit]));
  const others = exits(whole);
  for (const [request, exit] of exits(split)) expect(others.get(request)).toBe(exit);
  const compute = (r: (typeof split)[number]): number => r.visits.reduce((sum, [, , from, to]) => sum + to - from, 0);
  const times = new Map(whole.map((r) => [`${r.device}/${r.number}`, compute(r)]));
  for (const r of split) expect(times.get(`${r.device}/${r.number}`)).toBeCloseTo(compute(r), 9);
});

test("faster links and more servers leave arrivals where they are", () => {
  const arrivals = (options: Options): number[] => follow(build(options)).requests.map((r) => r.visits[0]![1]);
  const nodes = [base.nodes![0]!, node("edge", { servers: 7 })];
  expect(arrivals({ ...base, nodes, links: [link(0, 1, { rate: 1e9 })] })).toEqual(arrivals(base));
});

test("two runs are the same, two replications are not", () => {
  const setup = build(base);
  const [a, b, c] = [simulate(setup, 0), simulate(setup, 0), simulate(setup, 1)];
  expect(b.fingerprint).toEqual(a.fingerprint);
  expect(b.end).toEqual(a.end);
  expect(c.fingerprint).not.toEqual(a.fingerprint);
});

test("all times multiplied by a power of two: results multiplied by it, to the last bit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -8, max: 8 }),
      fc.nat(100),
      fc.constantFrom("fifo", "fixed", "shared"),
      (power, seed, kind) => {
        const factor = 2 ** power;
        const scaled = (f: number): Setup =>
          build({
            nodes: [node("device", { count: 2 }), node("edge", { servers: 2, queue: { places: 3 } })],
            links: [link(0, 1, { kind: kind as "fifo", rate: 65_536 / f, latency: 0.01 * f })],
            streams: [stream({ arrivals: poisson(2 / f), answerTo: "source" })],
            times: [exponential(0.3 * f), exponential(0.4 * f)],
            share: [0.5, 1],
            sizes: [0, 1000],
            result: 100,
            place: [0, 1],
            run: { requests: 100 },
            seed,
          });
        const one = follow(scaled(1)).requests;
        const other = follow(scaled(factor)).requests;
        expect(other.map((r) => [r.end, r.endedAt])).toEqual(one.map((r) => [r.end, r.endedAt * factor]));
      },
    ),
    { numRuns: 40 },
  );
});

test("more bandwidth on a FIFO path makes no request later", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 1, max: 8, noNaN: true }), (seed, faster) => {
      const ends = (rate: number): number[] =>
        follow(
          build({
            nodes: [node("device", { count: 3 }), node("edge")],
            links: [link(0, 1, { rate, latency: 0.01 })],
            streams: [stream({ arrivals: poisson(1) })],
            times: [exponential(0.2), exponential(0.2)],
            // One size: a FIFO server behind the link sees the same order.
            sizes: [0, 1000],
            place: [0, 1],
            run: { requests: 100 },
            seed,
          }),
        ).requests.map((r) => r.endedAt);
      const slow = ends(20_000);
      ends(20_000 * faster).forEach((end, i) => {
        expect(end).toBeLessThanOrEqual(slow[i]! + 1e-9);
      });
    }),
    { numRuns: 40 },
  );
});

test("a rule that leaves by draw decides as it would if it were asked", () => {
  const asked = build({ ...base, share: [0.35, 1] });
  const exit = { ...asked.policy.exit, leavesByDraw: true };
  const told = (setup: Setup) => follow(setup).requests.map((r) => [r.exit, r.endedAt]);
  expect(told({ ...asked, policy: { ...asked.policy, exit } })).toEqual(told(asked));
});
