/** A chain of three stations with independent exits, which is an open Jackson network; and one without chance, exact to the nanosecond. */
import { expect, test } from "vitest";
import { runPolicy } from "../../src/experiment/outcome.ts";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { theory } from "./harness.ts";
import { meanWait } from "./queues.ts";

const chain = `
version: 1
title: early-exit chain
model:
  synthetic:
    input: 1 kB
    segments:
      - { name: first, time: { exponential: 10 ms }, output: 1 kB }
      - { name: second, time: { exponential: 6.25 ms }, output: 1 kB }
      - { name: third, time: { exponential: 5 ms } }
    exits: [ { after: first, share: 0.6 }, { after: second, share: 0.7 }, { after: third } ]
nodes: { device: { count: 10 }, edge: { servers: 2 }, cloud: { servers: 3 } }
links:
  access: { between: [device, edge], kind: fixed, latency: 5 ms }
  core: { between: [edge, cloud], kind: fixed, latency: 20 ms }
workload: { device: { arrivals: { poisson: 40 /s }, answer_to: nowhere } }
policies: { split: { exit: { rule: share }, place: { rule: fixed, segments: { first: device, second: edge, third: cloud } } } }
`;

// 10 devices of 40/s; an edge with 0.4 x 400 = 160/s on 2 servers of 160/s, rho 0.5; a cloud with 0.12 x 400 = 48/s on 3 of 200/s, rho 0.08.
// What leaves an M/M/c queue in equilibrium is Poisson, and so is an independent part of it: J. R. Jackson, "Networks of waiting lines", 1957.
const device = 1 / (100 - 40);
const edge = 1 / 160 + meanWait(2, 160, 160);
const cloud = 1 / 200 + meanWait(3, 48, 200);

theory("an early-exit chain over device, edge and cloud", {
  of: chain,
  seed: 111,
  requests: 70_000,
  facts: {
    "each device's mean stay": {
      figure: "nodes.device.residence_s",
      exact: device,
      source: "1 / (mu - lambda), each device for itself",
      wrong: { value: 1 / 100 + meanWait(10, 400, 100), of: "ten devices as one pool" },
    },
    "the edge's mean stay": {
      figure: "nodes.edge.residence_s",
      exact: edge,
      source: "M/M/2 at 160/s",
      wrong: { value: 1 / 160 + meanWait(2, 120, 160), of: "exits drawn too often: 120/s" },
    },
    "the cloud's mean stay": {
      figure: "nodes.cloud.residence_s",
      exact: cloud,
      source: "M/M/3 at 48/s",
      wrong: { value: 1 / (200 - 48), of: "M/M/1 at 48/s" },
    },
    "the sum of stays and ways end to end": {
      figure: "latency_s.mean",
      exact: device + 0.4 * (0.005 + edge) + 0.12 * (0.02 + cloud),
      source: "device + 0.4 (5 ms + edge) + 0.4 x 0.3 (20 ms + cloud)",
      wrong: { value: device + 0.4 * edge + 0.12 * cloud, of: "free ways" },
    },
    "the edge's share of requests": {
      figure: "exits.second.share",
      exact: 0.28,
      source: "0.4 x 0.7",
      wrong: { value: 0.7, of: "a share of all instead of those that got there" },
    },
    "the edge's load": {
      figure: "nodes.edge.utilization",
      exact: 0.5,
      source: "160 / (2 x 160)",
      wrong: { value: 0.4, of: "exits drawn before the first segment" },
    },
  },
});

test("a chain without chance takes the sum of its parts to the nanosecond, whoever leaves where", async () => {
  // Every 100 ms, phase 0, nobody waits. 4 ms; or + 1000 B at 8 Mbit/s 1 ms + 3 ms + 2 ms = 10 ms; or + 500 B at 1 Mbit/s 4 ms + 20 ms + 1 ms = 35 ms.
  const experiment = prepareExperiment(`
version: 1
title: chain without chance
model:
  synthetic:
    segments: [ { name: first, time: 4 ms, output: 1 kB }, { name: second, time: 2 ms, output: 500 B }, { name: third, time: 1 ms } ]
    exits: [ { after: first, share: 0.5 }, { after: second, share: 0.5 }, { after: third } ]
nodes: { device: {}, edge: {}, cloud: {} }
links:
  access: { between: [device, edge], kind: fifo, up: 8 Mbit/s, down: 8 Mbit/s, latency: 3 ms }
  core: { between: [edge, cloud], kind: fifo, up: 1 Mbit/s, down: 1 Mbit/s, latency: 20 ms }
workload: { device: { arrivals: { periodic: 100 ms, phase: 0 s }, answer_to: nowhere } }
policies: { split: { exit: { rule: share }, place: { rule: fixed, segments: { first: device, second: edge, third: cloud } } } }
run: { requests: 3000, warmup: 0, replications: 3 }`);
  const { result } = await runPolicy(experiment.setup({}, "split"), { replications: 3, confidence: 0.95 });
  const whole = (s: number): number => Math.round(s * 1e9);
  for (const [exit, ns] of [4_000_000, 10_000_000, 35_000_000].entries()) {
    const { latency_s } = result.exits[exit]!;
    expect([latency_s.mean, latency_s.p50, latency_s.p95, latency_s.p99].map((i) => whole(i!.estimate))).toEqual([
      ns,
      ns,
      ns,
      ns,
    ]);
  }
  expect(whole(result.latency_s.max!)).toBe(35_000_000);
  expect(result.parts_s.queue!.estimate).toBe(0);
});
