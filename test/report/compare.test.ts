import { expect, test } from "vitest";
import { compareRuns, type FinishedRun, policiesOf } from "../../src/experiment/compare-runs.ts";
import { forest, isNone, needText, relativeText, told } from "../../src/report/compare/differences.ts";
import { comparisonCsv, namedPolicies, renderComparison } from "../../src/report/compare/index.ts";
import { comparisonFigures, renderComparisonPage } from "../../src/report/compare/page.ts";
import { plotHeight } from "../../src/report/draw/chart.ts";
import { fixture, type Sketch, usual } from "./fixture.ts";

const runOf = (name: string, sketch: Sketch = usual): FinishedRun => ({
  name,
  path: `runs/${name}`,
  ...fixture({ ...sketch, sweep: undefined as never }),
  workload: "w",
});
const one = [runOf("a")];
const found = compareRuns(one, { version: "0.1.0" });
const policies = namedPolicies(policiesOf(one));

test("the chart of differences has a row a metric, a point a comparison, and fills what is settled", () => {
  const figure = forest(found, new Map())!;
  expect(figure.series.map(({ name }) => name)).toEqual(usual.policies!.slice(1));
  const latency = figure.rows.find(({ name }) => name === "Mean latency")!;
  expect(latency.better).toBe(-1);
  expect(figure.rows.find(({ name }) => name === "Goodput")?.better).toBe(1);
  for (const row of figure.rows)
    for (const point of row.points) {
      if (point?.low == null || point.high === null) continue;
      expect(point.settled).toBe(point.low > 0 || point.high < 0);
    }
});

test("policies that are alike in everything have no row, and are told so", () => {
  const same = compareRuns([runOf("a"), runOf("b")], { version: "0.1.0" });
  expect(same.comparisons.every(isNone)).toBe(true);
  expect(forest(same, new Map())).toBeNull();
  const entrants = policiesOf([runOf("a"), runOf("b")]);
  expect(renderComparison(same, namedPolicies(entrants))).toContain("No difference at all, in any metric.");
  expect(renderComparisonPage(same, entrants, "offramp compare a b")).toContain("no difference at all");
});

test("a difference is told with its corrected interval, its unit, and what would settle it", () => {
  const c = { ...found.comparisons[0]!, metric: "accuracy" };
  const undecided = {
    ...c,
    verdict: "undecided" as const,
    difference: { ...c.difference, estimate: 0.004 },
    corrected: { low: -0.001, high: 0.009, confidence: 0.98 },
  };
  expect(told(undecided)).toMatchObject({ estimate: "+0.400 pp", range: "[−0.100, 0.900]" });
  expect(needText({ ...undecided, replications_needed: 18 })).toBe("18");
  expect(needText({ ...undecided, replications_needed: null })).toBe("over 10 000");
  expect(needText({ ...undecided, p: null, replications_needed: 3 })).toBe("3 at least");
  expect(needText({ ...undecided, verdict: "better" })).toBe("");
  expect(relativeText(-12, 100)).toBe("−12.0 %");
  expect(relativeText(1, 0)).toBe("—");
});

test("the table stays within its width, and says what the family is", () => {
  const text = renderComparison(found, policies, { width: 90 });
  for (const line of text.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(90);
  expect(text.replaceAll("\n", " ")).toContain("the 3 comparisons of a metric, by Holm's method");
  expect(text).toContain("split-90 against cloud-only, 10 pairs");
});

test("csv has a line a comparison and as many cells in each", () => {
  const lines = comparisonCsv(found, policies).trim().split("\n");
  expect(lines).toHaveLength(found.comparisons.length + 1);
  for (const line of lines) expect(line.split(",")).toHaveLength(19);
});

test("names of policies cannot break out of the page", () => {
  const runs = [runOf("<b>", { ...usual, policies: ["<i>", '"&'] })];
  const page = renderComparisonPage(compareRuns(runs, { version: "0.1.0" }), policiesOf(runs), "offramp <compare>");
  expect(page).toContain("&lt;i&gt;");
  expect(page).not.toContain("<i>");
  expect(page).not.toContain("<compare>");
});

test("the chart grows with its comparisons, so that no point touches another", () => {
  const heightOf = (names: readonly string[]): number => {
    const runs = [runOf("a", { ...usual, policies: names })];
    const figure = forest(compareRuns(runs, { version: "0.1.0" }), new Map())!;
    return plotHeight(figure, { width: 960 }) / figure.rows.length;
  };
  const eight = Array.from({ length: 8 }, (_, i) => `policy-${i}`);
  // 7 comparisons less 3, each 21 pixels high.
  expect(heightOf(eight) - heightOf(eight.slice(0, 4))).toBeCloseTo(4 * 21, 0);
});

test("a comparison has the front and the latencies beside the differences", () => {
  const ids = comparisonFigures(found, policiesOf(one)).map(({ id }) => id);
  expect(ids).toEqual(["differences", "accuracy-latency", "energy-latency", "latency-cdf"]);
});
