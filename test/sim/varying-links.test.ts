import fc from "fast-check";
import { expect, test } from "vitest";
import type { Varying } from "../../src/sim/links/varying.ts";
import { meanOf } from "../../src/sim/links/varying.ts";
import { at, build, endsOf, exponential, follow, link, node, poisson, sequence, stream } from "./build.ts";

const ns = (value: number): number => Math.round(value * 1e9);
const free = { servers: 1_000_000 };

/** Values from their instants on; the last as long as `length` says. */
function steps(list: readonly (readonly [number, number])[], rest: Partial<Extract<Varying, { kind: "steps" }>> = {}) {
  return {
    kind: "steps",
    at: Float64Array.from(list, ([t]) => t),
    values: Float64Array.from(list, ([, value]) => value),
    length: list.at(-1)![0] + 1,
    repeats: false,
    start: 0,
    ...rest,
  } as const satisfies Varying;
}

/** One link from a device to an edge that takes no time, and messages of given bytes at given instants. */
function over(kind: "fixed" | "fifo" | "shared", varying: Varying, arrivals: number[], sizes: number[]) {
  return build({
    nodes: [node("device"), node("edge", free)],
    links: [link(0, 1, { kind, varying, rate: meanOf(varying) })],
    streams: [stream({ arrivals: at(...arrivals) })],
    times: [0],
    sizes: [sequence(...sizes)],
    place: [1],
  });
}

test("a transfer across steps sends what each step allows, to the nanosecond", () => {
  // 1,000 B = 8,000 bit: 4,000 in the first second, nothing in the next, the rest at 16 kbit/s: 2 s + 0.25 s.
  const trace = steps([
    [0, 4000],
    [1, 0],
    [2, 16_000],
  ]);
  for (const kind of ["fixed", "fifo", "shared"] as const)
    expect(endsOf(over(kind, trace, [0], [1000])).map(ns), kind).toEqual([2_250_000_000]);
});

test("a FIFO link sends the next message in what is left of the step", () => {
  // The second follows at 2.25 s and takes 0.5 s at 16 kbit/s.
  const trace = steps([
    [0, 4000],
    [1, 0],
    [2, 16_000],
  ]);
  expect(endsOf(over("fifo", trace, [0, 0], [1000, 1000])).map(ns)).toEqual([2_250_000_000, 2_750_000_000]);
});

test("two flows share each step equally", () => {
  // 16,000 bit in all: 8,000 by 1 s, so each has 4,000 left; then 4 kbit/s for both: 2 s more. A third, alone at 10 s: 1 s at 4 kbit/s.
  const trace = steps([
    [0, 8000],
    [1, 4000],
  ]);
  expect(endsOf(over("shared", trace, [0, 0, 10], [1000, 1000, 500])).map(ns)).toEqual([3e9, 3e9, 11e9]);
});

test("a trace that repeats goes on from its beginning, entered where it is said", () => {
  // On for 1 s at 8 kbit/s, off for 1 s; begun at 0.5 s, so 0.5 s on, 1 s off, 1 s on: 12,000 bit end at 2.5 s.
  const trace = steps(
    [
      [0, 8000],
      [1, 0],
    ],
    { repeats: true, start: 0.5 },
  );
  expect(endsOf(over("fifo", trace, [0], [1500])).map(ns)).toEqual([2_500_000_000]);
});

test("without service for ever a message is in flight at the end, and so is what waits behind it", () => {
  const trace = steps([
    [0, 8000],
    [1, 0],
  ]);
  for (const kind of ["fixed", "fifo", "shared"] as const) {
    const { requests } = follow(over(kind, trace, [0, 0.5], [500, 5000]));
    expect(requests.map((r) => r.end)).toEqual(["completed", "in_flight"]);
  }
});

test("a random start is the same for every policy, and another in another replication", () => {
  const trace = steps(
    [
      [0, 8000],
      [1, 4000],
    ],
    { repeats: true, start: "random" },
  );
  const setup = over("fifo", trace, [0], [900]);
  const ends = [0, 1, 2].map((replication) => follow(setup, replication).requests[0]!.endedAt);
  expect(new Set(ends).size).toBe(3);
  const other = { ...setup, policy: { ...setup.policy, name: "other" } };
  expect(follow(other, 1).requests[0]!.endedAt).toBe(ends[1]);
});

