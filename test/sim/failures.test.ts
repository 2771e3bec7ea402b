import { expect, test } from "vitest";
import type { Failures, Fault, InService, NodeGroup } from "../../src/sim/setup.ts";
import { begin } from "../../src/sim/simulation.ts";
import { seconds } from "../../src/units.ts";
import {
  amount,
  at,
  build,
  endsOf,
  exponential,
  follow,
  type NodeOptions,
  node,
  partsOf,
  poisson,
  sequence,
  stream,
} from "./build.ts";

const fault = (from: number, until: number, inService: InService = "resume"): Fault => ({
  at: seconds(from),
  until: seconds(until),
  inService,
});
/** The loop may look at some alarms after the last request has ended. */
const forever = Array<number>(1000).fill(1e9);
/** Up for the first number, under repair for the second, and so on; then up for good. */
const failures = (spans: readonly number[], more: Partial<Failures> = {}): Failures => ({
  uptime: sequence(...spans.filter((_, i) => i % 2 === 0), ...forever),
  repair: sequence(...spans.filter((_, i) => i % 2 === 1), ...forever),
  clock: "time",
  inService: "resume",
  of: "server",
  ...more,
});
const edge = (options: NodeOptions) => [node("edge", options)];

test("while its server is repaired a request waits, and then goes on where it was", () => {
  const setup = build({
    nodes: edge({ failures: failures([1, 3]) }),
    streams: [stream({ arrivals: at(0, 0.5) })],
    times: [2],
  });
  // Works 0 to 1 and 4 to 5; the second 5 to 7.
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual([5, 7]);
  expect(partsOf(setup, window)).toMatchObject({ edge: 4, queue: 3 + 4.5 });
});

test.each([
  ["resume", [5, 7], 4, 7.5],
  // The first second is done again; both seconds count as compute.
  ["restart", [6, 8], 5, 8.5],
  // The same with one server: it was first in line.
  ["requeue", [6, 8], 5, 8.5],
] as const)("in service at a failure: %s", (inService, ends, compute, queue) => {
  const setup = build({
    nodes: edge({ failures: failures([1, 3], { inService }) }),
    streams: [stream({ arrivals: at(0, 0.5) })],
    times: [2],
  });
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual(ends);
  expect(partsOf(setup, window)).toMatchObject({ edge: compute, queue });
});

test("a request that is lost with its server is dropped, reason node, and who waits goes on waiting", () => {
  const setup = build({
    nodes: edge({ failures: failures([1, 3], { inService: "drop" }) }),
    streams: [stream({ arrivals: at(0, 0.5) })],
    times: [2],
  });
  const { requests, window } = follow(setup);
  expect(requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["node", 1],
    ["completed", 6],
  ]);
  expect(window.dropped(3, null)).toBe(1);
});

test("each of several servers has its own request again after its repair, or begins whichever is first in line", () => {
  const of = (inService: InService) =>
    endsOf(
      build({
        nodes: edge({ servers: 2, failures: failures([1.25, 3], { inService, clock: "busy" }) }),
        streams: [stream({ arrivals: at(0, 0.5) })],
        times: [2],
      }),
    );
  // One fails at 1.25 until 4.25, the other at 1.75 until 4.75; both requests have had 1.25 s by then.
  expect(of("resume")).toEqual([5, 5.5]);
  expect(of("requeue")).toEqual([6.25, 6.75]);
});

test("a fault takes all machines of a node down, from one instant to another, and what is in service resumes", () => {
  const setup = build({
    nodes: [node("edge", { servers: 2, faults: [fault(1, 3), fault(2, 4)] })],
    streams: [stream({ arrivals: at(0, 0, 1.5) })],
    times: [2],
  });
  // Down from 1 to 4: faults that overlap last until the last of them ends.
  const { requests, window } = follow({ ...setup, run: { ...setup.run, duration: seconds(10) } });
  expect(requests.map((r) => r.endedAt)).toEqual([5, 5, 7]);
  // Two servers over 10 s, both down for 3.
  expect([window.over((s) => s.stations[0]!.on), window.over((s) => s.stations[0]!.up)]).toEqual([20, 14]);
});

test("an idle server that is down takes nobody, and takes who waits when it is repaired", () => {
  const setup = build({
    nodes: edge({ faults: [fault(1, 3)], queue: { places: 1 } }),
    streams: [stream({ arrivals: at(1, 1.25, 1.5) })],
    times: [1],
  });
  // Arrivals come before timers: at 1 the first is taken, and interrupted at once.
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 4],
    ["completed", 5],
    ["queue", 1.5],
  ]);
});

test("by the clock of busy time a server ages only while it works", () => {
  const setup = build({
    nodes: edge({ failures: failures([3, 1], { clock: "busy" }) }),
    streams: [stream({ arrivals: at(0, 10, 20) })],
    times: [2],
  });
  // 2 s of its 3 are spent on the first, the last at 11, in the middle of the second: repaired at 12, done at 13.
  expect(endsOf(setup)).toEqual([2, 13, 22]);
});

