import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadExperiment } from "../../src/experiment/load.ts";
import { Window } from "../../src/experiment/window.ts";
import { simulate } from "../../src/sim/simulation.ts";

/** Means and exit shares of a shipped scenario of one policy over eight seeds. */
function eightSeeds(name: string): { mean: number; shares: number[] } {
  const path = join(import.meta.dirname, "../../scenarios", name);
  const { experiment } = loadExperiment({ path, set: [], seed: null, profiles: {} });
  const setup = experiment.setup({}, experiment.policies[0]!);
  let [n, latency] = [0, 0];
  const left = setup.model.exits.map(() => 0);
  for (let seed = 1; seed <= 8; seed++) {
    const window = new Window(setup, simulate({ ...setup, seed }, 0), 0);
    const all = window.completed(() => true);
    n += all.n;
    latency += all.latency;
    left.forEach((_, e) => {
      left[e]! += window.completed((_s, exit) => exit === e).n;
    });
  }
  return { mean: latency / n, shares: left.map((count) => count / n) };
}

describe("bench workloads over eight seeds", () => {
  test("the chain of device, edge and cloud takes 15.316 ms within 0.5 %, and is left at its exits as their shares say", () => {
    const { mean, shares } = eightSeeds("chain-exits-early-at-textbook-latency.yaml");
    expect(Math.abs(mean / 15.316e-3 - 1)).toBeLessThan(0.005);
    // Eight million requests: standard errors below 0.0002.
    for (const [e, share] of [0.6, 0.28, 0.12].entries()) expect(Math.abs(shares[e]! - share)).toBeLessThan(0.001);
  });

  test("one server at load 0.8 takes 5 s within 1.5 %", () => {
    // Standard error of a mean over a million: 0.9 %; over eight: 0.32 %.
    expect(Math.abs(eightSeeds("queue-of-one-server-is-textbook.yaml").mean / 5 - 1)).toBeLessThan(0.015);
  });
});
