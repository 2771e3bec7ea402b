import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectableMetrics } from "../../src/scenario/expect.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { exitRules } from "../../src/sim/exit-rules/index.ts";
import { placementRules } from "../../src/sim/placement-rules/index.ts";
import { example, problemsOf } from "./example.ts";

const manual = readFileSync(join(import.meta.dirname, "../../docs/scenarios.md"), "utf8");
const blocks = [...manual.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
const resources = fileResources(".");

test("the manual's scenario is valid", () => {
  expect(parseScenario(blocks[0]!, { resources }).policies).toHaveLength(2);
});

test("the manual's policies are valid beside a profile of three segments", () => {
  const text = `version: 1
model: { profile: b-lenet-fashion }
nodes: { camera: {}, edge: {} }
links: { cell: { between: [camera, edge], kind: fixed } }
workload: { camera: { arrivals: { poisson: 1 /s } } }
${blocks.find((block) => block.startsWith("policies:"))}`;
  expect(parseScenario(text, { resources }).policies).toHaveLength(3);
});

test("the manual names every rule and every metric", () => {
  const policies = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");
  for (const { name } of [...exitRules, ...placementRules]) expect(policies).toContain(`\`${name}\``);
  for (const metric of expectableMetrics) expect(manual).toContain(metric.replace(/ latency$/, ""));
});

test("utilization, shares and accuracies of what is not there cannot be expected", () => {
  const wrong = (metric: string) => problemsOf(example.replace("p95 latency < 100 ms", `${metric} < 0.5`))[0]!;
  expect(wrong("utilization of edeg").hint).toBe('did you mean "edge"?');
  expect(wrong("utilization of cel.up").hint).toBe('did you mean "cell"?');
  expect(wrong("share of sten").hint).toBe('did you mean "stem"?');
});

test("every metric of the manual can be expected", () => {
  const bounds: Readonly<Record<string, string>> = {
    throughput: "1 /s",
    goodput: "1 /s",
    energy: "1 J",
    cost: "1 USD",
    "bytes up": "1 kB",
    "bytes down": "1 kB",
  };
  const extra = ["share of stem", "accuracy of tail", "utilization of edge", "utilization of cell.up"];
  for (const metric of [...expectableMetrics, ...extra]) {
    const bound = bounds[metric] ?? (metric.endsWith("latency") ? "1 s" : "0.5");
    const { expect: found } = parseScenario(example.replace("p95 latency < 100 ms", `${metric} >= ${bound}`));
    expect(found[0]!.metric).toMatch(/^[a-z_]+(\.[a-z0-9_-]+)*$/);
  }
});

test("a sweep of more points than anyone can wait for is refused", () => {
  const axis = `{ from: 1 Mbit/s, to: 9 Mbit/s, points: 200 }`;
  const text = example.replace("[6 Mbit/s, 12 Mbit/s]", `${axis}, links.cell.down: ${axis}`);
  expect(problemsOf(text)[0]).toMatchObject({ path: "sweep", got: "40000" });
});
