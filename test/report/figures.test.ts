import { expect, test } from "vitest";
import type { Result } from "../../src/experiment/result.ts";
import { figures } from "../../src/report/charts/index.ts";
import { light, looks, styleOf } from "../../src/report/charts/look.ts";
import { deadlinesIn } from "../../src/report/deadlines.ts";
import { logTicks } from "../../src/report/draw/axes.ts";
import { overlap } from "../../src/report/draw/pen.ts";
import { placeLabels } from "../../src/report/draw/place-labels.ts";
import { measured } from "../../src/report/quantity.ts";
import { emptied, fixture, usual } from "./fixture.ts";

const { result, distributions } = fixture(usual);
const find = (id: string, from = figures(result, distributions)) => {
  const found = from.find((figure) => figure.id === id);
  if (!found) throw new Error(`no figure ${id}`);
  return found;
};

test("every figure of a full run is there, with a title, a finding and the rows behind it", () => {
  const all = figures(result, distributions);
  expect(all.map(({ id }) => id)).toEqual([
    "latency-cdf",
    "accuracy-latency",
    "latency-parts",
    "exit-shares",
    "node-utilization",
    "link-utilization",
    "sweep-mean-latency",
    "sweep-p95-latency",
    "sweep-accuracy",
    "sweep-deadline-miss",
    "sweep-dropped",
    "sweep-throughput",
    "sweep-energy",
  ]);
  for (const { title, finding, table } of all) {
    expect(title.length).toBeGreaterThan(10);
    expect(finding).toMatch(/\.$/);
    expect(table.rows.length).toBeGreaterThan(0);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  }
});

test("a run without a value anywhere has no figure", () => {
  expect(figures(emptied(result), { ...distributions, policies: [] })).toEqual([]);
});

test("the curve of a policy never falls and ends at its share of the slowest", () => {
  const cdf = find("latency-cdf");
  if (cdf.kind !== "lines") throw new Error("not curves");
  for (const { points } of cdf.series) {
    for (const [i, point] of points.entries()) {
      expect(point.y).toBeGreaterThanOrEqual(points[i - 1]?.y ?? 0);
      expect(point.low ?? 0).toBeLessThanOrEqual(point.high ?? 1);
    }
    expect(points.at(-1)?.y).toBeCloseTo(0.999, 2);
  }
});

test("latencies that differ more than thirty times are drawn on a logarithmic axis, others from zero", () => {
  const far = fixture({ ...usual, ratios: [1, 200, 0.01, 1] });
  const near = fixture({ ...usual, policies: ["split-90"] });
  const axis = (of: typeof far) => {
    const cdf = find("latency-cdf", figures(of.result, of.distributions));
    return cdf.kind === "lines" ? cdf.x : null;
  };
  expect(axis(far)?.log).toBe(true);
  expect(axis(near)).toMatchObject({ log: false, min: 0, symbol: "ms" });
});

test("latencies of zero make a linear axis with room", () => {
  const zero = {
    ...distributions,
    policies: distributions.policies.map((p) => ({
      ...p,
      replications: [{ latency_s: [[0, 5]] as [number, number][] }],
    })),
  };
  const cdf = find("latency-cdf", figures(result, zero));
  expect(cdf.kind === "lines" && cdf.x).toMatchObject({ log: false, min: 0, max: 1 });
});

test("a latency that an expectation names is a line across the curves", () => {
  const cdf = find("latency-cdf");
  expect(cdf.kind === "lines" && cdf.limits).toEqual([{ at: 0.1, axis: "x", label: "expected p95 below 100 ms" }]);
});

test("deadlines are read from a resolved scenario, not from its comments", () => {
  const text =
    "workload:\n  camera: { arrivals: { poisson: 2 /s }, deadline: 100 ms }\n  other:\n    deadline: 0.5 s # default\n  # deadline: 3 s\n  late:\n    deadline: none\n";
  expect(deadlinesIn(text).map(({ seconds }) => seconds)).toEqual([0.1, 0.5]);
});

