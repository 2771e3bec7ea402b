import { expect, test } from "vitest";
import { Window } from "../../src/experiment/window.ts";
import type { Admission, Autoscale } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { seconds } from "../../src/units.ts";
import { at, build, endsOf, exponential, follow, type NodeOptions, node, poisson, sequence, stream } from "./build.ts";

const admit = (rules: Partial<Admission>, more: NodeOptions = {}) =>
  node("edge", {
    ...more,
    queue: { ...more.queue, admit: { rate: null, burst: 1, wait: null, deadline: false, ...rules } },
  });
const ends = (setup: Parameters<typeof follow>[0]) => follow(setup).requests.map((r) => r.end);

test("a token bucket admits a burst, then as many as tokens come", () => {
  const setup = build({
    nodes: [admit({ rate: 1, burst: 2 }, { servers: 9 })],
    streams: [stream({ arrivals: at(0, 0, 0.5, 1, 1.25, 2, 2.5, 9, 9, 9) })],
    times: [0.125],
  });
  // Two tokens go at 0; one is whole again at 1 and at 2; by 9 there are two, not seven.
  expect(ends(setup).map((end) => end === "completed")).toEqual([
    true,
    true,
    false,
    true,
    false,
    true,
    false,
    true,
    true,
    false,
  ]);
  expect(follow(setup).window.dropped(4, null)).toBe(4);
});

test("tokens that come a third at a time are whole after three times", () => {
  const setup = build({
    nodes: [admit({ rate: 1 / 3 }, { servers: 9 })],
    streams: [stream({ arrivals: at(0, 0.3, 3, 6, 9, 12) })],
    times: [0.125],
  });
  expect(ends(setup)).toEqual(["completed", "admission", "completed", "completed", "completed", "completed"]);
});

test("requests whose expected wait is too long are turned away", () => {
  const setup = build({
    nodes: [admit({ wait: seconds(2) })],
    streams: [stream({ arrivals: at(0, 2, 2.25, 2.5, 2.75, 3) })],
    times: [1],
  });
  // A second of mean service is known from 1 on. At 2.25 one is there: expected 1 s; at 2.5 two: 2 s; at 2.75 three: 3 s; at 3 one has gone.
  expect(ends(setup)).toEqual(["completed", "completed", "completed", "completed", "admission", "completed"]);
});

test("requests that are expected to be late are turned away", () => {
  const setup = build({
    nodes: [admit({ deadline: true }, { servers: 2 })],
    streams: [stream({ arrivals: at(0, 2, 2, 2, 2), deadline: seconds(1.5) })],
    times: [1],
  });
  // At 2: two are served at once; the third would wait (2 + 1 - 2) x 1 / 2 = 0.5 s and end just in time, the fourth 1 s.
  expect(ends(setup)).toEqual(["completed", "completed", "completed", "completed", "admission"]);
});

const autoscale = (rules: Partial<Autoscale>): Autoscale => ({
  min: 1,
  max: 3,
  up: { of: "utilization", limit: 0.8 },
  down: { of: "utilization", limit: 0.3 },
  every: seconds(1),
  startUp: seconds(0.5),
  ...rules,
});

test("a busy machine starts one server more at each look, ready after its start-up, and stops them when there is little to do", () => {
  const setup = build({
    nodes: [node("edge", { autoscale: autoscale({}) })],
    streams: [stream({ arrivals: at(0, 0, 0, 0) })],
    times: [2],
    run: { duration: seconds(10) },
  });
  // One server is busy from 0 to 1: the second is ordered at 1 and ready at 1.5; [1, 2] is busy all of the ready time (1 + 0.5 s):
  // the third is ordered at 2 and ready at 2.5. First 0 to 2, second 1.5 to 3.5, third 2 to 4, fourth 2.5 to 4.5.
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual([2, 3.5, 4, 4.5]);
  // At 5 the last second was busy (0 + 0 + 0.5) of 3: one stops; at 6 nothing of 2: another stops; min is 1.
  // On: 1 from 0, 2 from 1, 3 from 2 to 5, 2 to 6, 1 to 10.
  const { on, up } = window.replication.end.stations[0]!;
  expect(on).toBe(1 + 2 + 9 + 2 + 4);
  expect(up).toBe(on - 1);
});

