/**
 * `expect:`, sentences such as `split-90: p95 latency < 100 ms`, `split-90: p95 latency < 0.5 x cloud-only`, or of points of the sweep
 * `at links.cell.up=1 Mbit/s: split-90: p95 latency < cloud-only`. What does not exist is an error: it would always pass.
 */
import * as z from "zod";
import { oneOf, show } from "./errors.ts";
import { type Dimension, kinds, parseQuantity } from "./quantity.ts";
import type { Reader } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { Scenario, ScenarioExpectation } from "./scenario.ts";
import { sayValue } from "./set.ts";
import { nearest } from "./suggest.ts";
import type { Tree } from "./tree.ts";

interface Metric {
  /** Path in a policy's result. */
  readonly path: string;
  readonly bound: Dimension | "share" | "number";
}

const latencies = ["mean", "sd", "p50", "p90", "p95", "p99", "p999", "max"] as const;

const metrics: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ...latencies.map((of): [string, Metric] => [`${of} latency`, { path: `latency_s.${of}`, bound: "time" }]),
  ["median latency", { path: "latency_s.p50", bound: "time" }],
  ["accuracy", { path: "accuracy", bound: "share" }],
  ["deadline miss", { path: "deadline_miss", bound: "share" }],
  ["dropped", { path: "dropped", bound: "share" }],
  ["throughput", { path: "throughput_per_s", bound: "frequency" }],
  ["goodput", { path: "goodput_per_s", bound: "frequency" }],
  ["energy", { path: "energy_j.total", bound: "energy" }],
  ["cost", { path: "cost_usd", bound: "price" }],
  ["bytes up", { path: "bytes.up", bound: "size" }],
  ["bytes down", { path: "bytes.down", bound: "size" }],
  ["in system", { path: "in_system", bound: "number" }],
]);

/** The metrics a sentence may name, for messages and the manual. */
export const expectableMetrics: readonly string[] = [...metrics.keys()];

const pattern = /^\s*(?:at\s+([^:]+?)\s*:\s*)?([^:]+?)\s*:\s*(.+?)\s*(<=|>=|<|>)\s*(.+?)\s*$/;
const anotherPolicy = /^(?:(\d+\.?\d*|\.\d+)\s*x\s+)?([a-z][a-z0-9-]*)$/;

export const expectation: Reader<ScenarioExpectation> = {
  read(tree, path, to) {
    const text = tree.kind === "scalar" && typeof tree.value === "string" ? tree.value : null;
    const match = text === null ? null : pattern.exec(text);
    if (text === null || match === null)
      return to.wrong(
        tree,
        path,
        'a sentence such as "split: p95 latency < 100 ms"',
        tree.kind === "map"
          ? "put the whole sentence in quotes: its colon makes a map of it"
          : "<policy>: <metric> then one of < <= > >= and a value or another policy",
      );
    const [, where, policy, name, operator, bound] = match as unknown as [
      string,
      string | undefined,
      string,
      string,
      ScenarioExpectation["operator"],
      string,
    ];
    if (!to.names.policies.includes(policy)) return to.unknown(tree.at, path, "a policy", policy, to.names.policies);
    const metric = metricOf(name, tree, path, to);
    if (metric === undefined) return undefined;
    const at = valuesOf(where ?? "", tree, path, to);
    if (at === undefined) return undefined;
    const value = to.names.policies.includes(anotherPolicy.exec(bound)?.[2] ?? "")
      ? policyOf(bound, metric, tree, path, to)
      : boundOf(metric.bound, bound);
    if (value === undefined) return undefined;
    if (typeof value === "object" && "expected" in value)
      return to.report(tree.at, path, `${value.expected}, or a policy`, show(bound), value.hint);
    return { text, at, policy, metric: metric.path, operator, bound: value };
  },
  schema: () => z.string().regex(/^[^:]+:.+(<=|>=|<|>).+$/),
};

/** `links.cell.up=1 Mbit/s, nodes.edge.servers=2` */
function valuesOf(text: string, tree: Tree, path: string, to: Reading): Record<string, string> | undefined {
  const pairs = text === "" ? [] : text.split(",").map((part) => /^\s*([^=\s]+)\s*=\s*(.+?)\s*$/.exec(part));
  if (pairs.some((pair) => pair === null))
    return to.report(tree.at, path, '"at " and values of the sweep, such as at links.cell.up=1 Mbit/s', show(text));
  return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]));
}