test("with a capacity that varies, a link is busy as long as it holds a message, and carries every byte", () => {
  const processes: Varying[] = [
    { kind: "gauss-markov", mean: 8000, sd: 4000, correlation: 0.8, every: 0.25 },
    { kind: "two-state", good: 12_000, bad: 0, goodFor: exponential(2), badFor: exponential(1) },
  ];
  for (const varying of processes) {
    for (const kind of ["fifo", "shared"] as const) {
      const setup = build({
        nodes: [node("device", { count: 2 }), node("edge", free)],
        links: [link(0, 1, { kind, varying, rate: meanOf(varying), per: 0 })],
        streams: [stream({ arrivals: poisson(0.5) })],
        times: [0],
        sizes: [1000],
        place: [1],
        run: { requests: 400 },
      });
      const { requests, window } = follow(setup);
      const done = requests.filter((r) => r.end === "completed");
      expect(window.messages(0)[3]).toBe(done.length * 1000);
      // Busy: the union of [started, left] of each device, up to the end of the window.
      const end = window.replication.end.at;
      let busy = 0;
      for (const device of [0, 1]) {
        const spans = requests
          .filter((r) => r.device === device)
          .flatMap((r) => r.messages.map(([, , started, left]) => [started, Math.min(left, end)] as const))
          .sort((a, b) => a[0] - b[0]);
        let until = 0;
        for (const [from, to] of spans) {
          busy += Math.max(0, to - Math.max(from, until));
          until = Math.max(until, to);
        }
      }
      expect(window.over((s) => s.linkBusy[0]!)).toBeCloseTo(busy, 6);
    }
  }
});

test("a Gauss-Markov capacity has its mean, spread and correlation; two states last as long as they are said to", async () => {
  const { pieceKey, piecesOf } = await import("../../src/sim/links/pieces.ts");
  const key = pieceKey({ seed: 1, replication: 0 }, 0, "test");
  const process = piecesOf({ kind: "gauss-markov", mean: 100, sd: 10, correlation: 0.9, every: 1 }, key, key);
  const values = Array.from({ length: 40_000 }, () => {
    process.next();
    return process.value;
  });
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  const lag1 = values.slice(1).reduce((a, b, i) => a + (b - mean) * (values[i]! - mean), 0) / values.length / variance;
  // Standard error of the mean: 10 sqrt((1 + 0.9) / (1 - 0.9) / 40000) = 0.22.
  expect(Math.abs(mean - 100)).toBeLessThan(0.9);
  expect(Math.sqrt(variance)).toBeGreaterThan(9.3);
  expect(Math.sqrt(variance)).toBeLessThan(10.7);
  expect(lag1).toBeCloseTo(0.9, 1);

  const states = piecesOf(
    { kind: "two-state", good: 1, bad: 0, goodFor: exponential(3), badFor: exponential(1) },
    key,
    key,
  );
  let good = 0;
  let from = 0;
  while (from < 40_000) {
    states.next();
    if (states.value === 1) good += states.until - from;
    from = states.until;
  }
  expect(good / from).toBeCloseTo(0.75, 1);
});

test("sending in steps is the inverse of what the steps carry", async () => {
  const { Timeline } = await import("../../src/sim/links/timeline.ts");
  const { pieceKey, piecesOf } = await import("../../src/sim/links/pieces.ts");
  const key = pieceKey({ seed: 1, replication: 0 }, 0, "test");
  const piece = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 200 }),
      (list, start, bits) => {
        let t = 0;
        const points = list.map(([length, value]): [number, number] => {
          t += length / 4;
          return [t - length / 4, value];
        });
        // Something is carried in every round.
        points.push([t, 1]);
        const line = new Timeline(piecesOf(steps(points, { repeats: true, length: t + 1 }), key, key));
        const end = line.reaches(start / 8, bits / 8);
        expect(line.integral(start / 8, end)).toBeCloseTo(bits / 8, 9);
        expect(line.at(end - 1e-9)).toBeGreaterThan(0);
      },
    ),
  );
});

test("a message that fits its steps to the last bit does not wait for the next, whatever is rounded", () => {
  // 5 tenths of a second at a rate that sends 8 bit in them, but for rounding; then nothing for 100 s.
  const rate = 8 / 0.5;
  const list = Array.from({ length: 5 }, (_, k): [number, number] => [k / 10, rate]);
  const trace = steps([...list, [0.5, 0], [100, rate]], { repeats: true, length: 101 });
  for (const kind of ["fixed", "fifo", "shared"] as const)
    expect(endsOf(over(kind, trace, [0], [1])).map(ns), kind).toEqual([500_000_000]);
});
