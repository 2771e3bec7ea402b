import { expect, test } from "vitest";
import { resultOf } from "./offramp.ts";

const only = (segment: string, time: string, rest: string): string => `
version: 1
title: textbook
seed: 5
model:
  synthetic:
    segments: [ { name: ${segment}, time: ${time} } ]
    exits: [ { after: ${segment} } ]
${rest}`;

test("an M/M/1 queue has the mean, the quantiles and the occupancy of the textbook", () => {
  // λ = 80/s, µ = 100/s: sojourn is exponential with mean 1/(µ-λ) = 50 ms; p95 = 50 ms x ln 20; L = ρ/(1-ρ) = 4; Wq = ρ/(µ-λ) = 40 ms.
  const { policies } = resultOf(
    only(
      "work",
      "{ exponential: 10 ms }",
      `
nodes: { server: { servers: 1 } }
workload: { server: { arrivals: { poisson: 80 /s }, answer_to: nowhere } }
policies: { here: { exit: { rule: never }, place: { rule: only, node: server } } }
run: { requests: 200000, warmup: 5000, replications: 10 }`,
    ),
  );
  const p = policies[0]!;
  const near = (
    interval: { estimate: number; low: number | null; high: number | null } | null,
    exact: number,
  ): void => {
    // Four half-widths of the 95 % interval, and never looser than 6 %.
    const half = (interval!.high! - interval!.low!) / 2;
    expect(Math.abs(interval!.estimate - exact)).toBeLessThan(Math.min(2 * half, 0.06 * exact));
  };
  near(p.latency_s.mean, 0.05);
  near(p.latency_s.p95, 0.05 * Math.log(20));
  near(p.nodes.server!.in_system, 4);
  near(p.nodes.server!.waiting_s.mean, 0.04);
  near(p.nodes.server!.utilization, 0.8);
  near(p.throughput_per_s, 80);
  // Not an M/D/1, whose mean is 30 ms.
  expect(p.latency_s.mean!.low!).toBeGreaterThan(0.04);
});

test("a D/D/1 pipeline with serialisation and propagation takes exactly the sum of its parts", () => {
  // 2 ms + 30,000 B at 50 Mbit/s = 4.8 ms + 5 ms + 3 ms + 10,000 B at 1 Gbit/s = 0.08 ms + 20 ms + 1 ms = 35.88 ms, nothing waits.
  const { policies } = resultOf(`
version: 1
title: pipeline
model:
  synthetic:
    input: 100 kB
    result: 0 B
    segments:
      - { name: first, time: 2 ms, output: 30 kB }
      - { name: second, time: 3 ms, output: 10 kB }
      - { name: third, time: 1 ms }
    exits: [ { after: third } ]
nodes: { device: {}, edge: {}, cloud: {} }
links:
  access: { between: [device, edge], kind: fifo, up: 50 Mbit/s, down: 50 Mbit/s, latency: 5 ms }
  core: { between: [edge, cloud], kind: fifo, up: 1 Gbit/s, down: 1 Gbit/s, latency: 20 ms }
workload: { device: { arrivals: { periodic: 50 ms, phase: 0 s }, answer_to: nowhere } }
policies: { split: { exit: { rule: never }, place: { rule: fixed, segments: { first: device, second: edge, third: cloud } } } }
run: { requests: 200, warmup: 0, replications: 1 }`);
  const p = policies[0]!;
  expect(p.latency_s.mean!.estimate).toBeCloseTo(0.03588, 12);
  expect(p.latency_s.max).toBeCloseTo(0.03588, 12);
  expect(p.latency_s.sd!.estimate).toBeLessThan(1e-12);
  expect(p.parts_s.transmit!.estimate).toBeCloseTo(0.00488, 12);
  expect(p.parts_s.propagate!.estimate).toBeCloseTo(0.025, 12);
  expect(p.parts_s.queue!.estimate).toBe(0);
  expect(p.parts_s.compute.edge!.estimate).toBeCloseTo(0.003, 12);
  expect(p.requests).toMatchObject({ arrived: 200, completed: 200, in_flight: 0 });
});

test("a cascade with known shares leaves by them, and its mean latency is the sum of share x time", () => {
  // Exit shares 0.6 and 0.4; times 4 + 0.5 ms, then 8 ms more: 4.5 + 0.4 x 8 = 7.7 ms; accuracy 0.6 x 0.9 + 0.4 x 0.95 = 0.92.
  const { policies } = resultOf(`
version: 1
title: cascade
model:
  synthetic:
    segments: [ { name: first, time: 4 ms }, { name: second, time: 8 ms } ]
    exits: [ { after: first, share: 0.6, accuracy: 0.90, time: 0.5 ms }, { after: second, accuracy: 0.95 } ]
nodes: { device: {} }
workload: { device: { arrivals: { periodic: 20 ms } } }
policies: { cascade: { exit: { rule: share }, place: { rule: only, node: device } } }
run: { requests: 40000, warmup: 0, replications: 5 }`);
  const p = policies[0]!;
  // 200,000 draws: standard error of a share 0.0011.
  expect(Math.abs(p.exits[0]!.share!.estimate - 0.6)).toBeLessThan(0.0044);
  expect(Math.abs(p.latency_s.mean!.estimate - 0.0077)).toBeLessThan(0.008 * 0.0044);
  expect(Math.abs(p.accuracy!.estimate - 0.92)).toBeLessThan(0.003);
  expect(Math.abs(p.exits[0]!.accuracy!.estimate - 0.9)).toBeLessThan(0.004);
  expect(p.exits[0]!.latency_s.p50!.estimate).toBeCloseTo(0.0045, 12);
  expect(p.exits[1]!.latency_s.p50!.estimate).toBeCloseTo(0.0125, 12);
});
