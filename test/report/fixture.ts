/** Results that look like real ones, made without a simulator: for reports only the shape and the size of the numbers matter. */
import type {
  Comparison,
  Distributions,
  Interval,
  LatencySummary,
  LinkDirectionResult,
  NodeResult,
  Parts,
  PolicyResult,
  Result,
  StreamResult,
  SweepPoint,
} from "../../src/experiment/result.ts";

export interface Sketch {
  /** Names; the first is the baseline where there is more than one. */
  readonly policies?: readonly string[];
  /** Multiplies every latency: 1 gives tens of milliseconds. */
  readonly scale?: number;
  /** Mean latency of each policy over that of the first, where not the usual ones. */
  readonly ratios?: readonly number[];
  readonly replications?: number;
  readonly sweep?: { readonly path: string; readonly values: readonly (string | number)[] };
  readonly title?: string;
  readonly streams?: readonly string[];
}

/** The kind of scenario that ships: cameras, an edge, a cloud. */
export const usual: Sketch = {
  title: "Street cameras on a shared 5G cell",
  policies: ["cloud-only", "device-only", "split-90", "split-70"],
  sweep: { path: "workload.camera.arrivals.poisson", values: [1, 2, 3, 4, 6, 8, 10, 12].map((n) => `${n} /s`) },
};