test("a queue can start servers, too; one that is to stop first does what it has begun", () => {
  const setup = build({
    nodes: [
      node("edge", {
        servers: 2,
        autoscale: autoscale({
          max: 2,
          up: { of: "queue", limit: 1 },
          down: { of: "queue", limit: 0.5 },
          startUp: seconds(0),
        }),
      }),
    ],
    streams: [stream({ arrivals: at(0, 0, 0, 1.5, 1.5) })],
    times: [sequence(1.25, 3, 1.25, 1, 1)],
    run: { duration: seconds(6) },
  });
  // [0,1]: one waits at two servers, 0.5: nothing. At 1.25 the third begins. [1,2]: waiting 0.25 + 2 x 0.5 = 1.25 of 2 = 0.625: nothing.
  // At 2.5 the fourth begins, [2,3] waiting 2 x 0.5 + 0.5 = 1.5 of 2: 0.75. At 3 the second ends, the fifth begins. [3,4] 0: one
  // stops at 4, when both are idle.
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual([1.25, 3, 2.5, 3.5, 4]);
  expect(window.replication.end.stations[0]!.on).toBe(8 + 2);
});

test("energy and price are those of the servers that are on", () => {
  const setup = build({
    nodes: [node("edge", { servers: 2, autoscale: autoscale({ max: 2, down: { of: "utilization", limit: 0.1 } }) })],
    streams: [stream({ arrivals: at(0, 9) })],
    run: { duration: seconds(10) },
  });
  const window = new Window(setup, simulate(setup, 0), 0);
  // Busy half of [0, 1]; idle in [1, 2]: one stops at 2. The last second is busy: another starts at 10, too late.
  expect(window.serversOn(0)).toBe(2 * 2 + 8);
  expect(window.busiestShare(0)).toBeCloseTo(2 / 12, 12);
});

test("shared servers come and go", () => {
  const setup = build({
    nodes: [node("edge", { queue: { discipline: "ps" }, autoscale: autoscale({ max: 2, startUp: seconds(0) }) })],
    streams: [stream({ arrivals: at(0, 0) })],
    times: [2],
  });
  // Half speed until 1, a second server from there: 0.5 + 1.5.
  expect(endsOf(setup)).toEqual([2.5, 2.5]);
});

test("where priorities preempt, there are no more servers than are on", () => {
  const setup = build({
    nodes: [node("edge", { queue: { discipline: "priority-preemptive" }, autoscale: autoscale({ max: 2 }) })],
    streams: [
      stream({ name: "bulk", arrivals: at(0, 0), priority: 2 }),
      stream({ name: "urgent", arrivals: at(2), priority: 1 }),
    ],
    times: [3],
  });
  // The second server takes the second request at 1.5. At 2 the urgent takes one of the two: that of the bulk that came last, which goes on at 3.
  expect(endsOf(setup)).toEqual([3, 5.5, 5]);
});

test("autoscaling follows the load: few servers on average, and no request is lost", () => {
  const setup = build({
    nodes: [node("edge", { servers: 1, autoscale: autoscale({ max: 20, every: seconds(5), startUp: seconds(3) }) })],
    streams: [stream({ arrivals: poisson(6) })],
    times: [exponential(1)],
    run: { requests: 20_000 },
  });
  const window = new Window(setup, simulate(setup, 0), 0);
  expect(window.completed(() => true).n).toBe(20_000);
  const busy = window.over((s) => s.busy[0]!)! / window.seconds!;
  const on = window.serversOn(0)! / window.seconds!;
  expect(busy).toBeGreaterThan(5.5);
  expect(on).toBeGreaterThan(busy);
  expect(on).toBeLessThan(16);
});
