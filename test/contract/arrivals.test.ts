import { expect, test } from "vitest";
import type { Arrivals } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { seconds } from "../../src/units.ts";
import { build, exponential, node, periodic, poisson, stream } from "../sim/build.ts";
import { arrivalContract, type Promised } from "./arrival-process.ts";

const trace = (each: boolean): Arrivals => ({
  kind: "trace",
  instants: Float64Array.from({ length: 4000 }, (_, i) => (i + 1) / 20),
  each,
});

const promised: readonly Promised[] = [
  { name: "poisson", arrivals: poisson(2), span: 100 },
  { name: "periodic, random phase", arrivals: periodic(0.5, null), span: 100 },
  { name: "periodic, phase given", arrivals: periodic(0.5, 0.1), span: 100 },
  { name: "periodic queries of three", arrivals: { ...periodic(0.5, null), query: 3 } as Arrivals, span: 100 },
  { name: "trace for each", arrivals: trace(true), span: 200.01 },
  { name: "trace dealt in turn", arrivals: trace(false), span: 200.01 },
  { name: "gamma, even", arrivals: { kind: "renewal", gap: { kind: "gamma", mean: 0.5, cv: 0.3 } }, span: 100 },
  { name: "gamma, bursts", arrivals: { kind: "renewal", gap: { kind: "gamma", mean: 0.5, cv: 3 } }, span: 2000 },
  { name: "weibull", arrivals: { kind: "renewal", gap: { kind: "weibull", shape: 0.6, scale: 0.4 } }, span: 500 },
  {
    name: "mmpp of two states",
    arrivals: {
      kind: "mmpp",
      rates: [0.5, 8],
      switch: [
        [0, 0.2],
        [1, 0],
      ],
    },
    span: 1000,
  },
  {
    name: "mmpp of three states",
    arrivals: {
      kind: "mmpp",
      rates: [0, 1, 10],
      switch: [
        [0, 1, 0.5],
        [2, 0, 1],
        [3, 0.1, 0],
      ],
    },
    span: 300,
  },
  {
    name: "on-off, exponential",
    arrivals: { kind: "on-off", rate: 10, on: { kind: "exponential", mean: 1 }, off: { kind: "exponential", mean: 4 } },
    span: 1000,
  },
  {
    name: "on-off, fixed and heavy",
    arrivals: {
      kind: "on-off",
      rate: 10,
      on: { kind: "constant", value: 2 },
      off: { kind: "pareto", shape: 2.5, minimum: 1 },
    },
    span: 1000,
  },
  {
    name: "on-off that is never off",
    arrivals: { kind: "on-off", rate: 2, on: { kind: "constant", value: 1 }, off: { kind: "constant", value: 0 } },
    span: 100,
  },
  { name: "diurnal", arrivals: { kind: "diurnal", every: seconds(2.5), rates: [0, 4, 1, 7] }, span: 500 },
  { name: "batch, fixed", arrivals: { kind: "batch", rate: 1, size: { kind: "constant", value: 4 } }, span: 200 },
  { name: "batch, geometric", arrivals: { kind: "batch", rate: 1, size: { kind: "geometric", mean: 3 } }, span: 400 },
];

for (const one of promised) arrivalContract(one);

const closed: Arrivals = { kind: "closed", clients: 3, each: true, think: exponential(0.3), query: 2 };

test.each([...promised.map(({ name, arrivals }) => [name, arrivals] as const), ["closed", closed] as const])(
  "%s: nothing arrives after the end of a run",
  (_name, arrivals) => {
    const setup = build({
      nodes: [node("device", { count: 3 })],
      streams: [stream({ arrivals })],
      times: [0.01],
      run: { duration: seconds(20) },
    });
    const { end, collector } = simulate(setup, 0);
    expect(end.at).toBe(20);
    const within = collector.arrived.reduce((sum, n) => sum + n, 0);
    expect(within).toBeGreaterThan(0);
    expect(end.arrived).toBe(within);
  },
);
