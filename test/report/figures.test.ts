import { expect, test } from "vitest";
import type { Result } from "../../src/experiment/result.ts";
import { figures } from "../../src/report/charts/index.ts";
import { heatFill, light, looks, styleOf } from "../../src/report/charts/look.ts";
import { sweptAxes } from "../../src/report/charts/sweep-axes.ts";
import { leadAlong, leadOver } from "../../src/report/charts/sweep-leads.ts";
import { deadlinesIn } from "../../src/report/deadlines.ts";
import { logTicks } from "../../src/report/draw/axes.ts";
import { overlap } from "../../src/report/draw/pen.ts";
import { placeLabels } from "../../src/report/draw/place-labels.ts";
import { known } from "../../src/report/metrics.ts";
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
    "energy-latency",
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

/** A grid of bandwidths and camera counts; of every point's policies the first is unsteady where `shaky` says so. */
function grid(shaky = (_: number): boolean => false): Result {
  const { result: made } = fixture({ ...usual, sweep: { path: "x", values: Array.from({ length: 6 }, (_, i) => i) } });
  const sweep = made.sweep.map((point, i) => ({
    ...point,
    at: { "links.cell.up": `${[1, 4, 16][i % 3]} Mbit/s`, "nodes.camera.count": [10, 5][Math.floor(i / 3)]! },
    policies: point.policies.map((p, k) => ({ ...p, verdict: { steady: k > 0 || !shaky(i), reasons: [] } })),
  }));
  return { ...made, sweep };
}
const maps = (of: Result) => figures(of, distributions).flatMap((f) => (f.kind === "heat" ? [f] : []));

test("a sweep over two paths is a map a metric: a panel a policy, values ascending to the right and upwards, units in the titles", () => {
  const swept = grid();
  const all = maps(swept);
  expect(all.map(({ id }) => id)).toContain("sweep-map-p95-latency");
  const map = all.find(({ id }) => id === "sweep-map-mean-latency")!;
  expect(map.x).toEqual({ title: "links.cell.up (Mbit/s)", labels: ["1", "4", "16"] });
  expect(map.y).toEqual({ title: "nodes.camera.count", labels: ["5", "10"] });
  expect(map.panels.map(({ name }) => name)).toEqual(usual.policies);
  // The point of 16 Mbit/s and 5 cameras is the sixth: third column, lowest row.
  expect(map.panels[1]!.cells[0]![2]!.value).toBe(swept.sweep[5]!.policies[1]!.latency_s.mean!.estimate);
  expect(map.table.rows).toHaveLength(6);
  expect(map.finding).toMatch(/lowest mean latency|settle/);
});

test("cells without a steady state are hatched, and do not stretch the scale of colour", () => {
  const calm = maps(grid())[0]!;
  const swept = grid((i) => i === 0);
  const far = swept.sweep.map((point, i) =>
    i > 0
      ? point
      : {
          ...point,
          policies: point.policies.map((p, k) =>
            k > 0 ? p : { ...p, latency_s: { ...p.latency_s, mean: { ...p.latency_s.mean!, estimate: 1e6 } } },
          ),
        },
  );
  const map = maps({ ...swept, sweep: far })[0]!;
  expect(map.panels[0]!.cells[1]![0]).toMatchObject({ shaky: true, value: 1e6 });
  expect(map.panels.flatMap(({ cells }) => cells.flat()).filter((cell) => cell?.shaky)).toHaveLength(1);
  expect(map.scale.max).toBeLessThanOrEqual(calm.scale.max);
});

test("a curve says at which points nothing was steady, in the picture and in the numbers behind it", () => {
  const curves = (of: Result) => figures(of, distributions).find(({ id }) => id === "sweep-mean-latency-1")!;
  expect(curves(grid()).finding).not.toContain("steady");
  const name = grid().policies[0]!.name;
  // The first slice is that of 10 cameras: points 0, 1 and 2 of 1, 4 and 16 Mbit/s.
  const chart = curves(grid((i) => i === 0 || i === 4));
  expect(chart.finding).toMatch(new RegExp(`No steady state: ${name} at 1 Mbit/s\\.$`));
  expect(chart.table.rows.map((row) => row[1]!.includes("(no steady state)"))).toEqual([true, false, false]);
  // Of one policy the curves are the slices.
  const swept = grid((i) => i === 4);
  const alone = { ...swept, policies: swept.policies.filter((p) => p.name === name) };
  const one = figures(alone, distributions).find(({ id }) => id === "sweep-mean-latency")!;
  expect(one.finding).toMatch(/No steady state: 5 at 4 Mbit\/s\.$/);
});

