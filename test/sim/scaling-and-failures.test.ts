/** Servers that come and go and fail. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { outcomeOf } from "../../src/experiment/outcome.ts";
import type { Autoscale, Failures, Fault, InService, NodeGroup } from "../../src/sim/setup.ts";
import { begin, simulate } from "../../src/sim/simulation.ts";
import type { ServingMachine } from "../../src/sim/stations/serving.ts";
import { seconds, watts } from "../../src/units.ts";
import { at, build, exponential, follow, type NodeOptions, node, poisson, sequence, stream } from "./build.ts";

const autoscale = (rules: Partial<Autoscale>): Autoscale => ({
  min: 1,
  max: 2,
  up: { of: "utilization", limit: 0.8 },
  down: { of: "utilization", limit: 0.3 },
  every: seconds(1),
  startUp: seconds(0.5),
  ...rules,
});
const forever = Array<number>(100).fill(1e9);
/** Of each server: up for the first number, under repair for the second, and so on; then up for good. */
const failures = (spans: readonly number[], more: Partial<Failures> = {}): Failures => ({
  uptime: sequence(...spans.filter((_, i) => i % 2 === 0), ...forever),
  repair: sequence(...spans.filter((_, i) => i % 2 === 1), ...forever),
  clock: "time",
  inService: "resume",
  of: "server",
  ...more,
});
const fault = (from: number, until: number): Fault => ({
  at: seconds(from),
  until: seconds(until),
  inService: "resume",
});
const setupOf = (options: NodeOptions, arrivals: readonly number[], times: readonly number[], duration: number) =>
  build({
    nodes: [node("edge", options)],
    streams: [stream({ arrivals: at(...arrivals) })],
    times: [sequence(...times)],
    run: { duration: seconds(duration) },
  });
/** When each request ended, and why where not completed; server seconds on, started and up. */
function told(setup: ReturnType<typeof setupOf>) {
  const { requests, replication } = follow(setup);
  const { on, started, up } = replication.end.stations[0]!;
  return {
    ends: requests.map((r) => (r.end === "completed" ? r.endedAt : `${r.end} ${r.endedAt}`)),
    seconds: [on, started, up],
  };
}

test("a server that failed serves again after its repair while it is on, and one that starts is not broken", () => {
  const setup = setupOf({ autoscale: autoscale({}), failures: failures([1.25, 2]) }, [0, 0], [2, 2], 8);
  // Busy all of [0, 1]: the second server is ordered at 1 and takes the second request at 1.5. The first is broken from 1.25 to 3.25 and ends its
  // request at 4, the second, 1.25 s old, from 2.75 to 4.75: 5.5. In [4, 5] a quarter second of 1.25 that were up is busy: one goes.
  // On: 5 + 7. Of them started: 5 + 6.5. Broken 2 each.
  expect(told(setup)).toEqual({ ends: [4, 5.5], seconds: [12, 11.5, 7.5] });
});

test("servers that are on draw and cost, broken or starting as they may be; available are those that are up of those that have started", () => {
  const power = { idle: watts(10), busy: watts(30) };
  const options = { autoscale: autoscale({}), failures: failures([1.25, 2]), power, price: 3.6 };
  const setup = setupOf(options, [0, 0], [2, 2], 8);
  const { result } = outcomeOf(setup, [simulate(setup, 0)], 0.95);
  // As above: 12 server seconds on, of which 4 busy, for two requests.
  expect(result.nodes.edge!.availability!.estimate).toBe(7.5 / 11.5);
  expect(result.nodes.edge!.utilization!.estimate).toBeCloseTo(4 / 12, 12);
  expect(result.energy_j.nodes.edge!.idle!.estimate).toBeCloseTo((10 * 12) / 2, 9);
  expect(result.energy_j.nodes.edge!.active!.estimate).toBeCloseTo((20 * 4) / 2, 9);
  expect(result.cost_usd!.estimate).toBeCloseTo((12 * 3.6) / 3600 / 2, 12);
});

test("a broken server that nobody waits for goes first, and for good: the next that is started is a new one", () => {
  const rules = autoscale({ up: { of: "queue", limit: 0.5 }, down: { of: "utilization", limit: 0.5 } });
  const broken = failures([0.75, 100], { clock: "busy", inService: "drop" });
  const options: NodeOptions = { servers: 2, autoscale: rules, failures: broken };
  const setup = setupOf(options, [0, 1.25, 2.25, 2.25, 7], [2, 0.5, 1, 1, 1], 10);
  // The first server breaks at 0.75. By 1, 0.75 of 1.75 s that were up are busy: it goes, though the other is idle. That one breaks at 2.5, after
  // 0.75 s of work; the fourth request has waited 0.75 s in [2, 3], at 0.5 s that were up: a new server is ordered at 3, and serves it from 3.5.
  // Nothing is busy in [5, 6]: the broken one goes.
  expect(told(setup)).toEqual({
    ends: ["node 0.75", 1.75, "node 2.5", 4.5, 8],
    seconds: [1 + 6 + 7, 1 + 6 + 6.5, 0.75 + 2.5 + 6.5],
  });
});