test("a machine that fails as a whole takes all its servers along", () => {
  const setup = build({
    nodes: edge({ servers: 3, failures: failures([1, 5], { of: "machine" }) }),
    streams: [stream({ arrivals: at(0, 0, 2) })],
    times: [2],
  });
  expect(endsOf(setup)).toEqual([7, 7, 8]);
});

test("servers that fail by themselves, each by draws of its own", () => {
  const setup = build({
    nodes: edge({ servers: 50, failures: { ...failures([]), uptime: exponential(10), repair: exponential(5) } }),
    streams: [stream({ arrivals: poisson(1) })],
    run: { duration: seconds(4000) },
  });
  const { window } = follow(setup);
  // Up for 10 s of 15 on average; 50 x 267 cycles: the standard error is about 0.0014.
  const available = window.over((s) => s.stations[0]!.up)! / window.over((s) => s.stations[0]!.on)!;
  expect(Math.abs(available - 2 / 3)).toBeLessThan(0.007);
});

test("shared servers that fail leave the others to share", () => {
  const setup = build({
    nodes: [node("edge", { servers: 1, queue: { discipline: "ps" }, faults: [fault(1, 2)] })],
    streams: [stream({ arrivals: at(0, 0) })],
    times: [1],
  });
  // Half a second each by 1, nothing until 2, the rest until 3.
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual([3, 3]);
  expect(partsOf(setup, window)).toMatchObject({ edge: 2, queue: 4 });
});

test("who is urgent takes the repaired server first where priorities preempt", () => {
  const setup = build({
    nodes: edge({ queue: { discipline: "priority-preemptive" }, faults: [fault(1, 3)] }),
    streams: [
      stream({ name: "bulk", arrivals: at(0), priority: 2 }),
      stream({ name: "urgent", arrivals: at(2), priority: 1 }),
    ],
    times: [2],
  });
  expect(endsOf(setup)).toEqual([6, 5]);
});

test.each([
  ["resume", [4, 4]],
  ["restart", [5, 5]],
  ["requeue", [5, 5]],
] as const)("a batch whose server fails: %s", (inService, ends) => {
  const setup = build({
    nodes: edge({
      queue: { batch: { min: 1, max: 2, wait: seconds(0) } },
      faults: [fault(1, 3, inService)],
    }),
    streams: [stream({ arrivals: at(0, 0) })],
    batched: [{ 1: 1, 2: 2 }],
  });
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual(ends);
  const compute = inService === "resume" ? 4 : 6;
  expect(partsOf(setup, window)).toMatchObject({ edge: compute, queue: 4 });
});

test("where priorities preempt, one that is requeued by a failure takes the server of one less urgent at once", () => {
  const setup = build({
    nodes: edge({
      servers: 2,
      queue: { discipline: "priority-preemptive" },
      failures: failures([5, 100], { clock: "busy", inService: "requeue" }),
    }),
    streams: [
      stream({ name: "bulk", arrivals: at(0, 2, 4.5), priority: 2 }),
      stream({ name: "urgent", arrivals: at(4), priority: 1 }),
    ],
    times: [2],
  });
  // The first server has worked for 5 s at 5, and fails 1 s into the urgent's service, which begins anew on the second: 5 to 7.
  // Whom it took that from has had half a second of two: 7 to 8.5.
  expect(endsOf(setup)).toEqual([2, 4, 7, 8.5]);
});

test("a request that is requeued goes to an idle server at once, though that was never needed before", () => {
  const setup = build({
    nodes: edge({ servers: 2, failures: failures([1, 10], { clock: "busy", inService: "requeue" }) }),
    streams: [stream({ arrivals: at(0, 5) })],
    times: [sequence(0.5, 0.75)],
  });
  // The first server fails half a second into the second request, which begins anew at 5.5 on the other.
  expect(endsOf(setup)).toEqual([0.5, 6.25]);
});

test("a whole batch is lost with its server", () => {
  const setup = build({
    nodes: edge({ queue: { batch: { min: 1, max: 2, wait: seconds(0) } }, faults: [fault(1, 3, "drop")] }),
    streams: [stream({ arrivals: at(0, 0, 0.5) })],
    batched: [{ 1: 1, 2: 2 }],
  });
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["node", 1],
    ["node", 1],
    ["completed", 4],
  ]);
});

test("servers that hardly ever fail are what servers that never fail are", () => {
  const of = (more: Partial<NodeGroup>) =>
    follow(
      build({
        nodes: [node("edge", { servers: 2, ...more })],
        streams: [stream({ arrivals: poisson(1.5) })],
        times: [exponential(1)],
        run: { requests: 1000 },
      }),
    ).requests;
  const rare = { ...failures([]), uptime: amount(1e12), repair: amount(1) };
  expect(of({ failures: rare })).toEqual(of({}));
});

test("a server that ages while it works leaves no alarms behind when it rests", () => {
  const setup = build({
    nodes: edge({ failures: { ...failures([]), uptime: exponential(1e9), repair: exponential(1), clock: "busy" } }),
    streams: [stream({ arrivals: poisson(0.5) })],
    times: [0.1],
    run: { requests: 20_000 },
  });
  const simulation = begin(setup, 0);
  while (!simulation.advance(1)) expect(simulation.agenda.size).toBeLessThan(30);
});
