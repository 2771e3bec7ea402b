import { expect, test } from "vitest";
import { Message } from "../../src/sim/collector.ts";
import { connectionRounds, connectionTime } from "../../src/sim/links/connection.ts";
import { attemptsOf } from "../../src/sim/links/loss.ts";
import type { Loss, Outages } from "../../src/sim/setup.ts";
import { bitsPerSecond, bytes, seconds } from "../../src/units.ts";
import {
  at,
  build,
  endsOf,
  exponential,
  follow,
  type LinkOptions,
  link,
  node,
  partsOf,
  periodic,
  poisson,
  stream,
} from "./build.ts";

const ns = (value: number): number => Math.round(value * 1e9);
const free = { servers: 1_000_000 };
const bernoulli = (probability: number, attempts: number, retry = 0): Loss => ({
  kind: "bernoulli",
  per: "message",
  probability,
  attempts,
  retry: seconds(retry),
});

/** 1,000 B over a link of 8 kbit/s, 1 s a message. */
function over(options: LinkOptions, arrivals = at(0), rest = {}) {
  return build({
    nodes: [node("device"), node("edge", free)],
    links: [link(0, 1, { rate: 8000, ...options })],
    streams: [stream({ arrivals })],
    times: [0],
    sizes: [1000],
    place: [1],
    ...rest,
  });
}

test("a message that is always lost occupies its link in every attempt, then its request is dropped, reason link", () => {
  for (const kind of ["fixed", "fifo", "shared"] as const) {
    const { requests, window } = follow(over({ kind, loss: bernoulli(1, 3), latency: 0.5 }, at(0, 20)));
    expect(
      requests.map((r) => [r.end, ns(r.endedAt)]),
      kind,
    ).toEqual([
      ["link", 3e9],
      ["link", 23e9],
    ]);
    const m = window.messages(0);
    expect([m[Message.n], m[Message.attempts], m[Message.lost], m[Message.bytes]]).toEqual([2, 6, 6, 6000]);
    // Up to the last arrival at 20 s: one message, 3 s.
    expect(window.over((s) => s.linkBusy[0]!)).toBeCloseTo(3, 12);
    expect(window.over((s) => s.linkLeft[0]!)).toBe(0);
  }
});

test("between attempts the pause leaves the link to others", () => {
  // First: 0 to 1, lost, again from 6 to 7, dropped. The second, at 0.5: 1 to 2 and 7 to 8.
  const { requests, window } = follow(over({ loss: bernoulli(1, 2, 5) }, at(0, 0.5)));
  expect(requests.map((r) => ns(r.endedAt))).toEqual([7e9, 8e9]);
  expect(window.messages(0)[Message.waiting]).toBeCloseTo(0.5, 12);
});

test("without a pause a message keeps its place: nobody overtakes it", () => {
  const { requests } = follow(over({ loss: bernoulli(0.5, 50) }, periodic(4), { run: { requests: 500 } }));
  const done = requests.map((r) => r.endedAt);
  expect(requests.every((r) => r.end === "completed")).toBe(true);
  expect(done).toEqual([...done].sort((a, b) => a - b));
});

test("attempts are as many as the probability says, whatever the kind of link", () => {
  const n = 8000;
  for (const kind of ["fixed", "fifo", "shared"] as const) {
    const setup = over({ kind, loss: bernoulli(0.3, 3, 0), rate: 1e9 }, poisson(10), { run: { requests: n } });
    const { requests, window } = follow(setup);
    const m = window.messages(0);
    // (1 - p^3) / (1 - p) = 1.39; sd of one about 0.6.
    expect(m[Message.attempts]! / m[Message.n]!).toBeCloseTo(1.39, 1);
    expect(Math.abs(m[Message.attempts]! / m[Message.n]! - 1.39)).toBeLessThan((4 * 0.62) / Math.sqrt(n));
    const dropped = requests.filter((r) => r.end === "link").length;
    expect(Math.abs(dropped / n - 0.027)).toBeLessThan(4 * Math.sqrt((0.027 * 0.973) / n));
    // Bytes in = delivered + lost: every attempt carries 1,000 B.
    expect(m[Message.bytes]).toBe(m[Message.attempts]! * 1000);
    expect(m[Message.attempts]! - m[Message.lost]!).toBe(n - dropped);
  }
});

