import { describe, expect, test } from "vitest";
import { outcomeOf, runPolicy } from "../../src/experiment/outcome.ts";
import type { PolicyResult } from "../../src/experiment/result.ts";
import type { Replication } from "../../src/sim/collector.ts";
import { Visit } from "../../src/sim/collector.ts";
import type { Setup } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { seconds, watts } from "../../src/units.ts";
import { at, build, exponential, link, node, periodic, poisson, sequence, stream } from "../sim/build.ts";

const auto = { kind: "auto" } as const;

function queue(rate: number, requests: number, options: Partial<Parameters<typeof build>[0]> = {}): Setup {
  return build({
    nodes: [node("server", { power: { idle: watts(1), busy: watts(3) } })],
    streams: [stream({ arrivals: poisson(rate) })],
    times: [exponential(1)],
    run: { requests, warmup: auto },
    ...options,
  });
}

async function resultOf(setup: Setup, replications = 10): Promise<PolicyResult> {
  return (await runPolicy(setup, { replications, confidence: 0.95 })).result;
}

test("a queue at half load is steady, without a reason against it", async () => {
  expect((await resultOf(queue(0.5, 2000))).verdict).toEqual({ steady: true, reasons: [] });
});

test("a queue offered more than it can do has no steady state: reasons name the node, and estimates stand without limits", async () => {
  const { verdict, latency_s, nodes, accuracy } = await resultOf(queue(1.3, 2000, { accuracy: [0.9] }));
  expect(verdict.steady).toBe(false);
  expect(verdict.reasons.join("\n")).toMatch(
    /overload: node server let (19|2\d)\.\d % fewer requests go than came to it/,
  );
  expect(verdict.reasons.join("\n")).toMatch(/growing queue/);
  expect(latency_s.mean!.estimate).toBeGreaterThan(1);
  expect([latency_s.mean, latency_s.p95, nodes.server!.utilization].map((i) => [i!.low, i!.high])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ]);
  // Answers are right as often as ever.
  expect(accuracy!.low).toBeGreaterThan(0.88);
});

test("a slightly overloaded queue is found by what stays behind, though its servers pause now and then", async () => {
  // 5 % more than it can do: of 4000 requests about 200 stay behind, 4 x sqrt(4000) = 253 would be chance in one run of 4000 but not of 20,000.
  const { verdict } = await resultOf(queue(1.05, 20_000), 5);
  expect(verdict.steady).toBe(false);
});

test("a load above 1 is too much however little of it a short run shows", async () => {
  // Of 300 requests 2 % more than can be done are six: chance alone makes more.
  const { verdict, latency_s } = await resultOf(queue(1.02, 300), 3);
  expect(verdict.steady).toBe(false);
  expect(verdict.reasons).toContain("overload: node server is offered 1.02 times what it can do");
  expect(latency_s.mean!.low).toBeNull();
});

test("a link asked for more than it can carry is named, with its direction", async () => {
  // 1000 B are 8000 bit: 8240 bit/s over 8000 bit/s.
  const setup = queue(1.03, 300, {
    nodes: [node("device"), node("server", { servers: 1000 })],
    links: [link(0, 1, { kind: "fifo", rate: 8000 })],
    sizes: [1000],
    place: [1],
  });
  const { reasons } = (await resultOf(setup, 3)).verdict;
  expect(reasons.join("\n")).toMatch(/overload: link \S+\.up is offered 1.03 times what it can do/);
});

test("a run that uses the short times of a list alone is not called overloaded for the long ones", async () => {
  const times = [sequence(...Array<number>(20).fill(0.5), ...Array<number>(80).fill(9))];
  const setup = queue(1, 20, { streams: [stream({ arrivals: periodic(1) })], times });
  expect((await resultOf(setup, 3)).verdict.steady).toBe(true);
});

test("a server that is busy all the time without anybody waiting for it is not overloaded", async () => {
  const setup = queue(1, 400, { streams: [stream({ arrivals: periodic(1) })], times: [1] });
  const { verdict, nodes } = await resultOf(setup, 3);
  expect(nodes.server!.utilization!.estimate).toBeCloseTo(1, 9);
  expect(verdict).toEqual({ steady: true, reasons: [] });
});

test("whether a queue grows does not depend on the confidence of the run", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const setup = { ...queue(0.8, 1000), seed };
    const of = async (confidence: number) => (await runPolicy(setup, { replications: 4, confidence })).result.verdict;
    expect(await of(0.5)).toEqual(await of(0.99));
  }
});

