import { describe, expect, test } from "vitest";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { theoryOf } from "../../src/experiment/product-form.ts";
import type { Theory } from "../../src/experiment/result.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { renderTable } from "../../src/report/table.ts";

const chain = `
version: 1
title: early-exit chain
model:
  synthetic:
    input: 1 kB
    segments:
      - { name: first, time: { exponential: 10 ms }, output: 1 kB }
      - { name: second, time: { exponential: 6.25 ms } }
    exits: [ { after: first, share: 0.6 }, { after: second } ]
nodes: { device: { count: 10 }, edge: { servers: 2 } }
links:
  access: { between: [device, edge], kind: fixed, up: 8 Mbit/s, latency: 5 ms, jitter: 1 ms, per_message: 0.5 ms }
workload: { device: { arrivals: { poisson: 40 /s }, answer_to: nowhere } }
policies:
  split: { exit: { rule: share }, place: { rule: fixed, segments: { first: device, second: edge } } }
run: { requests: 4000, replications: 5 }
`;

function theory(...changes: readonly (readonly [from: string, to: string])[]): Theory | null {
  const text = changes.reduce((t, [from, to]) => {
    expect(t).toContain(from);
    return t.replace(from, to);
  }, chain);
  return theoryOf(prepareExperiment(text).setup({}, "split"));
}

describe("an open network of product form", () => {
  test("has the sum of its stations' means and its ways", () => {
    // Device M/M/1: 1 / (100 - 40) = 16.667 ms. Edge M/M/2 at 160/s of 160/s each, a = 1: C = 1/3, 6.25 + 1/3 x 1000 / 160 = 8.333 ms.
    // Way: 1000 B at 8 Mbit/s 1 ms + 5 ms + jitter 1 ms + 2 x 0.5 ms = 8 ms. 16.667 + 0.4 x (8 + 8.333) = 23.2 ms.
    const { latency_mean_s, nodes } = theory()!;
    expect(latency_mean_s).toBeCloseTo(1 / 60 + 0.4 * (0.008 + 1 / 120), 12);
    expect(nodes.device!.residence_s).toBeCloseTo(1 / 60, 12);
    // Ten devices, each 40 / 60 inside on average.
    expect(nodes.device!.in_system).toBeCloseTo(10 * (40 / 60), 12);
    expect(nodes.edge).toEqual({ residence_s: expect.closeTo(1 / 120, 12), in_system: expect.closeTo(160 / 120, 12) });
  });

  test("an answer that travels back takes its way as well", () => {
    // 100 B at the unbounded rate of the way down, 5 + 1 + 1 ms, for the 40 % that leave at the edge.
    const { latency_mean_s } = theory([", answer_to: nowhere", ""])!;
    expect(latency_mean_s).toBeCloseTo(1 / 60 + 0.4 * (0.008 + 1 / 120 + 0.007), 12);
  });

  test("shared processors have the mean of any service: M/G/1 processor sharing is insensitive", () => {
    const ps = ["device: { count: 10 }", "device: { count: 10, queue: { discipline: ps } }"] as const;
    const { nodes } = theory(ps, ["time: { exponential: 10 ms }", "time: { lognormal: { mean: 10 ms, cv: 2 } }"])!;
    expect(nodes.device!.residence_s).toBeCloseTo(1 / 60, 12);
  });

  test("devices that do not divide evenly load their machines unequally", () => {
    // Ten devices on three edges of one server: 4, 3 and 3; 64/s, 48/s and 48/s of 160/s.
    const { nodes } = theory(["edge: { servers: 2 }", "edge: { count: 3 }"])!;
    const inside = 64 / (160 - 64) + 2 * (48 / (160 - 48));
    expect(nodes.edge!.in_system).toBeCloseTo(inside, 12);
    expect(nodes.edge!.residence_s).toBeCloseTo(inside / 160, 12);
  });
});