test.each<[string, Partial<NodeGroup>]>([
  ["faults", { faults: [fault(0.75, 5.25)] }],
  ["failures", { failures: failures([0.75, 4.5], { of: "machine" }) }],
])("a server that starts while its machine is down is down with it: %s", (_, what) => {
  const setup = setupOf({ autoscale: autoscale({}), ...what }, [0, 0], [2, 2], 8);
  // The second is ordered at 1 and has started at 1.5. While none is up and somebody waits, all are taken: nobody is switched off.
  expect(told(setup)).toEqual({ ends: [6.5, 7.25], seconds: [8 + 7, 8 + 6.5, 0.75 + 2 * 2.75] });
});

test.each([
  ["resume", [5, 5], 5],
  ["restart", [6.5, 6.5], 6.5],
  // The one that is to go has nothing to do any more. The other begins both anew.
  ["requeue", [6.5, 10.5], 1.5],
  ["drop", ["node 1.5", "node 1.5"], 1.5],
] as const)("a server that is to go and fails first, in service: %s", (inService, ends, gone) => {
  const rules = autoscale({ up: { of: "queue", limit: 100 }, down: { of: "queue", limit: 0.5 } });
  const options: NodeOptions = { servers: 2, autoscale: rules, failures: failures([1.5, 1], { inService }) };
  // Nobody waits in [0, 1]: one is to go when it has done what it has. Both are broken from 1.5 to 2.5.
  const { ends: seen, seconds: spent } = told(setupOf(options, [0, 0], [4, 4], 12));
  expect(seen).toEqual(ends);
  expect(spent[0]).toBe(12 + gone);
});

test("one that is to go and broken, with a request that waits for it, goes when it has done that", () => {
  const rules = autoscale({ down: { of: "utilization", limit: 0.7 } });
  const options: NodeOptions = { servers: 2, autoscale: rules, failures: failures([0.5, 2], { clock: "busy" }) };
  const setup = setupOf(options, [0, 0.25], [1, 1], 6);
  // Broken from 0.5 to 2.5 and from 0.75 to 2.75. In [0, 1], 1 s of 1.25 is busy. None is up in [1, 2], and somebody waits: nothing. In [2, 3] all
  // that are up are busy; in [3, 4] 0.25 of 2: one goes at 4, of two that are idle.
  expect(told(setup)).toEqual({ ends: [3, 3.25], seconds: [6 + 4, 6 + 4, 10 - 4] });
  const early = {
    ...options,
    autoscale: autoscale({ up: { of: "utilization", limit: 1 }, down: { of: "queue", limit: 1 } }),
  };
  // In [0, 1] requests have waited 0.5 + 0.25 s at 1.25 s up: one is to go, and both hold a request: the second, repaired at 2.75.
  expect(told(setupOf(early, [0, 0.25], [1, 1], 6))).toEqual({
    ends: [3, 3.25],
    seconds: [6 + 3.25, 6 + 3.25, 6 + 3.25 - 4],
  });
});

test("shared servers come, fail and go", () => {
  const rules = autoscale({ startUp: seconds(0) });
  const options: NodeOptions = { queue: { discipline: "ps" }, autoscale: rules, faults: [fault(1.25, 2.25)] };
  // Half a second each by 1, a quarter more by 1.25, the rest from 2.25 on.
  expect(told(setupOf(options, [0, 0], [2, 2], 4)).ends).toEqual([3.5, 3.5]);
  const shared: NodeOptions = {
    servers: 2,
    queue: { discipline: "ps" },
    autoscale: autoscale({ down: { of: "queue", limit: 0.5 } }),
    failures: failures([0.5, 100]),
  };
  // Both break at 0.5. Nobody waits: one goes for good at 1, the least is left. From 2 on somebody waits at none that is up: at 3 a new one is ordered, at 5 the broken one goes.
  expect(told(setupOf(shared, [2], [1], 6))).toEqual({
    ends: [4.5],
    seconds: [1 + 5 + 3, 1 + 5 + 2.5, 0.5 + 0.5 + 2.5],
  });
});

const inServices: readonly InService[] = ["resume", "restart", "requeue", "drop"];
const crowd = (options: NodeOptions, seed: number) =>
  build({
    nodes: [node("edge", options)],
    streams: [
      stream({ name: "bulk", arrivals: poisson(0.6), priority: 2 }),
      stream({ name: "urgent", arrivals: poisson(0.6), priority: 1 }),
    ],
    times: [exponential(1)],
    run: { requests: 300 },
    seed,
  });
