import { describe, expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { arrivalsWithin } from "../../src/scenario/compile-arrivals.ts";
import { offeredLoad } from "../../src/scenario/offered-load.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { noResources } from "../../src/scenario/resources.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { meanRate } from "../../src/sim/arrivals/rate.ts";
import { changed, problemsOf, read } from "./example.ts";

const withArrivals = (text: string, rest = "late: drop"): string =>
  changed(["{ poisson: 2 /s }", text], ["late: drop", rest]);
const arrivalsOf = (text: string) => read(withArrivals(text)).streams[0]!.arrivals;
const compiled = (text: string, rest?: string) =>
  compile(read(withArrivals(text, rest)), "split", noResources).streams[0]!.arrivals;

describe("what is written", () => {
  test.each<[string, object]>([
    ["{ gamma: { rate: 4 /s, cv: 2 } }", { kind: "gamma", mean: 0.25, cv: 2 }],
    ["{ gamma: { mean: 500 ms, cv: 0.1 } }", { kind: "gamma", mean: 0.5, cv: 0.1 }],
    ["{ weibull: { shape: 0.6, scale: 2 s } }", { kind: "weibull", shape: 0.6, scale: 2 }],
    [
      "{ mmpp: { rates: [1 /s, 10 /s], switch: [0.1 /s, 2 s] } }",
      {
        kind: "mmpp",
        rates: [1, 10],
        switch: [
          [0, 0.1],
          [0.5, 0],
        ],
      },
    ],
    [
      "{ mmpp: { rates: [1 /s, 0 /s, 6 /min], switch: 4 s } }",
      {
        kind: "mmpp",
        rates: [1, 0, 0.1],
        switch: [
          [0, 0.25, 0],
          [0, 0, 0.25],
          [0.25, 0, 0],
        ],
      },
    ],
    [
      "{ mmpp: { rates: [1 /s, 2 /s], switch: [[0 /s, 3 /s], [4 /s, 0 /s]] } }",
      {
        kind: "mmpp",
        rates: [1, 2],
        switch: [
          [0, 3],
          [4, 0],
        ],
      },
    ],
    [
      "{ on-off: { rate: 20 /s, on: 2 s, off: { pareto: { shape: 1.5, minimum: 1 s } } } }",
      {
        kind: "on-off",
        rate: 20,
        on: { kind: "exponential", mean: 2 },
        off: { kind: "pareto", shape: 1.5, minimum: 1 },
      },
    ],
    [
      "{ on-off: { rate: 20 /s, on: { constant: 2 s }, off: 0 s } }",
      { kind: "on-off", rate: 20, on: { kind: "constant", value: 2 }, off: { kind: "constant", value: 0 } },
    ],
    ["{ diurnal: { every: 1 h, rates: [1 /s, 0 /s, 30 /min] } }", { kind: "diurnal", every: 3600, rates: [1, 0, 0.5] }],
    ["{ batch: { poisson: 2 /s, size: 8 } }", { kind: "batch", rate: 2, size: { kind: "constant", value: 8 } }],
    [
      "{ batch: { poisson: 2 /s, size: { geometric: 4 } } }",
      { kind: "batch", rate: 2, size: { kind: "geometric", mean: 4 } },
    ],
    [
      "{ batch: { poisson: 2 /s, size: { geometric: { mean: 4 } } } }",
      { kind: "batch", rate: 2, size: { kind: "geometric", mean: 4 } },
    ],
    [
      "{ batch: { poisson: 2 /s, size: { uniform: { low: 1, high: 4 } } } }",
      { kind: "batch", rate: 2, size: { kind: "discrete", values: [1, 2, 3, 4], shares: [0.25, 0.25, 0.25, 0.25] } },
    ],
    [
      "{ batch: { poisson: 2 /s, size: { discrete: { values: [1, 9], shares: [90 %, 10 %] } } } }",
      { kind: "batch", rate: 2, size: { kind: "discrete", values: [1, 9], shares: [0.9, 0.1] } },
    ],
    [
      "{ closed: { clients: 3, think: { erlang: { mean: 2 s, k: 2 } } } }",
      { kind: "closed", clients: 3, think: { kind: "erlang", mean: 2, k: 2 } },
    ],
    ["{ closed: { clients: 3 } }", { kind: "closed", clients: 3, think: { kind: "constant", value: 0 } }],
    ["single-stream", { kind: "single-stream" }],
    ["{ single-stream: {} }", { kind: "single-stream" }],
    ["{ single-stream: true }", { kind: "single-stream" }],
    ["multi-stream", { kind: "multi-stream", samples: 8, every: null }],
    ["{ multi-stream: 4 }", { kind: "multi-stream", samples: 4, every: null }],
    ["{ multi-stream: { samples: 4 } }", { kind: "multi-stream", samples: 4, every: null }],
    ["{ multi-stream: { every: 50 ms } }", { kind: "multi-stream", samples: 8, every: 0.05 }],
    ["{ server: 20 /s }", { kind: "server", rate: 20 }],
    ["{ server: { rate: 20 /s } }", { kind: "server", rate: 20 }],
    ["offline", { kind: "offline", samples: null }],
    ["{ offline: 24576 }", { kind: "offline", samples: 24_576 }],
    ["{ offline: { samples: all } }", { kind: "offline", samples: null }],
  ])("%s is understood, and read back from the resolved scenario to the bit", (text, expected) => {
    const s = read(withArrivals(text));
    expect(s.streams[0]!.arrivals).toEqual(expected);
    const without = ({ origins: _, ...rest }: Scenario) => rest;
    expect(without(parseScenario(resolvedYaml(s), { path: "resolved.yaml" }))).toEqual(without(s));
  });

  test("weibull gaps may be given by their mean or rate, and cv", () => {
    // cv 1 is the exponential: shape 1, scale = mean.
    const one = arrivalsOf("{ weibull: { rate: 4 /s, cv: 1 } }");
    expect(one.kind === "weibull" ? [one.shape, one.scale] : []).toEqual([
      expect.closeTo(1, 9),
      expect.closeTo(0.25, 9),
    ]);
    // Shape 1/2: mean = 2 scale, cv = sqrt(5).
    const two = arrivalsOf("{ weibull: { mean: 2 s, cv: 2.23606797749979 } }");
    expect(two.kind === "weibull" ? [two.shape, two.scale] : []).toEqual([
      expect.closeTo(0.5, 9),
      expect.closeTo(1, 9),
    ]);
  });
});

describe("mistakes", () => {
  test.each<[string, string, string]>([
    ["{ gamma: { rate: 4 /s } }", "gamma.cv", "nothing"],
    ["{ gamma: { cv: 2 } }", "gamma", "none of them"],
    ["{ gamma: { cv: 2, rate: 1 /s, mean: 1 s } }", "gamma", "rate and mean"],
    ["{ weibull: { shape: 2 } }", "weibull", "none of them"],
    ["{ weibull: { shape: 2, cv: 1, mean: 1 s } }", "weibull", "shape and cv"],
    ["{ mmpp: { rates: [1 /s], switch: 1 s } }", "mmpp.rates", "a list of 1"],
    ["{ mmpp: { rates: [0 /s, 0 /s], switch: 1 s } }", "mmpp.rates", "a list of 2"],
    ["{ mmpp: { rates: [1 /s, 2 /s], switch: [1 s] } }", "mmpp.switch", "1"],
    ["{ mmpp: { rates: [1 /s, 2 /s], switch: [1 s, 0 s] } }", "mmpp.switch.1", '"0 s"'],
    ["{ mmpp: { rates: [1 /s, 2 /s], switch: [[1 /s, 1 /s], [1 /s, 0 /s]] } }", "mmpp.switch.0", "1 /s"],
    ["{ mmpp: { rates: [1 /s, 2 /s], switch: [[0 /s, 1 /s], [0 /s, 0 /s]] } }", "mmpp.switch", "state 2 of 2 does not"],
    ["{ mmpp: { rates: [1 /s, 2 /s], switch: 3 } }", "mmpp.switch", "3, without a unit"],
    ["{ on-off: { rate: 1 /s, on: 0 s, off: 1 s } }", "on-off.on", '"0 s"'],
    [
      "{ on-off: { rate: 1 /s, on: 1 s, off: { pareto: { shape: 1, minimum: 1 s } } } }",
      "on-off.off",
      'a map with "pareto"',
    ],
    ["{ diurnal: { every: 1 h, rates: [] } }", "diurnal.rates", "an empty list"],
    ["{ diurnal: { every: 1 h, rates: [0 /s] } }", "diurnal.rates", "a list of 1"],
    ["{ diurnal: { every: 0 s, rates: [1 /s] } }", "diurnal.every", '"0 s"'],
    ["{ batch: { poisson: 1 /s, size: 0 } }", "batch.size", "0"],
    ["{ batch: { poisson: 1 /s, size: { geometric: 0.5 } } }", "batch.size.geometric", "0.5"],
    [
      "{ batch: { poisson: 1 /s, size: { uniform: { low: 3, high: 2 } } } }",
      "batch.size.uniform",
      'a map with "low, high"',
    ],
    [
      "{ batch: { poisson: 1 /s, size: { discrete: { values: [1, 2], shares: [0.5, 0.4] } } } }",
      "batch.size.discrete",
      "0.9",
    ],
    ["{ batch: { poisson: 1 /s, size: { poisson: 3 } } }", "batch.size", '"poisson"'],
    ["{ closed: { think: 1 s } }", "closed.clients", "nothing"],
    ["{ closed: { clients: 0, think: 1 s } }", "closed.clients", "0"],
    ["{ closed: { clients: 3, think: { sequence: [1 s] } } }", "closed.think", '"sequence"'],
    ["{ single-stream: { samples: 2 } }", "single-stream", 'a map with "samples"'],
    ["{ multi-stream: 0 }", "multi-stream", "0"],
    ["{ multi-stream: { sample: 2 } }", "multi-stream.sample", 'the unknown key "sample"'],
    ["{ multi-stream: [8] }", "multi-stream", "a list of 1"],
    ["{ server: {} }", "server.rate", "nothing"],
    ["{ offline: 0 }", "offline", "0"],
    ["{ offline: many }", "offline", '"many"'],
    ["{ gamma: { rate: 4 /s, cv: 1 }, phase: 1 s }", "phase", "a phase beside gamma"],
    ["{ gama: { rate: 4 /s, cv: 1 } }", "gama", 'the unknown key "gama"'],
  ])("%s is refused at its place", (text, path, got) => {
    const found = problemsOf(withArrivals(text)).find((p) => p.path === `workload.camera.arrivals.${path}`);
    expect(found?.got).toBe(got);
    expect(found?.line).toBe(20);
  });
});

describe("rates", () => {
  // The camera group has four machines.
  const kinds: readonly [string, number][] = [
    ["{ poisson: 8 /s }", 8],
    ["{ periodic: 8 /s }", 8],
    ["{ gamma: { rate: 8 /s, cv: 2 } }", 8],
    ["{ weibull: { rate: 8 /s, cv: 2 } }", 8],
    // Shares of time 1/4 and 3/4.
    ["{ mmpp: { rates: [2 /s, 10 /s], switch: [3 /s, 1 /s] } }", 8],
    ["{ on-off: { rate: 40 /s, on: 1 s, off: 4 s } }", 8],
    ["{ diurnal: { every: 1 s, rates: [4 /s, 12 /s] } }", 8],
    ["{ batch: { poisson: 2 /s, size: 4 } }", 8],
    ["{ multi-stream: { samples: 4, every: 500 ms } }", 8],
  ];

  test.each(kinds)("%s: its mean rate is %d /s a device, or of the whole group with total", (text, rate) => {
    expect(meanRate(compiled(text), 4)).toBeCloseTo(rate, 9);
    expect(meanRate(compiled(text, "total: true"), 4)).toBeCloseTo(rate / 4, 9);
    const s = read(withArrivals(text, "total: true"));
    expect(arrivalsWithin(s.streams[0]!, s.nodes, 10)).toBeCloseTo(80, 9);
  });

  test.each(kinds)("%s offers the load of its mean rate", (text) => {
    // One machine a camera: 8 /s x (4 ms + 0.5 ms) under split.
    const load = offeredLoad(compile(read(withArrivals(text)), "split", noResources));
    expect(load!.nodes.camera).toBeCloseTo(8 * 4.5e-3, 9);
  });

  test("closed and LoadGen's arrivals are one loop, one law and one instant", () => {
    const nothing = { kind: "constant", value: 0 };
    expect(compiled("single-stream")).toEqual({ kind: "closed", clients: 1, each: true, think: nothing, query: 1 });
    expect(compiled("{ multi-stream: 8 }", "total: true")).toEqual({
      kind: "closed",
      clients: 1,
      each: false,
      think: nothing,
      query: 8,
    });
    expect(compiled("{ server: 8 /s }", "total: true")).toEqual({ kind: "poisson", rate: 2 });
    expect(compiled("{ offline: 24 }")).toEqual({ kind: "at-once", requests: 24, each: true });
    expect(compiled("offline")).toEqual({ kind: "at-once", requests: 1000, each: false });
  });

  test("clients that wait offer no load of their own, and no number of arrivals", () => {
    const s = read(withArrivals("{ closed: { clients: 3, think: 1 s } }"));
    expect(offeredLoad(compile(s, "split", noResources))!.nodes.camera).toBe(0);
    expect(arrivalsWithin(s.streams[0]!, s.nodes, 10)).toBeNull();
  });

  test("all samples offline are those of the run: which must be known, and of one stream", () => {
    const byTime = withArrivals("offline").replace("requests: 1000, warmup: 100", "duration: 1 h");
    expect(problemsOf(byTime)[0]).toMatchObject({
      path: "workload.camera.arrivals.offline",
      got: '"all", of a run by duration',
    });
    const beside = withArrivals("offline").replace(
      "policies:",
      "  other: { from: camera, arrivals: { poisson: 1 /s } }\npolicies:",
    );
    expect(problemsOf(beside)[0]).toMatchObject({
      path: "workload.camera.arrivals.offline",
      got: '"all", beside other streams',
    });
  });

  test("more clients than there is room for are refused", () => {
    const text = withArrivals("{ closed: { clients: 1000000 } }").replace("count: 4", "count: 400");
    expect(problemsOf(text)[0]).toMatchObject({ path: "workload.camera.arrivals.closed.clients", got: "400000000" });
  });

  test("a duration that would take days of any of them is refused", () => {
    const text = withArrivals("{ batch: { poisson: 1000 /s, size: 1000 } }").replace("requests: 1000", "duration: 1 h");
    expect(problemsOf(text)[0]?.path).toBe("run.duration");
  });
});
