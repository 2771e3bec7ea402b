import { expect, test } from "vitest";
import type { Discipline } from "../../src/sim/setup.ts";
import { seconds } from "../../src/units.ts";
import { at, build, endsOf, exponential, follow, link, node, partsOf, poisson, sequence, stream } from "./build.ts";

const queue = (discipline: Discipline, places = Number.POSITIVE_INFINITY) => ({ queue: { discipline, places } });

test("of those that wait the smallest priority is served first, and who is served is left in peace", () => {
  const setup = build({
    nodes: [node("edge", queue("priority"))],
    streams: [
      stream({ name: "bulk", arrivals: at(0, 0.5), priority: 5 }),
      stream({ name: "urgent", arrivals: at(0.1, 0.6), priority: 1 }),
    ],
    times: [2],
  });
  // Arrivals in order: bulk 0, urgent 0.1, bulk 0.5, urgent 0.6. Bulk 0 until 2, both urgent until 4 and 6, the other bulk until 8.
  expect(endsOf(setup)).toEqual([2, 4, 8, 6]);
});

test("with preemption the urgent takes the server at once, and the interrupted goes on where it was", () => {
  const setup = build({
    nodes: [node("edge", queue("priority-preemptive"))],
    streams: [
      stream({ name: "bulk", arrivals: at(0, 0.5), priority: 5 }),
      stream({ name: "urgent", arrivals: at(1.5, 1.75), priority: 1 }),
    ],
    times: [2],
  });
  const { requests, window } = follow(setup);
  // Bulk 0 has 0.5 s left at 1.5; urgent 1.5 to 3.5 and 3.5 to 5.5; bulk 0 until 6, the other bulk until 8.
  expect(requests.map((r) => r.endedAt)).toEqual([6, 8, 3.5, 5.5]);
  // Waiting 4, 5.5, 0 and 1.75; service 2 each.
  const parts = partsOf(setup, window);
  expect([parts.queue, parts.edge]).toEqual([11.25, 8]);
  expect(window.visits(0)[1]).toBe(11.25);
  expect(window.visits(0)[3]).toBe(3);
});

test("of several servers the one with the greatest priority number is taken, of equals the one that came last", () => {
  const setup = build({
    nodes: [node("edge", { servers: 2, ...queue("priority-preemptive") })],
    streams: [
      stream({ name: "bulk", arrivals: at(0, 0.5), priority: 5 }),
      stream({ name: "urgent", arrivals: at(1), priority: 1 }),
    ],
    times: [2],
  });
  // Bulk 0 keeps its server until 2, where the interrupted one, which has had half a second, goes on: 2 + 1.5.
  expect(endsOf(setup)).toEqual([2, 3.5, 3]);
});

test("equal priorities do not interrupt each other", () => {
  const setup = build({
    nodes: [node("edge", queue("priority-preemptive"))],
    streams: [stream({ arrivals: at(0, 0.5, 1), priority: 3 })],
    times: [2],
  });
  expect(endsOf(setup)).toEqual([2, 4, 6]);
});

test("an interrupted request takes no place in the queue, and is never dropped", () => {
  const setup = build({
    nodes: [node("edge", queue("priority-preemptive", 1))],
    streams: [
      stream({ name: "bulk", arrivals: at(0, 0.25, 0.5), priority: 5 }),
      stream({ name: "urgent", arrivals: at(1), priority: 1 }),
    ],
    times: [2],
  });
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 4],
    ["completed", 6],
    ["queue", 0.5],
    ["completed", 3],
  ]);
});

test("an interrupted request that has become late is not given up: it has been in service", () => {
  const setup = build({
    nodes: [node("edge", queue("priority-preemptive"))],
    streams: [
      stream({ name: "bulk", arrivals: at(0, 0.5), priority: 5, deadline: seconds(2.25), late: "drop" }),
      stream({ name: "urgent", arrivals: at(1), priority: 1 }),
    ],
    times: [2],
  });
  // The first bulk goes on at 3 until 4; the second would be taken at 4, 3.5 s after it came.
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 4],
    ["deadline", 4],
    ["completed", 3],
  ]);
});

test("the earliest deadline is served first; without one, last", () => {
  const setup = build({
    nodes: [node("edge", queue("edf"))],
    streams: [
      stream({ name: "none", arrivals: at(0, 0.1) }),
      stream({ name: "lax", arrivals: at(0.2), deadline: seconds(10) }),
      stream({ name: "strict", arrivals: at(0.3, 0.4), deadline: seconds(1) }),
    ],
  });
  // Served until 1: the first. Then due 1.3, 1.4, 10.2, never.
  expect(endsOf(setup)).toEqual([1, 5, 4, 2, 3]);
});

test("the shortest job is served first, equal ones in the order of their arrival", () => {
  const setup = build({
    nodes: [node("edge", queue("sjf"))],
    streams: [stream({ arrivals: at(0, 0.1, 0.2, 0.3, 0.4) })],
    times: [sequence(1, 3, 2, 0.5, 2)],
  });
  // 0 to 1, then 0.5 until 1.5, 2 until 3.5, 2 until 5.5, 3 until 8.5.
  expect(endsOf(setup)).toEqual([1, 8.5, 3.5, 1.5, 5.5]);
});

