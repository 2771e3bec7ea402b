/** Tuning with what a measured profile says: temperatures, and maps over bandwidths. */
import { expect, test } from "vitest";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";

const resources = fileResources(".");
const read = (policies: string): Scenario =>
  parseScenario(
    `version: 1
model: { profile: b-lenet-fashion }
nodes:
  camera: { count: 3, device: rpi4, power: { idle: 2 W, busy: 6 W } }
  edge: { device: xeon-c5-8t, power: { idle: 20 W, busy: 60 W } }
links: { cell: { between: [camera, edge], kind: fifo, up: 20 Mbit/s, down: 20 Mbit/s, latency: 1 ms } }
workload: { camera: { arrivals: { poisson: 1 /s }, deadline: 50 ms } }
policies:
  ${policies}`,
    { path: "x.yaml", resources },
  );
const again = (s: Scenario): Scenario => parseScenario(resolvedYaml(s), { path: "resolved.yaml", resources });
const bare = ({ origins: _, tuned: __, ...scenario }: Scenario) => scenario;

test("temperatures fitted by likelihood are saved with the threshold, and read again they are the same scenario", () => {
  const s = read("p: { exit: { rule: calibrated }, place: { rule: only, node: source }, tune: { accuracy: 90 % } }");
  const { temperature, threshold } = s.policies[0]!.exit.options;
  expect(temperature).toHaveLength(3);
  expect((threshold as number[])[0]).toBeGreaterThan(0.3);
  expect(s.origins["policies.p.exit.temperature"]!.text).toContain("greatest likelihood");
  expect(bare(again(s))).toEqual(bare(s));
});

test("a temperature for an accuracy keeps it at less latency than the one that is most likely", () => {
  const place = "place: { rule: only, node: source }";
  const s = read(
    `p: { exit: { rule: calibrated, threshold: 0.9 }, ${place}, tune: { accuracy: 90 %, fit: temperature } }`,
  );
  const [before, , after] = s.tuned[0]!.table;
  expect(after!.accuracy).toBeGreaterThanOrEqual(0.9);
  expect(after!.latency_s).toBeLessThan(before!.latency_s);
  expect(bare(again(s))).toEqual(bare(s));
});

test("a map has an exit and a cut for each bandwidth: where the link gets slow, everything stays on the source", () => {
  const s = read("p: { rule: edgent-dynamic, to: edge, states: 6, tune: { accuracy: 91.2 % } }");
  const map = s.policies[0]!.exit.options.map as { exit: number; cut: number }[];
  expect(map).toHaveLength(6);
  // Only the last exit is that accurate on the calibration rows.
  expect(new Set(map.map(({ exit }) => exit))).toEqual(new Set([2]));
  expect(map.at(-1)!.cut).toBe(0);
  expect(bare(again(s))).toEqual(bare(s));
});