/** `cloud-only`, or `0.5 x cloud-only`. */
function policyOf(
  text: string,
  metric: Metric,
  tree: Tree,
  path: string,
  to: Reading,
): Exclude<ScenarioExpectation["bound"], number> | undefined {
  const [, times, policy] = anotherPolicy.exec(text) as unknown as [string, string | undefined, string];
  // Its interval is made of rows that both policies met: they cancel between whole accuracies only.
  if (times !== undefined && metric.path === "accuracy")
    return to.report(tree.at, path, "a policy without a factor, or a share", show(text));
  return { policy, times: times === undefined ? 1 : Number(times) };
}

/** Every value after `at` is one that its path has at some point of the sweep. */
export function checkExpectedPoints(
  { expect, sweep }: Pick<Scenario, "expect" | "sweep">,
  report: (path: string, expected: string, got: string, hint: string | null) => void,
): void {
  const swept = new Map(sweep.flat().map(({ path, values }) => [path, values.map((value) => String(sayValue(value)))]));
  expect.forEach(({ at }, i) => {
    for (const [path, value] of Object.entries(at)) {
      const values = swept.get(path);
      if (values?.includes(value)) continue;
      const got = values === undefined ? path : `${path}=${value}`;
      const known = values === undefined ? [...swept.keys()] : values.slice(0, 20);
      const expected = values === undefined ? "a path of the sweep" : `a value that the sweep gives ${path}`;
      report(`expect.${i}`, known.length === 0 ? "a sweep" : `${expected}: ${oneOf(known)}`, show(got), null);
    }
  });
}

/** A path in a policy's result in the words of a sentence; anything else as it is. */
export function wordsFor(path: string): string {
  for (const [words, metric] of metrics) if (metric.path === path) return words;
  const of = /^(?:exits\.([^.]+)\.(share|accuracy)|nodes\.([^.]+)\.(utilization)|links\.(.+)\.(utilization))$/.exec(
    path,
  );
  return of === null ? path : `${of[2] ?? of[4] ?? of[6]} of ${of[1] ?? of[3] ?? of[5]}`;
}

export function metricOf(name: string, tree: Tree, path: string, to: Reading): Metric | undefined {
  const plain = name.toLowerCase().replace(/[\s_]+/g, " ");
  const known = metrics.get(plain);
  if (known !== undefined) return known;
  const of = /^(utilization|share|accuracy) of ([a-z][a-z0-9-]*)(?:\.(up|down))?$/.exec(plain);
  if (of !== null) {
    const [, what, whose, way] = of as unknown as [string, string, string, string | undefined];
    if (what !== "utilization") {
      if (!to.names.exits.includes(whose)) return to.unknown(tree.at, path, "an exit", whose, to.names.exits);
      return { path: `exits.${whose}.${what}`, bound: "share" };
    }
    if (way !== undefined && !to.names.links.includes(whose))
      return to.unknown(tree.at, path, "a link", whose, to.names.links);
    if (way !== undefined) return { path: `links.${whose}.${way}.utilization`, bound: "share" };
    if (!to.names.nodes.includes(whose)) return to.unknown(tree.at, path, "a node", whose, to.names.nodes);
    return { path: `nodes.${whose}.utilization`, bound: "share" };
  }
  const near = nearest(plain, metrics.keys()) ?? (plain === "latency" ? "mean latency" : null);
  return to.report(
    tree.at,
    path,
    `a metric: ${oneOf([...metrics.keys()])}`,
    show(name),
    near === null ? null : `did you mean "${near}"?`,
  );
}

function boundOf(
  of: Metric["bound"],
  text: string,
): number | { readonly expected: string; readonly hint: string | null } {
  if (of === "share" || of === "number") {
    const percent = /^(\d+\.?\d*|\.\d+) ?%$/.exec(text);
    const value =
      percent === null
        ? /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text)
          ? Number(text)
          : Number.NaN
        : Number(percent[1]) / 100;
    if (value >= 0 && (of === "number" || value <= 1)) return value;
    return { expected: of === "share" ? 'a share from 0 to 1, such as 0.95 or "95 %"' : "a bare number", hint: null };
  }
  const value = parseQuantity(of, /^[\d.]+$/.test(text) ? Number(text) : text);
  return typeof value === "number" ? value : { expected: value.expected ?? kinds[of].what, hint: value.hint };
}