test("shared servers give each of n requests min(1, servers / n)", () => {
  const setup = build({
    nodes: [node("edge", queue("ps"))],
    streams: [stream({ arrivals: at(0, 1, 3) })],
    times: [sequence(2, 3, 0.5)],
  });
  const { requests, window } = follow(setup);
  // [0,1]: the first alone, 1 left. [1,3]: two share, the first ends at 3; the second has 2 left then.
  // [3,4]: second and third share; the third ends at 4, the second has 1.5 left and ends at 5.5.
  expect(requests.map((r) => r.endedAt)).toEqual([3, 5.5, 4]);
  const parts = partsOf(setup, window);
  // Residence 3 + 4.5 + 1 = 8.5, of which 5.5 in service.
  expect(parts.edge).toBeCloseTo(5.5, 12);
  expect(parts.queue).toBeCloseTo(3, 12);
});

test("two shared servers slow nobody down while there are two requests", () => {
  const setup = build({
    nodes: [node("edge", { servers: 2, ...queue("ps") })],
    streams: [stream({ arrivals: at(0, 0, 1) })],
    times: [sequence(2, 4, 2)],
  });
  const { requests, window } = follow(setup);
  // [0,1] both at full speed: 1 and 3 left. From 1 on three at 2/3: the first ends at 2.5, the others have 2 and 1 left, alone to 3.5 and 4.5.
  expect(requests.map((r) => r.endedAt)).toEqual([2.5, 4.5, 3.5]);
  expect(window.visits(0)[3]).toBe(3);
  expect(follow(build({ nodes: setup.nodes, times: [1] })).window.visits(0)[3]).toBe(0);
});

test("with places a shared machine takes as many as places and servers", () => {
  const setup = build({
    nodes: [node("edge", queue("ps", 1))],
    streams: [stream({ arrivals: at(0, 0.5, 0.75, 2) })],
  });
  // Two share: the first has 0.5 left at 0.5 and ends at 1.5; the second has 0.5 left then and ends at 2, before the fourth comes.
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 1.5],
    ["completed", 2],
    ["queue", 0.75],
    ["completed", 3],
  ]);
});

test.each(["priority", "priority-preemptive", "edf", "sjf", "ps"] as const)(
  "%s keeps the server through contiguous segments, and charges codecs as codecs",
  (discipline) => {
    const setup = build({
      nodes: [node("device"), node("edge", queue(discipline)), node("cloud", queue(discipline))],
      links: [link(0, 1, { latency: 1 }), link(1, 2, { latency: 1 })],
      times: [1, 2, 4],
      share: [0, 0, 1],
      sizes: [0, 0, 0],
      decode: [0.25, null, 0.5],
      encode: [null, null, 0.125],
      place: [1, 1, 2],
    });
    const { requests, window } = follow(setup);
    // 1 on the way, 0.25 + 1 + 2 + 0.125 at the edge, 1 on the way, 0.5 + 4 at the cloud.
    expect(requests[0]!.endedAt).toBe(9.875);
    expect(requests[0]!.visits).toEqual([
      [1, 1, 1, 4.375],
      [2, 5.375, 5.375, 9.875],
    ]);
    expect(partsOf(setup, window)).toMatchObject({ edge: 3, cloud: 4, codec: 0.875, queue: 0, propagate: 2 });
  },
);

test.each(["priority", "priority-preemptive", "edf", "sjf"] as const)(
  "%s of requests that are all alike is first come first served, to the last bit of every figure",
  (discipline) => {
    // Shortest first, equal times are what makes requests alike.
    const time = discipline === "sjf" ? 1.25 : exponential(1.25);
    const of = (d: Discipline) =>
      follow(
        build({
          nodes: [node("device", queue(d)), node("edge", { servers: 2, ...queue(d, 3) })],
          links: [link(0, 1, { rate: 8e6, latency: 0.01 })],
          streams: [stream({ arrivals: poisson(1.5), answerTo: "source" })],
          times: [0.3, time, 0.25],
          share: [0.3, 0, 1],
          sizes: [0, 1000, 1000],
          encode: [null, 0.05, null],
          decode: [null, 0.0625, null],
          place: [0, 1, 1],
          run: { requests: 2000 },
        }),
      );
    const [plain, other] = [of("fifo"), of(discipline)];
    expect(other.requests).toEqual(plain.requests);
    expect(other.replication.fingerprint).toEqual(plain.replication.fingerprint);
    const sums = ({ window: w }: typeof plain) =>
      [0, 1].flatMap((g) => [
        ...w.visits(g),
        w.over((s) => s.busy[g]!)!,
        w.over((s) => s.waiting[g]!)!,
        w.over((s) => s.departed[g]!)!,
        w.busiest(g)!,
      ]);
    sums(other).forEach((value, i) => {
      expect(value).toBeCloseTo(sums(plain)[i]!, 8);
    });
  },
);
