import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { readTrace } from "../../src/scenario/traces/index.ts";
import { follow } from "../sim/build.ts";

const folder = join(import.meta.dirname, "../../../shared/data/traces/cicv5g-rtt");

/** The k-th smallest, k = ceil(q n). */
const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1]!;

/** Round trips of small messages every 55 ms over a link of a preset [s]. */
function simulated(preset: string): number[] {
  const text = `version: 1
model: { synthetic: { input: 1 B, result: 1 B, segments: [{ name: echo, time: 0 s }] } }
nodes: { car: {}, server: { servers: 1000 } }
links: { cell: { between: [car, server], kind: fixed, preset: ${preset}, loss: none } }
workload: { car: { arrivals: { periodic: 55 ms } } }
policies: { all: { exit: { rule: never }, place: { rule: only, node: server } } }
run: { requests: 60000, warmup: 0 }`;
  const resources = fileResources(".");
  const setup = compile(parseScenario(text, { resources }), "all", resources);
  return follow(setup).requests.map((r) => r.endedAt - r.arrivedAt);
}

test.skipIf(!existsSync(folder))(
  "the delays of preset 5g-n78-public have the quantiles of the recordings it was made from, and spells as often",
  () => {
    const real = ["n78-public-static", "n78-public-urban-30kmh", "n78-public-arterial-70kmh"].flatMap((name) => {
      const text = readFileSync(join(folder, `${name}.txt`), "utf8");
      const { values } = readTrace(`${name}.txt`, text, null, {
        what: "latency",
        column: null,
        bin: 1,
        pauses: "keep",
      });
      return values.map((oneWay) => oneWay * 2);
    });
    const made = simulated("5g-n78-public");
    for (const [q, tolerance] of [
      [0.05, 0.1],
      [0.5, 0.1],
      [0.95, 0.1],
      [0.99, 0.2],
    ] as const)
      expect(Math.abs(quantile(made, q) / quantile(real, q) - 1), `quantile ${q}`).toBeLessThan(tolerance);
    const late = (values: readonly number[]): number => values.filter((v) => v > 0.1).length / values.length;
    expect(late(made) / late(real)).toBeGreaterThan(0.5);
    expect(late(made) / late(real)).toBeLessThan(2);
    // Late ones come in clusters: after one comes another more often than not.
    const followed = made.filter((v, i) => v > 0.1 && made[i + 1]! > 0.1).length;
    expect(followed / made.filter((v) => v > 0.1).length).toBeGreaterThan(0.5);
    expect(Math.max(...made)).toBeLessThan(0.35);
  },
);
