import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Window } from "../../../src/experiment/window.ts";
import { compile } from "../../../src/scenario/compile.ts";
import { parseScenario } from "../../../src/scenario/parse.ts";
import { noResources } from "../../../src/scenario/resources.ts";
import { simulate } from "../../../src/sim/simulation.ts";

const text = readFileSync("scenarios/nr-uplink-grants-and-patterns.yaml", "utf8");

/** Mean latency [ms] of a point of the study, one replication. */
function latency(rate: string, tdd: string, grant: string): number {
  const point = text
    .replace("arrivals: { poisson: 2.5 /s }", `arrivals: { poisson: ${rate} }`)
    .replace("idle: never", `idle: never\n    access: { tdd: ${tdd}, grant: ${grant} }`);
  const setup = compile(parseScenario(point), "offload", noResources);
  const window = new Window(setup, simulate(setup, 0), 0);
  const { parts, n } = window.completed(() => true);
  return (parts.reduce((a, b) => a + b, 0) / n) * 1000;
}

test.each(["2.5 /s", "12.5 /s"])("at %s a configured grant saves one DDDSU, and half a DDDDDDDSUU more", (rate) => {
  // Request and grant take 5 slots of 0.5 ms with DDDSU, 10 or 9 with DDDDDDDSUU.
  expect(latency(rate, "DDDSU", "dynamic") - latency(rate, "DDDSU", "configured")).toBeCloseTo(2.5, 1);
  const long = latency(rate, "DDDDDDDSUU", "dynamic") - latency(rate, "DDDDDDDSUU", "configured");
  expect(long).toBeGreaterThan(4.5);
  expect(long).toBeLessThan(5.2);
});

test("the longer pattern costs some 2.5 ms with dynamic grants, a tenth of that with configured ones", () => {
  const dynamic = latency("2.5 /s", "DDDDDDDSUU", "dynamic") - latency("2.5 /s", "DDDSU", "dynamic");
  const configured = latency("2.5 /s", "DDDDDDDSUU", "configured") - latency("2.5 /s", "DDDSU", "configured");
  expect(dynamic).toBeGreaterThan(2);
  expect(dynamic).toBeLessThan(3);
  expect(configured).toBeLessThan(0.5);
});