test("the same attempts are lost under every kind of link and rate: draws know nothing of time", () => {
  const lost = (options: LinkOptions): string[] =>
    follow(over({ loss: bernoulli(0.4, 1), ...options }, periodic(2), { run: { requests: 200 } })).requests.map(
      (r) => r.end,
    );
  const first = lost({ kind: "fifo" });
  expect(lost({ kind: "shared" })).toEqual(first);
  expect(lost({ kind: "fixed", rate: 3000 })).toEqual(first);
});

test("a message of n packets gets through with probability (1 - p)^n", () => {
  const loss: Loss = { ...bernoulli(0.1, 1), per: "packet" };
  // 1,000 B in packets of 300 B: 4 packets, 0.9^4 = 0.6561.
  const n = 8000;
  const { requests } = follow(over({ loss, mtu: 300 }, poisson(0.01), { run: { requests: n } }));
  const through = requests.filter((r) => r.end === "completed").length / n;
  expect(Math.abs(through - 0.6561)).toBeLessThan(4 * Math.sqrt((0.6561 * 0.3439) / n));
  expect(attemptsOf({ loss: { ...loss, attempts: 1000 }, mtu: 300 }, 1000)).toBeCloseTo(1 / 0.6561, 9);
});

test("a channel of two states loses in clusters, in the long run as much as its states say", () => {
  const loss: Loss = {
    kind: "gilbert-elliott",
    per: "message",
    good: 0,
    bad: 1,
    goodFor: exponential(30),
    badFor: exponential(10),
    attempts: 1,
    retry: seconds(0),
  };
  const n = 40_000;
  const { requests } = follow(over({ loss, rate: 1e6 }, periodic(1), { run: { requests: n } }));
  const lost = requests.map((r) => +(r.end === "link"));
  // A quarter of the time; spells of 10 s: about n / 20 independent seconds.
  expect(Math.abs(lost.reduce((a, b) => a + b, 0) / n - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75 * 20) / n));
  // After a loss, a second later: 0.25 + 0.75 exp(-(1/30 + 1/10)) = 0.906.
  const pairs = lost.slice(1).filter((_, i) => lost[i] === 1);
  expect(pairs.reduce((a, b) => a + b, 0) / pairs.length).toBeCloseTo(0.906, 1);
});

test("an outage stops what is being sent, on every kind of link, and what was sent before it goes on afterwards", () => {
  const outages: Outages = { kind: "windows", windows: [{ at: 0.25, for: 2 }] };
  for (const kind of ["fixed", "fifo", "shared"] as const)
    expect(endsOf(over({ kind, outages })).map(ns), kind).toEqual([3e9]);
});

test("random outages take the share of time that their lengths say, the same for both directions and every policy", () => {
  const outages: Outages = { kind: "random", up: exponential(3), down: exponential(1) };
  // Messages small enough to leave at once, unless there is no service: the share that waits is that of the outages.
  const n = 40_000;
  const setup = over({ outages, rate: 1e12, kind: "fixed" }, periodic(1), { run: { requests: n } });
  const { requests } = follow(setup);
  const held = requests.filter((r) => r.messages[0]![3] - r.messages[0]![1] > 1e-6).length / n;
  expect(Math.abs(held - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75 * 2) / n));
});

test("a spell holds what is due in it until it ends: delays fall one by one, as bursts of real 5G do", () => {
  const bursts = { every: exponential(30), lasts: { kind: "constant", value: 0.265 } as const };
  const setup = over({ kind: "fixed", rate: 1e9, latency: 0.008, bursts }, periodic(0.055), {
    run: { requests: 20_000 },
  });
  const extra = follow(setup).requests.map((r) => r.endedAt - r.messages[0]![3] - 0.008);
  const held = extra.filter((e) => e > 1e-9).length / extra.length;
  expect(held).toBeCloseTo(0.265 / 30.265, 2);
  expect(Math.max(...extra)).toBeLessThan(0.2651);
  let followed = 0;
  extra.forEach((e, i) => {
    const before = extra[i - 1] ?? 0;
    if (e < 1e-9 || before < 0.06) return;
    expect(e).toBeCloseTo(before - 0.055, 6);
    followed++;
  });
  expect(followed).toBeGreaterThan(20);
});

