import fc from "fast-check";
import { expect, test } from "vitest";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { spaced } from "../../src/scenario/range.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { changed, example, problemsOf, read } from "./example.ts";

const sweeping = (sweep: string): string => changed(["{ links.cell.up: [6 Mbit/s, 12 Mbit/s] }", sweep]);
const valuesOf = (range: string): unknown => read(sweeping(`{ links.cell.up: ${range} }`)).sweep[0]![0]!.values;
const pointsOf = (sweep: string): object[] => [...prepareExperiment(sweeping(sweep)).points];
const problemIn = (sweep: string) => problemsOf(sweeping(sweep))[0];

test("a range by points has both ends and equal steps between them", () => {
  expect(valuesOf("{ from: 1 Mbit/s, to: 2 Mbit/s, points: 3 }")).toEqual(["1 Mbit/s", "1.5 Mbit/s", "2 Mbit/s"]);
  expect(valuesOf("{ from: 2 Mbit/s, to: 1 Mbit/s, points: 2 }")).toEqual(["2 Mbit/s", "1 Mbit/s"]);
  // 1 + 1/3 and 1 + 2/3, rounded to three digits and no value moved by more than 0.5 % of a step.
  expect(valuesOf("{ from: 1 Mbit/s, to: 2 Mbit/s, points: 4 }")).toEqual([
    "1 Mbit/s",
    "1.333 Mbit/s",
    "1.667 Mbit/s",
    "2 Mbit/s",
  ]);
});

test("a logarithmic range has equal factors", () => {
  expect(valuesOf("{ from: 1 Mbit/s, to: 64 Mbit/s, points: 7, spacing: log }")).toEqual(
    [1, 2, 4, 8, 16, 32, 64].map((n) => `${n} Mbit/s`),
  );
  expect(valuesOf("{ from: 1 Mbit/s, to: 10 Mbit/s, points: 4, spacing: log }")).toEqual(
    // 10^(1/3) = 2.15443, 10^(2/3) = 4.64159
    [1, 2.15, 4.64, 10].map((n) => `${n} Mbit/s`),
  );
});

test("a range by steps goes up to its end and not beyond, and has no rounding of its own", () => {
  expect(valuesOf("{ from: 0.1 Mbit/s, to: 0.5 Mbit/s, step: 0.1 Mbit/s }")).toEqual(
    [0.1, 0.2, 0.3, 0.4, 0.5].map((n) => `${n} Mbit/s`),
  );
  expect(valuesOf("{ from: 1 Mbit/s, to: 10 Mbit/s, step: 4 Mbit/s }")).toEqual(["1 Mbit/s", "5 Mbit/s", "9 Mbit/s"]);
  expect(valuesOf("{ from: 3 Mbit/s, to: 1 Mbit/s, step: 1 Mbit/s }")).toEqual(["3 Mbit/s", "2 Mbit/s", "1 Mbit/s"]);
});

test("the ends of a range may be in different units of one thing", () => {
  expect(valuesOf("{ from: 500 kbit/s, to: 2 Mbit/s, step: 0.5 Mbit/s }")).toEqual(
    [500, 1000, 1500, 2000].map((n) => `${n} kbit/s`),
  );
});

test("values of one range all differ, keep their order, and stay within half a percent of a step of where they belong", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      fc.double({ min: 1.01, max: 1e4, noNaN: true }),
      fc.integer({ min: 2, max: 60 }),
      fc.constantFrom("linear" as const, "log" as const),
      (from, factor, n, spacing) => {
        const values = spaced(from, from * factor, n, spacing);
        expect(values).toHaveLength(n);
        expect([values[0], values[n - 1]]).toEqual([from, from * factor]);
        values.forEach((v, i) => {
          const share = i / (n - 1);
          const exact = (at: number): number =>
            spacing === "log" ? from * factor ** at : from * (1 + (factor - 1) * at);
          const step = exact(share) - exact((i - 1) / (n - 1));
          expect(Math.abs(v - exact(share))).toBeLessThanOrEqual(step / 200 + 1e-9 * from * factor);
          if (i > 0) expect(v).toBeGreaterThan(values[i - 1]!);
        });
      },
    ),
    { numRuns: 200 },
  );
});

test("a grid has every combination, the last axis fastest", () => {
  expect(pointsOf("{ links.cell.up: [6 Mbit/s, 12 Mbit/s], nodes.camera.count: { from: 1, to: 3, step: 1 } }")).toEqual(
    ["6 Mbit/s", "12 Mbit/s"].flatMap((up) =>
      [1, 2, 3].map((count) => ({ "links.cell.up": up, "nodes.camera.count": count })),
    ),
  );
});