test("colours of a map get darker all the way, so that their order needs no hue", () => {
  const luminance = (fill: string): number =>
    [1, 3, 5].reduce(
      (sum, at, i) => sum + [0.2126, 0.7152, 0.0722][i]! * (Number.parseInt(fill.slice(at, at + 2), 16) / 255) ** 2.2,
      0,
    );
  const steps = Array.from({ length: 60 }, (_, i) => luminance(heatFill(i / 59)));
  for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeLessThan(steps[i - 1]!);
  expect([heatFill(-1), heatFill(2)]).toEqual([heatFill(0), heatFill(1)]);
});

test("paths that changed together are one axis", () => {
  const point = (up: number, down: number, count: number) => ({
    ...result.sweep[0]!,
    at: { "links.cell.up": `${up} Mbit/s`, "links.cell.down": `${down} Mbit/s`, "nodes.camera.count": count },
  });
  const sweep = [point(1, 9, 1), point(1, 9, 2), point(2, 7, 1), point(2, 7, 2), point(3, 9, 1), point(3, 9, 2)];
  expect(sweptAxes(sweep).map(({ paths, labels }) => [paths, labels])).toEqual([
    [
      ["links.cell.up", "links.cell.down"],
      ["1 Mbit/s, 9 Mbit/s", "2 Mbit/s, 7 Mbit/s", "3 Mbit/s, 9 Mbit/s"],
    ],
    [["nodes.camera.count"], ["1", "2"]],
  ]);
});

test("a lead along a sweep is said only where the intervals settle it", () => {
  const mean = known("latency_s.mean");
  const at = (...best: string[]) => ({
    ...result.sweep[0]!,
    standing: { best: { "latency_s.mean": best }, dominated: {} },
  });
  const along = (...points: ReturnType<typeof at>[]) =>
    leadAlong(
      mean,
      points.map((point, i) => ({ label: `${i + 1} /s`, point })),
    );
  const [a = "", b = "", c = "", d = ""] = usual.policies!;
  expect(along(at(a), at(a))).toBe(`${a} has the lowest mean latency at every point.`);
  expect(along(at(a, b), at(a))).toBe(`Who has the lowest mean latency: ${a} or ${b} at 1 /s; ${a} at 2 /s.`);
  expect(along(at(a), at(a, b, c, d), at(b), at(b))).toBe(
    `Who has the lowest mean latency: ${a} at 1 /s; not settled at 2 /s; ${b} from 3 /s to 4 /s.`,
  );
  expect(along(at(a, b), at(a, b))).toBe("The intervals settle nowhere who has the lowest mean latency.");
  const over = (...points: ReturnType<typeof at>[]) => leadOver(mean, points, usual.policies!);
  expect(over(at(a), at(a))).toBe(`${a} has the lowest mean latency at all 2 points.`);
  expect(over(at(a), at(b), at(a), at(a, b))).toBe(
    `Of 4 points, ${a} has the lowest mean latency at 2, ${b} at 1; at 1 the intervals settle no lead.`,
  );
  expect(over(at(a, b))).toBe("No policy is shown to have the lowest mean latency at the one point.");
});

test("on the front are those that no test takes off it, whatever the estimates say", () => {
  const [first = ""] = usual.policies!;
  const standing = { best: {}, dominated: { [first]: [{ policy: usual.policies![3]!, metrics: ["latency_s.mean"] }] } };
  const figure = find("accuracy-latency", figures({ ...result, standing }, distributions));
  if (figure.kind !== "cloud") throw new Error("no cloud");
  expect(figure.points.map(({ name, best }) => [name, best])).toEqual(
    usual.policies!.map((name) => [name, name !== first]),
  );
  expect(figure.finding).toContain(`${first} is dominated`);
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