test("a new connection waits for its handshake and slow start: 90 ms for 100 kB at a round trip of 30 ms", () => {
  const unlimited = bitsPerSecond(Number.POSITIVE_INFINITY);
  // ceil(log2(100 / 14.6 + 1)) - 1 = 2 rounds, and one for the handshake.
  expect(connectionTime(bytes(100_000), unlimited, seconds(0.03))).toBeCloseTo(0.09, 12);
  expect(connectionRounds(bytes(100), unlimited, seconds(0.03))).toBe(1);
  expect(connectionRounds(bytes(14_600), unlimited, seconds(0.03))).toBe(1);
  expect(connectionRounds(bytes(14_601), unlimited, seconds(0.03))).toBe(2);
  // 8 Mbit/s x 30 ms = 30 kB: the window is full after ceil(log2(30 / 14.6)) = 2 rounds, however much there is to send.
  expect(connectionRounds(bytes(10_000_000), bitsPerSecond(8e6), seconds(0.03))).toBe(3);
});

test("making a connection is access, before anything occupies the link", () => {
  const setup = over({ connection: "new", rate: 8e6, latency: 0.015 }, at(0, 0), { sizes: [100_000] });
  const { requests, window } = follow(setup);
  // 90 ms, 100 ms and 100 ms on the link one after the other, 15 ms.
  expect(requests.map((r) => ns(r.endedAt))).toEqual([205e6, 305e6]);
  const parts = partsOf(setup, window);
  expect(parts.access).toBeCloseTo(0.18, 12);
  expect(parts.queue).toBeCloseTo(0.1, 12);
  expect(parts.transmit).toBeCloseTo(0.2, 12);
  expect(window.messages(0)[Message.waiting]).toBeCloseTo(0.1, 12);
});

test("everything at once: parts sum to the latency, every message is delivered, lost or there at the end", () => {
  const options: LinkOptions = {
    loss: { ...bernoulli(0.2, 3, 0.05), per: "packet" },
    mtu: 500,
    header: 40,
    outages: { kind: "random", up: exponential(20), down: exponential(1) },
    varying: { kind: "gauss-markov", mean: 40_000, sd: 20_000, correlation: 0.9, every: 0.5 },
    rate: 40_000,
    connection: "new",
    latency: 0.02,
    jitter: exponential(0.01),
    bursts: { every: exponential(5), lasts: exponential(0.2) },
    perMessage: 0.001,
  };
  for (const kind of ["fixed", "fifo", "shared"] as const) {
    const { requests, window, replication } = follow(
      over({ ...options, kind }, poisson(1), { run: { requests: 2000 } }),
    );
    expect(replication.partsGap).toBeLessThan(1e-9);
    const delivered = requests.filter((r) => r.end === "completed").length;
    const lost = requests.filter((r) => r.end === "link").length;
    const there = requests.filter((r) => r.end === "in_flight").length;
    expect(delivered + lost + there).toBe(2000);
    expect(delivered).toBeGreaterThan(1000);
    expect(lost).toBeGreaterThan(10);
    const m = window.messages(0);
    // Packets of 500 B and 40 B: 1,080 B an attempt.
    expect(m[Message.bytes]).toBe(m[Message.attempts]! * 1080);
    expect(m[Message.attempts]! - m[Message.lost]!).toBe(delivered);
  }
});

test("snapshots count what has left by then: nothing is below zero, and the last is the total", () => {
  const setup = over({ loss: bernoulli(0.5, 4) }, poisson(0.3), { run: { requests: 400 } });
  const { replication } = follow(setup);
  let before = { left: 0, bytes: 0, busy: 0, inside: 0 };
  for (const s of [...replication.snapshots, replication.end]) {
    const now = { left: s.linkLeft[0]!, bytes: s.linkBytes[0]!, busy: s.linkBusy[0]!, inside: s.linkInside[0]! };
    expect(now.left).toBeGreaterThanOrEqual(before.left);
    expect(now.bytes).toBeGreaterThanOrEqual(before.bytes);
    expect(now.busy).toBeGreaterThanOrEqual(before.busy - 1e-9);
    expect(now.busy).toBeLessThanOrEqual(s.at + 1e-9);
    expect(now.inside).toBeGreaterThanOrEqual(before.inside - 1e-9);
    before = now;
  }
});
