import { describe, expect, test } from "vitest";
import { RunawayError } from "../../src/sim/arrivals/closed.ts";
import type { Arrivals } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { seconds } from "../../src/units.ts";
import { type Amount, amount, build, exponential, follow, node, type Options, stream } from "./build.ts";

const closed = (clients: number, think: Amount, query = 1, each = true): Arrivals => ({
  kind: "closed",
  clients,
  each,
  think: amount(think),
  query,
});

/** Arrival and end of every request, in order of arrival. */
const spans = (options: Options): (readonly [number, number])[] =>
  follow(build(options)).requests.map((r) => [r.visits[0]![1], r.endedAt] as const);

const one = (arrivals: Arrivals, requests: number, time: Amount = 2): Options => ({
  streams: [stream({ arrivals })],
  times: [time],
  run: { requests },
});

describe("closed", () => {
  test("clients think, ask, wait for the answer, and think again", () => {
    // Both ask at 3 s. The first is served 3 to 5 and asks again at 8; the second waits, is served 5 to 7 and asks at 10, as the
    // first is done; that one asks at 13, the second, served 10 to 12, at 15.
    expect(spans(one(closed(2, 3), 6))).toEqual([
      [3, 5],
      [3, 7],
      [8, 10],
      [10, 12],
      [13, 15],
      [15, 17],
    ]);
  });

  test("there are never more requests than clients", () => {
    const { requests } = follow(build(one(closed(3, exponential(1)), 500, exponential(1))));
    for (const r of requests) {
      const inside = requests.filter((o) => o.visits[0]![1] <= r.visits[0]![1] && o.endedAt > r.visits[0]![1]);
      expect(inside.length).toBeLessThanOrEqual(3);
      expect(new Set(inside.map((o) => o.number % 3)).size).toBe(inside.length);
    }
  });

  test("a dropped query is followed by the next after a think time, too", () => {
    // No waiting room: of two clients that ask at 1 s, the second is dropped and asks again at 2 s, and at 3 s, when the server is free.
    const { requests } = follow(build({ ...one(closed(2, 1), 4), nodes: [node("n", { queue: { places: 0 } })] }));
    expect(requests.map((r) => [r.number, r.end, r.endedAt])).toEqual([
      [0, "completed", 3],
      [1, "queue", 1],
      [3, "queue", 2],
      [5, "completed", 5],
    ]);
  });

  test("clients of all together are dealt to the devices in turn", () => {
    const setup = build({ ...one(closed(5, 1, 1, false), 5, 0.1), nodes: [node("n", { count: 3 })] });
    const devices = follow(setup).requests.map((r) => r.device);
    expect(devices.sort()).toEqual([0, 0, 1, 1, 2]);
  });

  /** From the end of a client's query to its next, by client and number. */
  const thinks = (options: Options): Map<string, number> => {
    const setup = build(options);
    const { requests } = follow(setup);
    const at = new Map(requests.map((r) => [`${r.device} ${r.number}`, r]));
    const found = new Map<string, number>();
    for (const r of requests) {
      const before = at.get(`${r.device} ${r.number - 2}`);
      found.set(`${r.device} ${r.number}`, r.visits[0]![1] - (before?.endedAt ?? 0));
    }
    return found;
  };

  test("each client's n-th think time is the same whatever the service times and the other devices", () => {
    const options = (time: Amount, count: number, requests: number): Options => ({
      ...one(closed(2, exponential(1)), requests, time),
      nodes: [node("n", { count })],
    });
    const [fast, slow, more] = [
      thinks(options(0.1, 2, 200)),
      thinks(options(exponential(2), 2, 200)),
      thinks(options(0.1, 4, 400)),
    ];
    for (const others of [slow, more]) {
      const both = [...fast.keys()].filter((key) => others.has(key));
      expect(both.length).toBeGreaterThan(100);
      for (const key of both) expect(others.get(key)).toBeCloseTo(fast.get(key)!, 9);
    }
    expect(new Set([...fast.values()].map((t) => t.toFixed(9))).size).toBe(fast.size);
  });

  test("a run by duration ends then, whoever is waiting", () => {
    const { end, inFlight } = simulate(build({ ...one(closed(4, 1), 1), run: { duration: seconds(10.5) } }), 0);
    // Four ask at 1 s, are done at 3, 5, 7 and 9 s, and ask again at 4, 6, 8 and 10 s.
    expect(end.at).toBe(10.5);
    expect(end.arrived).toBe(8);
    expect(inFlight.reduce((a, b) => a + b, 0)).toBe(0);
  });

  test("queries that take no time and clients that do not think are told, instead of running for ever", () => {
    const setup = build({ ...one(closed(1, 0), 1, 0), run: { duration: seconds(1) } });
    expect(() => simulate(setup, 0)).toThrow(RunawayError);
    expect(() => simulate(setup, 0)).toThrow("workload.stream: 100011 queries ended at t=0 s");
  });

  test("a run by number of requests ends even where nothing takes time", () => {
    expect(simulate(build(one(closed(1, 0), 1000, 0)), 0).end.arrived).toBe(1000);
  });
});

describe("LoadGen", () => {
  test("single-stream: the next query comes when the last has ended", () => {
    expect(spans(one(closed(1, 0), 4))).toEqual([
      [0, 2],
      [2, 4],
      [4, 6],
      [6, 8],
    ]);
  });

  test("multi-stream: the next samples come together when all of the last have ended", () => {
    expect(spans(one(closed(1, 0, 3), 6))).toEqual([
      [0, 2],
      [0, 4],
      [0, 6],
      [6, 8],
      [6, 10],
      [6, 12],
    ]);
    // On two servers a query of three takes 4 s, the second round 4 to 8.
    const { requests } = follow(build({ ...one(closed(1, 0, 3), 6), nodes: [node("n", { servers: 2 })] }));
    expect(requests.map((r) => r.endedAt)).toEqual([2, 2, 4, 6, 6, 8]);
  });

  test("multi-stream: samples that are dropped end, too", () => {
    const { requests } = follow(build({ ...one(closed(1, 0, 3), 6), nodes: [node("n", { queue: { places: 1 } })] }));
    expect(requests.map((r) => [r.end, r.endedAt])).toEqual([
      ["completed", 2],
      ["completed", 4],
      ["queue", 0],
      ["completed", 6],
      ["completed", 8],
      ["queue", 4],
    ]);
  });

  test("offline: all come at once, and the window is the time that it takes to answer them", () => {
    const arrivals: Arrivals = { kind: "at-once", requests: 4, each: false };
    const { window, requests } = follow(
      build({ streams: [stream({ arrivals })], times: [2], nodes: [node("n", { count: 2 })] }),
    );
    // Two on each of two devices, 2 s each: the last ends at 4 s.
    expect(requests.map((r) => [r.device, r.visits[0]![1], r.endedAt])).toEqual([
      [0, 0, 2],
      [0, 0, 4],
      [1, 0, 2],
      [1, 0, 4],
    ]);
    expect(window.seconds).toBe(4);
    expect(window.rate((at) => at.completed[0]!)).toBe(1);
    expect(window.rate((at) => at.busy[0]!)).toBe(2);
  });

  test("offline of each device is so many of each", () => {
    const arrivals: Arrivals = { kind: "at-once", requests: 4, each: true };
    const { end } = simulate(
      build({ streams: [stream({ arrivals })], times: [2], nodes: [node("n", { count: 2 })] }),
      0,
    );
    expect([end.arrived, end.at]).toEqual([8, 8]);
  });
});