test("a sweep over quantities has a numeric axis, geometric steps a logarithmic one, names their own words", () => {
  const axis = (values: (string | number)[]) => {
    const made = fixture({ ...usual, sweep: { path: "links.cell.up", values } });
    const figure = find("sweep-mean-latency", figures(made.result, made.distributions));
    return figure.kind === "lines" ? figure.x : null;
  };
  expect(axis(["1 Mbit/s", "2 Mbit/s", "3 Mbit/s"])).toMatchObject({ log: false, symbol: "Mbit/s" });
  expect(axis(["500 kbit/s", "1 Mbit/s", "2 Mbit/s", "4 Mbit/s", "8 Mbit/s"])).toMatchObject({
    log: true,
    symbol: "kbit/s",
  });
  expect(axis(["rpi4", "jetson"])?.words).toEqual(["rpi4", "jetson"]);
});

test("a sweep of one point is no curve: it stands in the table alone", () => {
  const one = { ...result, sweep: result.sweep.slice(0, 1) } satisfies Result;
  expect(figures(one, distributions).filter(({ id }) => id.startsWith("sweep"))).toEqual([]);
});

test("a sweep over two paths is drawn in slices, each naming what it holds fixed", () => {
  const [first] = result.sweep;
  if (!first) throw new Error("no sweep");
  const sweep = [1, 2, 3].flatMap((x) =>
    ["low", "high"].map((y) => ({ ...first, at: { "nodes.edge.servers": x, "nodes.edge.kind": y } })),
  );
  const all = figures({ ...result, sweep } satisfies Result, distributions).filter(({ id }) =>
    id.startsWith("sweep-mean"),
  );
  expect(all.map(({ title }) => title)).toEqual([
    "Mean latency against nodes.edge.servers, at nodes.edge.kind = low",
    "Mean latency against nodes.edge.servers, at nodes.edge.kind = high",
  ]);
});

test("of one policy a sweep over two paths is one chart, a curve for each value of the other path", () => {
  const [first] = result.sweep;
  if (!first) throw new Error("no sweep");
  const name = first.policies[0]!.name;
  const sweep = [1, 2, 3].flatMap((x) =>
    ["low", "high"].map((y) => ({ ...first, at: { "nodes.edge.servers": x, "nodes.edge.kind": y } })),
  );
  const policies = result.policies.filter((p) => p.name === name);
  const all = figures({ ...result, policies, sweep } satisfies Result, distributions).filter(({ id }) =>
    id.startsWith("sweep-mean"),
  );
  expect(all.map(({ title }) => title)).toEqual([
    `Mean latency against nodes.edge.servers: ${name}, by nodes.edge.kind`,
  ]);
  const [chart] = all;
  expect(chart?.kind === "lines" ? chart.series.map((s) => s.name) : []).toEqual(["low", "high"]);
});

test("quantities of every kind are read, words are not", () => {
  expect(measured("20 ms")).toEqual({ value: 0.02, unit: "s" });
  expect(measured("1 kB")).toEqual({ value: 1000, unit: "B" });
  expect(measured("2 MB/s")).toEqual({ value: 16e6, unit: "bit/s" });
  expect(measured("95 %")).toEqual({ value: 0.95, unit: "share" });
  expect(measured(0.4)).toEqual({ value: 0.4, unit: "count" });
  expect(measured("rpi4")).toBeNull();
});

test("twelve policies look different, by colour, dash or marker, whatever the baseline", () => {
  const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
  for (const baseline of [null, "p0", "p7"]) {
    const styles = [...looks(names, baseline).values()].map((look) => JSON.stringify(styleOf(look, light)));
    expect(new Set(styles).size).toBe(12);
  }
});

test("labels touch neither one another nor a point, even for twelve points in one place", () => {
  const area = { left: 0, top: 0, right: 900, bottom: 440 };
  const anchors = Array.from({ length: 12 }, (_, i) => ({ x: 450 + i, y: 220, width: 160, height: 17 }));
  const points = anchors.map(({ x, y }) => ({ left: x - 8, right: x + 8, top: y - 8, bottom: y + 8 }));
  const placed = placeLabels(anchors, area, points, []);
  const boxes = placed.map((p) => p?.box).filter((box) => box !== undefined);
  expect(boxes).toHaveLength(12);
  for (const [i, a] of boxes.entries()) {
    expect(boxes.some((b, j) => j !== i && overlap(a, b))).toBe(false);
    expect(points.some((point) => overlap(a, point))).toBe(false);
  }
});

test("a logarithmic axis has at least two ticks and never a crowd", () => {
  for (const [min, max] of [
    [1e-6, 100],
    [0.01, 0.4],
    [0.03, 0.09],
    [1, 1000],
  ] as const) {
    const ticks = logTicks(min, max);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(13);
  }
});