const seeds = fc.integer({ min: 1, max: 1e6 });

test("an autoscaler that may change nothing changes nothing", () => {
  const disciplines = fc.constantFrom("fifo", "priority-preemptive", "ps" as const);
  fc.assert(
    fc.property(seeds, fc.constantFrom(...inServices), disciplines, fc.boolean(), (seed, inService, discipline, of) => {
      {
        const broken: Failures = {
          uptime: exponential(9),
          repair: exponential(2),
          clock: "time",
          inService,
          of: "machine",
        };
        const faults = [
          { ...fault(10, 20), inService },
          { ...fault(15, 30), inService },
        ];
        const options: NodeOptions = { servers: 2, queue: { discipline }, failures: of ? broken : null, faults };
        const fixed = { ...options, autoscale: autoscale({ min: 2 }) };
        expect(follow(crowd(fixed, seed)).requests).toEqual(follow(crowd(options, seed)).requests);
      }
    }),
    { numRuns: 25 },
  );
});

/** What a simulation keeps to itself. */
interface Inside {
  readonly stations: { readonly stations: readonly { readonly machines: ReadonlyMap<number, ServingMachine> }[] };
  readonly slicing: { readonly nextArrival: number };
  readonly loop: { readonly call: { handle(events: number): void } };
  readonly over: boolean;
  nextArrival: number;
  file(): void;
  interlude(): void;
}

/** Shows the only machine after each event. */
function watch(setup: ReturnType<typeof crowd>, look: (machine: ServingMachine) => void): void {
  const simulation = begin(setup, 0);
  simulation.advance(0);
  const inside = simulation as unknown as Inside;
  const machine = inside.stations.stations[0]!.machines.get(0)!;
  while (!inside.over) {
    simulation.requests.reserve(8);
    inside.nextArrival = inside.slicing.nextArrival;
    inside.loop.call.handle(1);
    inside.file();
    inside.interlude();
    look(machine);
  }
  simulation.finish();
}

test("no server that is up rests while somebody waits who may have any", () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(...inServices), fc.boolean(), fc.boolean(), (seed, inService, whole, byWork) => {
      {
        const broken: Failures = {
          uptime: exponential(5),
          repair: exponential(3),
          clock: byWork ? "busy" : "time",
          inService,
          of: whole ? "machine" : "server",
        };
        const options: NodeOptions = {
          servers: 2,
          queue: { discipline: "priority-preemptive" },
          autoscale: autoscale({ max: 4, every: seconds(2) }),
          failures: broken,
          faults: [{ ...fault(20, 30), inService }],
        };
        const seen = { broken: 0, starting: 0, most: 0 };
        watch(crowd(options, seed), (machine) => {
          const { inside, busy, up, started, on, servers, line } = machine;
          const stranded = servers.filter((s) => s.stranded !== null).length;
          const leaving = servers.filter((s) => s.isLeaving && s.job !== null).length;
          expect(inside).toBe(busy + line.size + stranded);
          expect(busy).toBe(servers.filter((s) => s.job !== null).length);
          expect(servers.every((s) => s.job === null || (s.faults === 0 && !s.isOff && s.stranded === null))).toBe(
            true,
          );
          expect(busy).toBe(Math.min(busy + line.size, up));
          expect(up).toBeLessThanOrEqual(started);
          expect(started).toBeLessThanOrEqual(on);
          expect(on - leaving).toBeLessThanOrEqual(4 + stranded);
          seen.broken += +(up < started);
          seen.starting += +(started < on);
          seen.most = Math.max(seen.most, on);
        });
        expect(seen.broken).toBeGreaterThan(0);
        expect(seen.most).toBeGreaterThan(2);
      }
    }),
    { numRuns: 25 },
  );
});

test("servers that fail and are repaired are available for the share of the time that they were not starting", () => {
  const rules = autoscale({ max: 60, every: seconds(2), startUp: seconds(20) });
  const broken: Failures = {
    uptime: exponential(10),
    repair: exponential(5),
    clock: "time",
    inService: "resume",
    of: "server",
  };
  const setup = build({
    nodes: [
      node("edge", {
        servers: 20,
        autoscale: { ...rules, min: 20, down: { of: "utilization", limit: 0 } },
        failures: broken,
      }),
    ],
    streams: [stream({ arrivals: poisson(18) })],
    times: [exponential(1)],
    run: { duration: seconds(4000) },
  });
  const { on, started, up } = follow(setup).replication.end.stations[0]!;
  // Up for 10 s of 15; 30 servers or so x 267 cycles: the standard error is about 0.002.
  expect(Math.abs(up / started - 2 / 3)).toBeLessThan(0.01);
  expect(on).toBeGreaterThan(started);
});