describe("a closed network of product form", () => {
  const closed = (clients: number, more = "") =>
    [
      "{ poisson: 40 /s }, answer_to: nowhere",
      `{ closed: { clients: ${clients}, think: 100 ms } }, total: true, answer_to: nowhere${more}`,
    ] as const;
  const one = ["device: { count: 10 }", "device: {}"] as const;

  test("of one server is the machine repair of mean value analysis", () => {
    // R(n) = s (1 + X(n-1) R(n-1)), X(n) = n / (R(n) + Z): all eight clients are served by one device, 10 ms, and think 100 ms.
    let [residence, queue] = [0, 0];
    for (let n = 1; n <= 8; n++) {
      residence = 0.01 * (1 + queue);
      queue = (n / (residence + 0.1)) * residence;
    }
    const found = theory(one, closed(8), ["share: 0.6", "share: 1"])!;
    expect(found.latency_mean_s).toBeCloseTo(residence, 12);
    expect(found.nodes).toEqual({
      device: { residence_s: expect.closeTo(residence, 12), in_system: expect.closeTo(queue, 10) },
    });
  });

  test("of a device each and an edge of two servers has the edge's queue alone, and ways and devices as delays", () => {
    // Three clients: Z = 100 + 10 + 0.4 x 8 ms away from the edge, D = 0.4 x 6.25 ms there. Of k at the edge the weight is
    // Z^(3-k) / (3-k)! x D^k / (1, 1, 2, 4).
    const [z, d] = [0.1132, 0.0025];
    const weights = [z ** 3 / 6, (z ** 2 / 2) * d, (z * d ** 2) / 2, d ** 3 / 4];
    const all = weights.reduce((a, b) => a + b, 0);
    const inside = (weights[1]! + 2 * weights[2]! + 3 * weights[3]!) / all;
    const throughput = (3 - inside) / z;
    // Whatever the law of the device's time.
    const found = theory(["count: 10", "count: 3"], closed(3), ["exponential: 10 ms", "constant: 10 ms"])!;
    expect(found.latency_mean_s).toBeCloseTo(3 / throughput - 0.1, 12);
    expect(found.nodes.edge!.residence_s).toBeCloseTo(inside / throughput / 0.4, 12);
    expect(found.nodes.device!.residence_s).toBeCloseTo(0.01, 12);
  });

  test("of very many clients is as fast as its slowest server", () => {
    const { latency_mean_s } = theory(one, closed(1000), ["share: 0.6", "share: 1"])!;
    expect(latency_mean_s).toBeCloseTo(1000 * 0.01 - 0.1, 9);
  });

  test("is not one where clients queue at machines of their own, for times that are not exponential, or in queries of several", () => {
    expect(theory(closed(20))).toBeNull();
    expect(theory(one, closed(8), ["exponential: 10 ms", "constant: 10 ms"])).toBeNull();
    expect(theory(one, [closed(0)[0], "{ multi-stream: 3 }, answer_to: nowhere"])).toBeNull();
    expect(theory(one, closed(8, ", deadline: 1 s, late: drop"))).toBeNull();
    expect(theory(one, closed(8))).not.toBeNull();
  });
});

describe("no theory", () => {
  test.each([
    ["of times that are not exponential", "time: { exponential: 10 ms }", "time: 10 ms"],
    ["of gamma times, whatever their cv", "time: { exponential: 10 ms }", "time: { gamma: { mean: 10 ms, cv: 1 } }"],
    ["of two times in one stay", "share: 0.6 }", "share: 0.6, time: 1 ms }"],
    ["of regular arrivals", "poisson: 40 /s", "periodic: 40 /s"],
    ["of finite queues", "edge: { servers: 2 }", "edge: { servers: 2, queue: { places: 50 } }"],
    ["of priorities", "edge: { servers: 2 }", "edge: { servers: 2, queue: { discipline: priority } }"],
    ["of servers that fail", "edge: { servers: 2 }", "edge: { servers: 2, failures: { mtbf: 1 h, mttr: 30 s } }"],
    ["of a link where messages wait", "kind: fixed", "kind: fifo, down: 8 Mbit/s"],
    ["of late requests that are dropped", "answer_to: nowhere", "answer_to: nowhere, deadline: 1 s, late: drop"],
    ["of a queue that grows", "poisson: 40 /s", "poisson: 100 /s"],
  ])("%s", (_what, from, to) => {
    expect(theory()).not.toBeNull();
    expect(theory([from, to])).toBeNull();
  });

  test("of two segments with times of different means on one FIFO node", () => {
    expect(theory(["second: edge", "second: device"])).toBeNull();
  });
});

test("the exact mean stands beside the simulated one, which is near it", async () => {
  const { result } = await runExperiment(prepareExperiment(chain), { version: "test" });
  const { theory: exact, latency_s } = result.policies[0]!;
  expect(Math.abs(latency_s.mean!.estimate / exact!.latency_mean_s - 1)).toBeLessThan(0.05);
  expect(renderTable(result, { color: false, width: 120 })).toMatch(
    /Theory \(product-form network\): mean latency of split 23\.2 ms, simulated 2\d\.\d+ ms \[/,
  );
});