test("a finite queue offered more than it can do drops, and has a steady state all the same", async () => {
  // M/M/1/5 at load 6: 5 x 6^5 / (6^6 - 1) = 0.8334 of all are dropped, and it is empty for 5 / (6^6 - 1) = 0.011 % of the time.
  const setup = queue(6, 4000, { nodes: [node("server", { queue: { places: 4 } })] });
  const { verdict, dropped, nodes } = await resultOf(setup, 5);
  expect(nodes.server!.utilization!.estimate).toBeGreaterThan(0.9995);
  expect(verdict).toEqual({ steady: true, reasons: [] });
  expect(dropped!.estimate).toBeCloseTo(0.8334, 2);
});

test("all instants given exactly: the run ends by itself, and a growing latency is no reason against it", async () => {
  // Ten at once, one second each: latencies 1 to 10 s.
  const setup = build({
    nodes: [node("server")],
    streams: [stream({ arrivals: at(0, 0, 0, 0, 0, 0, 0, 0, 0, 1) })],
    times: [1],
    run: { requests: 10, warmup: auto },
  });
  const { verdict, latency_s } = await resultOf(setup, 3);
  expect(verdict).toEqual({
    steady: true,
    reasons: ["too few samples for limits of p99: 30 completed requests, at least 368 are needed"],
  });
  expect(latency_s.mean!.estimate).toBeCloseTo(5.4, 12);
});

test("a warm-up longer than the run leaves nothing to say, and the verdict says so", async () => {
  const setup = queue(0.5, 20, { run: { requests: 20, warmup: { kind: "time", at: seconds(1e6) } } });
  const { verdict, latency_s } = await resultOf(setup, 3);
  expect(verdict).toEqual({ steady: false, reasons: ["no request arrived after the warm-up"] });
  expect(latency_s.mean).toBeNull();
});

describe("one long run", () => {
  test("has intervals from batch means, and says so", async () => {
    const { verdict, latency_s, nodes } = await resultOf(queue(0.5, 20_000, long(20_000)), 1);
    expect(verdict.steady).toBe(true);
    expect(verdict.reasons.join()).toMatch(/^one replication: intervals are from (2\d|3\d|40) batch means of the run$/);
    const { mean, p95 } = latency_s;
    expect(mean!.values).toHaveLength(1);
    expect(mean!.n).toBeGreaterThanOrEqual(15);
    expect(mean!.low).toBeLessThan(mean!.estimate);
    expect((mean!.low! + mean!.high!) / 2).toBeCloseTo(mean!.estimate, 12);
    expect(p95!.low).toBeLessThan(p95!.estimate);
    expect(p95!.high).toBeGreaterThan(p95!.estimate);
    expect(nodes.server!.utilization!.low).not.toBeNull();
  });

  test("of too few requests has none, and says so", async () => {
    const { verdict, latency_s } = await resultOf(queue(0.5, 60, long(60)), 1);
    expect(latency_s.mean!.low).toBeNull();
    expect(verdict.reasons.join()).toContain("too few replications for intervals: 1");
  });

  test("after a fixed warm-up, by number or by time, is cut in 30 equal batches of what remains", async () => {
    for (const warmup of [{ kind: "requests", n: 2000 } as const, { kind: "time", at: seconds(4000) } as const]) {
      const { latency_s, requests } = await resultOf(
        queue(0.5, 20_000, { run: { requests: 20_000, warmup, inBatches: true } }),
        1,
      );
      expect(requests.arrived).toBeLessThan(18_300);
      expect(latency_s.mean!.n).toBe(30);
    }
  });

  test("twice has intervals of all batches of both, a duration's as well", async () => {
    const setup = queue(0.5, 0, { run: { requests: null, duration: seconds(40_000), warmup: auto, inBatches: true } });
    const { latency_s, verdict } = await resultOf(setup, 2);
    expect(latency_s.mean!.values).toHaveLength(2);
    expect(latency_s.mean!.n).toBeGreaterThanOrEqual(30);
    expect(verdict.reasons[0]).toMatch(/^2 replications: intervals are from/);
  });

  function long(requests: number): { run: Setup["run"] } {
    return { run: { requests, duration: null, warmup: auto, inBatches: true } };
  }
});

test("what is always the same has a standard deviation of exactly 0, whatever the clock rounds", async () => {
  const setup = build({
    nodes: [node("server")],
    streams: [stream({ arrivals: periodic(0.3, 0.1) })],
    times: [0.07],
    run: { requests: 3000 },
  });
  const { latency_s, nodes } = await resultOf(setup, 4);
  expect([latency_s.sd!.estimate, latency_s.sd!.low, latency_s.sd!.high]).toEqual([0, 0, 0]);
  expect(nodes.server!.service_s.sd!.estimate).toBe(0);
});

