import fc from "fast-check";
import { expect, test } from "vitest";
import { RadioMeter } from "../../src/sim/links/radio-meter.ts";
import { deriveKey, uniform } from "../../src/sim/random.ts";
import type { RadioEnergy } from "../../src/sim/setup.ts";
import { seconds, watts } from "../../src/units.ts";
import { at, build, follow, link, node, periodic, poisson, stream } from "./build.ts";

const free = { servers: 1_000_000 };
const energy: RadioEnergy = {
  connected: watts(2),
  tail: seconds(3),
  sending: watts(5),
  receiving: watts(7),
  perByteSent: 0.001,
  perByteReceived: 0.002,
};

function over(kind: "fixed" | "fifo" | "shared", arrivals = at(0), options = {}) {
  return build({
    nodes: [node("device", { count: 1 }), node("edge", free)],
    links: [link(0, 1, { kind, rate: 8000, energy })],
    streams: [stream({ arrivals })],
    times: [0],
    sizes: [1000],
    place: [1],
    ...options,
  });
}

test("a message alone draws connected power while it is sent and for the tail, sending power while it is sent", () => {
  // 1 s at 5 W, 1 + 3 s at 2 W, 1,000 B at 1 mJ: 14 J. The run goes on to 100 s.
  for (const kind of ["fixed", "fifo", "shared"] as const) {
    const { window } = follow(over(kind, periodic(100), { run: { duration: seconds(90), requests: null } }));
    expect(
      window.over((s) => s.linkEnergy[0]!),
      kind,
    ).toBeCloseTo(14, 12);
  }
});

test("a message in the tail of another prolongs it: what overlaps is drawn once", () => {
  // Sent 0 to 1 and 2.5 to 3.5; connected from 0 to 6.5. 2 x 5 + 6.5 x 2 + 2 = 25 J.
  const { window } = follow(over("fifo", at(0, 2.5, 50), { run: { duration: seconds(40), requests: null } }));
  expect(window.over((s) => s.linkEnergy[0]!)).toBeCloseTo(25, 12);
});

test("two flows of one radio draw sending power once", () => {
  // Both from 0 to 2: 2 x 5 + 5 x 2 + 2 = 22 J.
  const { window } = follow(over("shared", at(0, 0, 50), { run: { duration: seconds(40), requests: null } }));
  expect(window.over((s) => s.linkEnergy[0]!)).toBeCloseTo(22, 12);
});

test("the answer is received by the radio of its device", () => {
  // Up 0 to 1, down 1 to 1.5 (500 B): 5 + 0.5 x 7 + 4.5 x 2 + 1 + 1 = 19.5 J.
  const setup = over("fifo", periodic(100), {
    streams: [stream({ arrivals: periodic(100), answerTo: "source" })],
    result: 500,
    run: { duration: seconds(90), requests: null },
  });
  expect(follow(setup).window.over((s) => s.linkEnergy[0]!)).toBeCloseTo(19.5, 12);
});

test("energy is the integral of power at every instant, for any arrivals", () => {
  for (const kind of ["fifo", "shared"] as const) {
    const setup = over(kind, poisson(0.3), {
      nodes: [node("device", { count: 2 }), node("edge", free)],
      links: [link(0, 1, { kind, rate: 8000, energy, per: 0 })],
      run: { requests: 300 },
    });
    const { requests, replication } = follow(setup);
    const { at: end } = replication.end;
    let joules = 0;
    for (const device of [0, 1]) {
      const spans = requests
        .filter((r) => r.device === device)
        .flatMap((r) => r.messages)
        .filter(([way]) => way === 0);
      // Power changes where something begins or ends: between two such instants it is constant.
      const cuts = [...new Set([0, end, ...spans.flatMap(([, q, s, l]) => [q, s, l, l + energy.tail])])]
        .filter((t) => t <= end)
        .sort((a, b) => a - b);
      for (let i = 1; i < cuts.length; i++) {
        const middle = (cuts[i - 1]! + cuts[i]!) / 2;
        const isConnected = spans.some(([, q, , l]) => q < middle && middle < l + energy.tail);
        const isSending = spans.some(([, , s, l]) => s < middle && middle < l);
        joules += (cuts[i]! - cuts[i - 1]!) * ((isConnected ? 2 : 0) + (isSending ? 5 : 0));
      }
      joules += spans.filter(([, , , l]) => l <= end).length;
    }
    expect(replication.end.linkEnergy[0]).toBeCloseTo(joules, 6);
  }
});

test("connected time is the measure of the union of intervals, however they overlap", () => {
  const interval = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 20 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 20 }), fc.integer({ min: 0, max: 150 }), (list, asked) => {
      const meter = new RadioMeter(1, 3);
      const moves = list.flatMap(([from, length, known]) =>
        known
          ? [{ at: from, act: () => meter.pass(0, from, from + length) }]
          : [
              { at: from, act: () => meter.enter(0, 0, from) },
              { at: from + length, act: () => meter.leave(0, 0, from + length) },
            ],
      );
      for (const { act } of moves.filter((m) => m.at <= asked).sort((a, b) => a.at - b.at)) act();
      let covered = 0;
      for (let t = 0; t < asked; t++)
        if (list.some(([from, length]) => from <= t && t + 1 <= from + length + 3)) covered++;
      expect(meter.connectedSeconds(asked)).toBe(covered);
    }),
  );
});

test("radios of a large fleet are connected as long as those of small ones", () => {
  const [radios, small] = [10_000, 4000];
  const key = deriveKey(1, 0, "test");
  const large = new RadioMeter(radios, 2);
  const parts = [0, 1, 2].map(() => new RadioMeter(small, 2));
  const open: { radio: number; direction: 0 | 1; until: number }[] = [];
  let now = 0;
  for (let n = 0; n < 40_000; n++) {
    const u = (draw: number): number => uniform(key.k0, key.k1, n, draw);
    now += u(0) * 0.002;
    while (open.length > 0 && open[0]!.until <= now) {
      const { radio, direction } = open.shift()!;
      large.leave(radio, direction, now);
      parts[Math.floor(radio / small)]!.leave(radio % small, direction, now);
    }
    const radio = Math.floor(u(1) * radios);
    const part = parts[Math.floor(radio / small)]!;
    if (u(2) < 0.5) {
      const leavesAt = now + u(3);
      large.pass(radio, now, leavesAt);
      part.pass(radio % small, now, leavesAt);
    } else {
      const direction = u(4) < 0.5 ? 0 : 1;
      large.enter(radio, direction, now);
      part.enter(radio % small, direction, now);
      open.push({ radio, direction, until: now + 0.5 });
    }
    if (n % 4000 > 0) continue;
    const sum = (read: (meter: RadioMeter) => number): number => parts.reduce((all, meter) => all + read(meter), 0);
    expect(large.connectedSeconds(now)).toBeCloseTo(
      sum((meter) => meter.connectedSeconds(now)),
      6,
    );
    for (const direction of [0, 1] as const) {
      const seconds = sum((meter) => meter.flowSeconds(direction, now));
      expect(large.flowSeconds(direction, now)).toBeCloseTo(seconds, 6);
    }
  }
});
