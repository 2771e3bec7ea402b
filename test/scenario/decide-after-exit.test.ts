import { expect, test } from "vitest";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { jointRules } from "../../src/sim/joint-rules/index.ts";
import { placementRules } from "../../src/sim/placement-rules/index.ts";

/** Two phones, one edge. `near` takes 10 ms on a phone, `far` 45 ms there and 20 ms at the edge, 5 ms away. The exit after `near` lets all go on. */
const scenario = (place: string, more = "", instants = "[0 s, 8 ms]"): string => `version: 1
model:
  synthetic:
    input: 1 kB
    result: 1 B
    segments:
      - { name: near, time: { on: { phone: 10 ms, edge: 30 ms } }, output: 1 kB }
      - { name: far, time: { on: { phone: 45 ms, edge: 20 ms } } }
    exits: [{ after: near, share: 0, accuracy: 0.9 }, { after: far, accuracy: 0.9 }]
nodes:
  phone: { count: 2, power: { idle: 1 W, busy: 3 W } }
  edge: { power: { idle: 10 W, busy: 60 W } }
links: { cell: { between: [phone, edge], kind: fixed, latency: 5 ms } }
workload: { phone: { arrivals: { trace: ${instants} }, answer_to: source, total: true } }
policies:
  p: { exit: { rule: share }, place: ${place}${more} }
run: { requests: ${instants.split(",").length}, replications: 3, warmup: 0 }`;
const run = async (...given: Parameters<typeof scenario>) =>
  (await runExperiment(prepareExperiment(scenario(...given)), { version: "test" })).result.policies[0]!;

test("decided at arrival, the second phone sends to an edge that has got busy; decided after the exit, it stays", async () => {
  // First: 10 + 5 + 20 + 5 = 40 ms. Second, at 8 ms: near until 18, there at 23, served from 35 to 55, answered at 60: 52 ms.
  const once = await run("{ rule: queue-aware, among: [edge] }");
  expect(once.latency_s.mean!.estimate).toBeCloseTo((0.04 + 0.052) / 2, 9);
  // At 18 ms one is at the edge: 5 + 20 + 20 + 5 = 50 ms against 45 ms here: 10 + 45 = 55 ms.
  const again = await run("{ rule: queue-aware, among: [edge], decide: after-exit }");
  expect(again.latency_s.mean!.estimate).toBeCloseTo((0.04 + 0.055) / 2, 9);
  expect(again.answered.phone!.share!.estimate).toBe(0.5);
});

test("decision time is charged at every decision: at arrival on a server, and in energy; again before a message sets out, as a delay", async () => {
  // Alone: phone 10 ms, edge 20 ms, ways 10 ms. Phone 2 W, edge 50 W above idle.
  const cost = async (decide: string) => {
    const p = await run(
      `{ rule: queue-aware, among: [edge], decide: ${decide} }`,
      ", decision_time: 1 ms",
      "[0 s, 1 s, 2 s, 3 s]",
    );
    const active = (node: string) => p.energy_j.nodes[node]!.active!.estimate!;
    return [p.latency_s.mean!.estimate!, active("phone") + active("edge")] as const;
  };
  const [once, drawnOnce] = await cost("at-arrival");
  expect(once).toBeCloseTo(0.041, 9);
  expect(drawnOnce).toBeCloseTo(0.011 * 2 + 0.02 * 50, 9);
  // The decision after the exit delays the message; it holds no server, and so draws nothing.
  const [twice, drawnTwice] = await cost("after-exit");
  expect(twice).toBeCloseTo(0.042, 9);
  expect(drawnTwice).toBeCloseTo(drawnOnce, 9);
});

test("every rule says when it decides, and what it observes", () => {
  const when = /^(before the run|at arrival|after|before)/;
  for (const rule of [...placementRules, ...jointRules]) {
    expect(rule.observes, rule.name).not.toBe("");
    expect(rule.decides, rule.name).toMatch(when);
    if ("places" in rule && rule.places !== undefined) expect(rule.decides, rule.name).toBe("before the run");
  }
});