describe("self-checks", () => {
  const setup = queue(0.5, 1000, { accuracy: [0.9] });
  const spoilt = (spoil: (replication: Replication) => void): readonly string[] => {
    const replications = [0, 1, 2].map((r) => simulate(setup, r));
    spoil(replications[1]!);
    const { verdict } = outcomeOf(setup, replications, 0.95).result;
    expect(verdict.steady).toBe(false);
    return verdict.reasons;
  };

  test("a request that vanished", () => {
    expect(spoilt((r) => (r.collector.arrived[0]! += 1)).join()).toMatch(
      /self-check failed: 1001 requests of stream arrived, 1000 completed/,
    );
  });

  test("a latency that was not kept", () => {
    expect(spoilt((r) => r.collector.latency.add(0, 1)).join()).toContain(
      "self-check failed: 1001 latencies of 1000 completed requests",
    );
  });

  test("a server busy twice at once", () => {
    expect(spoilt((r) => (r.end.busy[0]! *= 3)).join()).toMatch(/node server is busy more than all of the time/);
  });

  test("a link that is swamped is no fault: its busy time is the difference of two large sums", async () => {
    // Each message takes 3 x 10^6 s, and 30,000 of them queue within 30,000 s.
    const swamped = build({
      nodes: [node("device"), node("server")],
      links: [link(0, 1, { rate: 8 / 3e6 })],
      streams: [stream({ arrivals: poisson(1) })],
      sizes: [1],
      times: [exponential(0.1)],
      place: [1],
      run: { requests: 30_000, warmup: auto },
    });
    const { verdict, links } = await resultOf(swamped, 3);
    expect(verdict.reasons.join()).toContain("link link-0-1.up is busy 100 % of the time");
    expect(verdict.reasons.join()).not.toContain("self-check failed");
    expect(links["link-0-1"]!.up.utilization!.estimate).toBeCloseTo(1, 3);
  });

  test("a link busy twice at once", async () => {
    const joined = build({
      nodes: [node("device"), node("server")],
      links: [link(0, 1, { rate: 16 })],
      streams: [stream({ arrivals: poisson(1) })],
      sizes: [1],
      times: [exponential(0.1)],
      place: [1],
      run: { requests: 1000, warmup: auto },
    });
    const replication = simulate(joined, 0);
    replication.end.linkBusy[0]! *= 3;
    expect(outcomeOf(joined, [replication], 0.95).result.verdict.reasons.join()).toContain(
      "self-check failed: link link-0-1.up is busy more than all of the time",
    );
  });

  test("energy beyond what the machine can draw", () => {
    expect(spoilt((r) => (r.end.busy[0]! *= 3)).join()).toMatch(
      /node server draws .* W on average, outside its 1 to 3 W/,
    );
  });

  test("visits that left and never came", () => {
    expect(spoilt((r) => (r.end.departed[0]! += 5)).join()).toContain("more requests left node server than visited it");
  });

  test("parts that do not sum to the latency", () => {
    const replications = [0, 1, 2].map((r) => simulate(setup, r));
    replications[0] = { ...replications[0]!, partsGap: 0.01 };
    expect(outcomeOf(setup, replications, 0.95).result.verdict.reasons.join()).toContain(
      "parts differ from the latency by up to 1.00 %",
    );
  });

  test("times that the clock cannot tell apart, in words of their own", () => {
    // A nanosecond at 10^8 s, where doubles are 15 ns apart.
    const late = build({ streams: [stream({ arrivals: periodic(1e6, 0) })], times: [1e-9], run: { requests: 100 } });
    const { reasons } = outcomeOf(
      late,
      [0, 1, 2].map((r) => simulate(late, r)),
      0.95,
    ).result.verdict;
    expect(reasons.join()).toMatch(
      /^latencies of .* s are too short for the clock: at 9\.9e\+7 s its instants are 2\.2e-8 s apart/,
    );
    expect(reasons.join()).not.toContain("fault");
  });

  test("time averages that do not fit the stays, by Little's law", () => {
    const reasons = spoilt((r) => {
      const { visits, shape } = r.collector;
      for (let slice = 0; slice < shape.slices; slice++) visits[slice * Visit.width + Visit.waiting]! *= 1.8;
    });
    expect(reasons.join()).toMatch(/Little's law is off by \d+\.\d % at node server: L = .*, lambda W = /);
  });
});