/** A small generator of its own, so that a fixture is the same everywhere. */
function draws(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function make(estimate: number, relative: number, n: number, random: () => number): Interval {
  const values = Array.from({ length: n }, () => estimate * (1 + relative * (random() - 0.5)));
  const half = n < 3 ? null : Math.abs(estimate) * relative * 0.5;
  return {
    estimate,
    low: half === null ? null : estimate - half,
    high: half === null ? null : estimate + half,
    confidence: 0.95,
    n,
    values,
  };
}

interface Shape {
  readonly mean: number;
  readonly accuracy: number;
  readonly early: number;
  readonly load: number;
}

function latency(mean: number, n: number, random: () => number): LatencySummary {
  const at = (factor: number, spread: number): Interval => make(mean * factor, spread, n, random);
  return {
    mean: at(1, 0.04),
    sd: at(0.6, 0.1),
    p50: at(0.85, 0.04),
    p90: at(1.7, 0.06),
    p95: at(2.1, 0.08),
    p99: at(3.2, 0.14),
    p999: at(4.8, 0.3),
    max: mean * 7,
  };
}

function parts(mean: number, early: number, n: number, random: () => number): Parts {
  const part = (share: number): Interval => make(mean * share, 0.05, n, random);
  const away = 1 - early;
  const on = 0.25 + 0.35 * early;
  const rest = 1 - on - 0.1 * away;
  return {
    compute: { camera: part(on), edge: part(0.1 * away), cloud: part(0.04 * rest) },
    queue: part(0.2 * rest),
    access: part(0.08 * rest),
    transmit: part(0.4 * rest),
    propagate: part(0.18 * rest),
    codec: part(0.03 * rest),
    response: part(0.07 * rest),
  };
}

function node(load: number, n: number, random: () => number): NodeResult {
  const x = (estimate: number): Interval => make(estimate, 0.06, n, random);
  return {
    utilization: x(Math.min(1, load)),
    utilization_max: x(Math.min(1, load * 1.12)),
    in_system: x(load * 2),
    queue_length: x(load),
    waiting_s: { mean: x(0.002), sd: x(0.003), p95: x(0.009), p99: x(0.02), max: 0.05 },
    waited: x(load * 0.6),
    service_s: { mean: x(0.012), sd: x(0.004) },
    residence_s: x(0.014),
    throughput_per_s: x(80 * load),
    batch_size: null,
    availability: x(1),
  };
}

function direction(load: number, n: number, random: () => number): LinkDirectionResult {
  const x = (estimate: number): Interval => make(estimate, 0.05, n, random);
  return {
    utilization: x(Math.min(1, load)),
    in_system: x(load),
    waiting_s: x(0.001),
    residence_s: x(0.009),
    throughput_per_s: x(70 * load),
    rate_bps: x(45e6 * load),
    attempts: x(1.02),
    lost: x(0.0004),
    bytes: x(3e7 * load),
  };
}

function policy(name: string, shape: Shape, n: number, streams: readonly string[], random: () => number): PolicyResult {
  const { mean, accuracy, early, load } = shape;
  const x = (estimate: number, relative = 0.04): Interval => make(estimate, relative, n, random);
  const requests = {
    arrived: 1000 * n,
    completed: 994 * n,
    dropped: { "queue full": 4 * n, deadline: n },
    in_flight: n,
    deadline_missed: 12 * n,
  };
  const shares = [early, (1 - early) * 0.6, (1 - early) * 0.4];
  const exits = ["stem", "body", "tail"].map((exit, i) => ({
    name: exit,
    share: x(shares[i] ?? 0),
    accuracy: (shares[i] ?? 0) > 0 ? x(accuracy - 0.02 + 0.02 * i, 0.005) : null,
    latency_s: {
      mean: x(mean * (0.6 + 0.4 * i)),
      p50: x(mean * (0.5 + 0.4 * i)),
      p95: x(mean * (1.2 + 0.5 * i)),
      p99: null,
    },
  }));
  const stream = (): StreamResult => ({
    requests,
    latency_s: latency(mean, n, random),
    parts_s: parts(mean, early, n, random),
    accuracy: x(accuracy, 0.01),
    deadline_miss: x(0.012, 0.3),
    dropped: x(0.005, 0.3),
    throughput_per_s: x(40),
    exits,
  });
  return {
    name,
    oracle: name.startsWith("oracle"),
    verdict:
      load > 0.95
        ? { steady: false, reasons: ["the queue at edge was still growing at the end (+3.2 requests per second)"] }
        : { steady: true, reasons: [] },
    requests,
    latency_s: latency(mean, n, random),
    parts_s: parts(mean, early, n, random),
    accuracy: x(accuracy, 0.012),
    deadline_miss: x(0.012 + load * 0.05, 0.3),
    throughput_per_s: x(79.5, 0.01),
    goodput_per_s: x(79.5 * accuracy, 0.01),
    dropped: x(0.005, 0.4),
    exits,
    answered: {
      camera: { share: x(early), latency_s: latency(mean * 0.5, n, random) },
      cloud: { share: x(1 - early), latency_s: latency(mean * 1.4, n, random) },
    },
    in_system: x(3.2),
    warmup: { requests: 120, seconds: 1.5, found: true },
    energy_j: {
      nodes: { camera: { active: x(0.12), idle: x(0.3) } },
      links: { cell: x(0.04) },
      total: x(0.2 + 0.3 * (1 - early)),
    },
    bytes: { up: x(21e3 * (1 - early)), down: x(100) },
    cost_usd: x(2.1e-6),
    nodes: { camera: node(load * 0.7, n, random), edge: node(load, n, random), cloud: node(load * 0.2, n, random) },
    links: {
      cell: { up: direction(load * 0.8, n, random), down: direction(load * 0.05, n, random) },
      backhaul: { up: direction(load * 0.1, n, random), down: direction(load * 0.01, n, random) },
    },
    streams: Object.fromEntries(streams.map((s) => [s, stream()])),
    fingerprint: { order: "a1b2c3d4e5f60718", time: "1807f6e5d4c3b2a1" },
  };
}

/** Path and which way is better. */
const compared: readonly (readonly [string, -1 | 1, (p: PolicyResult) => Interval | null])[] = [
  ["latency_s.mean", -1, (p) => p.latency_s.mean],
  ["latency_s.p50", -1, (p) => p.latency_s.p50],
  ["latency_s.p95", -1, (p) => p.latency_s.p95],
  ["latency_s.p99", -1, (p) => p.latency_s.p99],
  ["accuracy", 1, (p) => p.accuracy],
  ["deadline_miss", -1, (p) => p.deadline_miss],
  ["dropped", -1, (p) => p.dropped],
  ["throughput_per_s", 1, (p) => p.throughput_per_s],
  ["goodput_per_s", 1, (p) => p.goodput_per_s],
  ["energy_j.total", -1, (p) => p.energy_j.total],
  ["cost_usd", -1, (p) => p.cost_usd],
  ["bytes.up", -1, (p) => p.bytes.up],
];

function comparisons(policies: readonly PolicyResult[], random: () => number): Comparison[] {
  const [base, ...others] = policies;
  if (!base) return [];
  return others.flatMap((p) =>
    compared.flatMap(([metric, better, read]): Comparison[] => {
      const [a, b] = [read(p), read(base)];
      if (!a || !b) return [];
      const estimate = a.estimate - b.estimate;
      const half = estimate === 0 ? 0 : Math.abs(b.estimate) * 0.02;
      const verdict = Math.abs(estimate) <= half ? "undecided" : estimate * better > 0 ? "better" : "worse";
      const difference = { ...make(estimate, 0.1, a.n, random), low: estimate - half, high: estimate + half };
      return [{ baseline: base.name, policy: p.name, metric, verdict, difference }];
    }),
  );
}

/** Everything a run writes, for as many policies as the sketch names. */
export function fixture(sketch: Sketch = usual): { result: Result; distributions: Distributions } {
  const random = draws(20260711);
  const names = sketch.policies ?? usual.policies ?? [];
  const n = sketch.replications ?? 10;
  const scale = sketch.scale ?? 1;
  const streams = sketch.streams ?? ["camera"];
  const usualRatios = [1, 1.35, 0.56, 0.41, 0.8, 0.62, 1.1, 0.49, 0.72, 1.6, 0.95, 0.53];
  const shape = (i: number, load: number): Shape => {
    const ratio = (sketch.ratios ?? usualRatios)[i % 12] ?? 1;
    const early = i === 0 ? 0 : i === 1 ? 0 : Math.min(0.95, 0.5 + 0.06 * i);
    const congestion = 1 / Math.max(0.04, 1 - load * (0.4 + 0.55 * ratio * (1 - early)));
    return { mean: 0.061 * scale * ratio * congestion, accuracy: 0.934 - early * 0.03 - (i % 3) * 0.004, early, load };
  };
  const at = (load: number, only: boolean): PolicyResult[] =>
    names.map((name, i) => policy(name, shape(i, load * (1 - (i % 4) * 0.15)), n, only ? [] : streams, random));
  const policies = at(0.45, false);
  const values = sketch.sweep?.values ?? [];
  const sweep = values.map((v, i): SweepPoint => {
    const points = at(0.1 + (0.85 * i) / Math.max(1, values.length - 1), true);
    return { at: { [sketch.sweep?.path ?? "x"]: v }, policies: points, comparisons: comparisons(points, random) };
  });
  const result: Result = {
    format: "offramp/result",
    version: 1,
    offramp: "0.1.0",
    title: sketch.title ?? "A scenario",
    seed: 7,
    inputs: [
      {
        path: "scenarios/street-cameras.yaml",
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      },
      {
        path: "profiles/b-lenet-fashion/profile.json",
        sha256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
      },
    ],
    policies,
    comparisons: comparisons(policies, random),
    expectations: policies.slice(-1).flatMap((p) => [
      { text: `${p.name}: p95 latency < 100 ms`, verdict: "passed" as const, observed: p.latency_s.p95 },
      { text: `${p.name}: accuracy > 0.95`, verdict: "failed" as const, observed: p.accuracy },
      { text: `${p.name}: deadline misses < 3.4 %`, verdict: "undecided" as const, observed: p.deadline_miss },
    ]),
    sweep,
  };
  return {
    result,
    distributions: {
      format: "offramp/distributions",
      version: 1,
      policies: policies.map((p, i) => ({
        name: p.name,
        replications: cells(shape(i, 0.45 * (1 - (i % 4) * 0.15)).mean, n, random),
      })),
    },
  };
}

/** Latencies of a mixture: a fixed part and an exponential tail, another for the early leavers. */
function cells(mean: number, n: number, random: () => number): Distributions["policies"][number]["replications"] {
  return Array.from({ length: n }, () => {
    const values = Array.from({ length: 400 }, () =>
      random() < 0.4 ? mean * 0.3 * (1 + 0.2 * random()) : mean * (0.6 - 0.55 * Math.log(1 - random() * 0.9999)),
    );
    return { latency_s: values.sort((a, b) => a - b).map((v): [number, number] => [v, 1]) };
  });
}

/** The same result with null wherever the format allows one, as a run without a single completed request has. */
export function emptied(result: Result): Result {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    if ("estimate" in node && "values" in node) return null;
    return Object.fromEntries(
      Object.entries(node).map(([key, child]) => [
        key,
        key === "max" || key === "deadline_missed"
          ? null
          : key === "warmup"
            ? { requests: null, seconds: null, found: false }
            : walk(child),
      ]),
    );
  };
  const blank = walk({ ...result, comparisons: [] }) as Result;
  return { ...blank, comparisons: [] };
}