test("zipped paths change together, and cross with the other axes", () => {
  const zip = "zip: { links.cell.up: [6 Mbit/s, 12 Mbit/s], links.cell.down: [20 Mbit/s, 40 Mbit/s] }";
  const pairs = [
    { "links.cell.up": "6 Mbit/s", "links.cell.down": "20 Mbit/s" },
    { "links.cell.up": "12 Mbit/s", "links.cell.down": "40 Mbit/s" },
  ];
  expect(pointsOf(`{ ${zip} }`)).toEqual(pairs);
  expect(pointsOf(`{ ${zip}, nodes.camera.count: [1, 2] }`)).toEqual(
    pairs.flatMap((pair) => [1, 2].map((count) => ({ ...pair, "nodes.camera.count": count }))),
  );
  const two =
    "{ zip: [{ links.cell.up: [6 Mbit/s, 12 Mbit/s], seed: [1, 2] }, { nodes.camera.count: [1, 2], run.requests: [500, 600] }] }";
  expect(pointsOf(two)).toHaveLength(4);
  expect(pointsOf(two)[1]).toEqual({
    "links.cell.up": "6 Mbit/s",
    seed: 1,
    "nodes.camera.count": 2,
    "run.requests": 600,
  });
});

test("zipped values need only fit together", () => {
  const both = "{ zip: { run.requests: [50, 100], run.warmup: [10, 60] } }";
  // The file's warm-up is 100 requests: 50 alone are too few.
  expect(pointsOf(both)).toHaveLength(2);
  expect(problemIn("{ zip: { run.requests: [100, 50], run.warmup: [10, 60] } }")?.path).toBe("run.warmup");
});

test.each([
  [
    "paths of different numbers of values",
    "{ zip: { links.cell.up: [6 Mbit/s], seed: [1, 2] } }",
    "sweep.zip",
    "1 of links.cell.up, 2 of seed",
  ],
  ["a zip of one path", "{ zip: { seed: [1, 2] } }", "sweep.zip", 'a map with "seed"'],
  [
    "the same path twice",
    "{ seed: [1, 2], zip: { seed: [3, 4], nodes.camera.count: [1, 2] } }",
    "sweep.zip.seed",
    "the same again",
  ],
  [
    "a path inside another",
    "{ run: [{ requests: 10 }, { requests: 20 }], run.requests: [1, 2] }",
    "sweep.run.requests",
    "part of run",
  ],
  ["a number of replications", "{ run.replications: [3, 5] }", "sweep.run.replications", "run.replications"],
  [
    "a target of the precision",
    "{ run.precision.accuracy: [1 %, 2 %] }",
    "sweep.run.precision.accuracy",
    "run.precision.accuracy",
  ],
  ["the baseline", "{ baseline: [split, local] }", "sweep.baseline", "baseline"],
  ["neither step nor points", "{ seed: { from: 1, to: 3 } }", "sweep.seed.points", "none of them"],
  ["both step and points", "{ seed: { from: 1, to: 3, step: 1, points: 3 } }", "sweep.seed.points", "both"],
  ["a log spacing by step", "{ seed: { from: 1, to: 3, step: 1, spacing: log } }", "sweep.seed.spacing", "1"],
  ["a log spacing from zero", "{ seed: { from: 0, to: 3, points: 3, spacing: log } }", "sweep.seed.from", "0"],
  ["a step of zero", "{ seed: { from: 1, to: 3, step: 0 } }", "sweep.seed.step", "0"],
  ["a step longer than the range", "{ seed: { from: 1, to: 3, step: 4 } }", "sweep.seed.step", "4"],
  [
    "ends of different things",
    "{ links.cell.up: { from: 1 Mbit/s, to: 5 ms, points: 2 } }",
    "sweep.links.cell.up.to",
    '"5 ms"',
  ],
  [
    "ends that are the same",
    "{ links.cell.up: { from: 1 Mbit/s, to: 1000 kbit/s, points: 2 } }",
    "sweep.links.cell.up.to",
    '"1000 kbit/s"',
  ],
  ["a word for an end", "{ seed: { from: one, to: 2, points: 2 } }", "sweep.seed.from", '"one"'],
  ["more values than a range may have", "{ seed: { from: 1, to: 5000, step: 1 } }", "sweep.seed.step", "5000"],
  [
    "an unknown key of a range",
    "{ seed: { from: 1, to: 3, stepp: 1 } }",
    "sweep.seed.stepp",
    'the unknown key "stepp"',
  ],
  [
    "a value between whole numbers",
    "{ nodes.camera.count: { from: 1, to: 2, points: 3 } }",
    "nodes.camera.count",
    "1.5",
  ],
])("%s is refused", (_, sweep, path, got) => {
  expect(problemIn(sweep)).toMatchObject({ path, got });
});

test("resolved, every axis is a list, zipped ones beside one another", () => {
  const text = sweeping(
    "{ nodes.camera.count: { from: 1, to: 5, step: 2 }, zip: [{ links.cell.up: [6 Mbit/s, 12 Mbit/s], seed: [1, 2] }, { run.requests: [500, 600], run.warmup: [10, 20] }] }",
  );
  const scenario = read(text);
  expect(parseScenario(resolvedYaml(scenario)).sweep).toEqual(scenario.sweep);
  expect(resolvedYaml(scenario)).toContain('"nodes.camera.count": [1, 3, 5]');
  expect(example).toContain("sweep:");
});
