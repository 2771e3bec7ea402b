import { expect, test } from "vitest";
import { outcomeOf } from "../../src/experiment/outcome.ts";
import { hasSteadyLaws } from "../../src/experiment/warmup.ts";
import type { Varying } from "../../src/sim/links/varying.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { seconds } from "../../src/units.ts";
import { build, exponential, link, node, poisson, stream } from "../sim/build.ts";

/** A server at half load that is down for 40 s from `at` on, among 500 s; an M/M/1 queue of mean 2 s but for that. */
const withFault = (at: number) =>
  build({
    nodes: [node("edge", { faults: [{ at: seconds(at), until: seconds(at + 40), inService: "resume" }] })],
    streams: [stream({ arrivals: poisson(0.5) })],
    times: [exponential(1)],
    run: { requests: 250, warmup: { kind: "auto" } },
  });

test.each([25, 350])("a fault at %d s is not cut away as a warm-up, and is no growing queue", (at) => {
  const setup = withFault(at);
  const replications = [0, 1, 2, 3].map((r) => simulate(setup, r));
  const { result } = outcomeOf(setup, replications, 0.95);
  expect(result.warmup).toMatchObject({ requests: 0, seconds: 0 });
  const down = replications.map((r) => 1 - 40 / r.end.at);
  expect(result.nodes.edge!.availability!.estimate).toBeCloseTo(
    1 - 160 / replications.reduce((n, r) => n + r.end.at, 0),
    9,
  );
  expect(Math.max(...down)).toBeLessThan(0.95);
  expect(result.verdict.reasons.filter((reason) => /growing|overload/.test(reason))).toEqual([]);
});

test("outages and capacities that change at set instants have no steady state, those that go round have", () => {
  const nodes = [node("device"), node("edge")];
  const over = (options: Parameters<typeof link>[2]) =>
    hasSteadyLaws(
      build({ nodes, links: [link(0, 1, { rate: 8e6, ...options })], streams: [stream({ arrivals: poisson(1) })] }),
    );
  const steps = (repeats: boolean): Varying => ({
    kind: "steps",
    at: Float64Array.of(0, 10),
    values: Float64Array.of(8e6, 1e6),
    length: 20,
    repeats,
    start: 0,
  });
  expect(over({})).toBe(true);
  expect(over({ varying: steps(true) })).toBe(true);
  expect(over({ varying: steps(false) })).toBe(false);
  expect(over({ outages: { kind: "windows", windows: [{ at: 3, for: 1 }] } })).toBe(false);
  expect(over({ outages: { kind: "random", up: exponential(10), down: exponential(1) } })).toBe(true);
});
