/** Finished runs against one another, or the policies of one run: differences metric by metric, paired where the runs allow it. */
import { type Candidate, type Difference, differenceOf, limitsOf } from "./difference.ts";
import { comparedMetrics, isInterval, type Metric, valueAt } from "./metrics.ts";
import type { Distributions, Interval, PolicyResult, Result, Standing } from "./result.ts";
import { type Pairing, standingOf } from "./standing.ts";
import { varianceRatio } from "./statistics/index.ts";
import { type Verdict, verdictsOf } from "./verdicts.ts";

/** A run as its folder holds it. */
export interface FinishedRun {
  /** Unlike those of the other runs. */
  readonly name: string;
  readonly path: string;
  readonly result: Result;
  readonly distributions: Distributions;
  /** What arrives: streams, devices and length of a replication, as comparable text; null where it is not known. */
  readonly workload: string | null;
}

/** A mistake in what is to be compared; its message is all that the user is to see. */
export class UnlikeRuns extends Error {
  readonly exitCode = 2;

  constructor(where: string, expected: string, got: string, hint: string) {
    super(`${where}\n  expected  ${expected}\n  got       ${got}\n  hint      ${hint}`);
    this.name = "UnlikeRuns";
  }
}

/** A difference as it is told: policy minus baseline. */
export interface RunDifference {
  readonly baseline: string;
  readonly policy: string;
  readonly metric: string;
  /** Replications as pairs, by common random numbers; else Welch's difference of means. */
  readonly paired: boolean;
  readonly difference: Omit<Interval, "values">;
  /** Interval at the confidence that Holm's method asks of it: without 0 exactly when the verdict is not undecided. */
  readonly corrected: Verdict["corrected"];
  readonly p: number | null;
  readonly p_adjusted: number | null;
  readonly verdict: Verdict["verdict"];
  /** Var(X - Y) / (Var X + Var Y): below 1 the pairs helped. Null without pairs. */
  readonly variance_ratio: number | null;
  /** Of an undecided one; null when 10,000 would not do. */
  readonly replications_needed?: number | null;
}

/** What `offramp compare` finds. */
export interface RunComparison {
  readonly format: "offramp/comparison";
  readonly version: 1;
  readonly offramp: string;
  readonly confidence: number;
  readonly runs: readonly {
    readonly name: string;
    readonly path: string;
    readonly title: string;
    readonly seed: number;
    readonly replications: number;
  }[];
  /** Of every two runs whether their replications are pairs, and if not, why. */
  readonly pairing: readonly {
    readonly runs: readonly [string, string];
    readonly paired: boolean;
    readonly why: string;
  }[];
  /** What Holm's correction is over, in words. */
  readonly family: string;
  readonly policies: readonly {
    readonly name: string;
    readonly run: string;
    readonly policy: string;
    readonly oracle: boolean;
    readonly steady: boolean;
  }[];
  readonly metrics: readonly { readonly path: string; readonly better: "lower" | "higher" }[];
  readonly comparisons: readonly RunDifference[];
  readonly standing: Standing | null;
  /** Metrics that could not be compared for everyone, and why. */
  readonly left_out: readonly { readonly metric: string; readonly why: string }[];
}

export interface CompareOptions {
  readonly version: string;
  /** `policy`, or `run/policy` of several runs; everyone is compared with it. Default: the first run's baseline, or its policy of the same name. */
  readonly baseline?: string;
  /** Paths; all that everyone may be compared in unless given. */
  readonly metrics?: readonly string[];
  /** Runs of different scenarios, too. */
  readonly across?: boolean;
}

/** A policy of one of the runs. */
export interface RunPolicy extends Candidate {
  readonly run: FinishedRun;
  /** Its name within the run. */
  readonly policy: string;
}

/** Everyone that takes part, by the names that the comparison uses. */
export function policiesOf(runs: readonly FinishedRun[]): RunPolicy[] {
  return runs.flatMap((run) =>
    run.result.policies.map((result) => {
      const name = runs.length === 1 ? result.name : `${run.name}/${result.name}`;
      const rows = run.distributions.policies.find((p) => p.name === result.name)?.rows ?? null;
      return { name, run, policy: result.name, result, rows };
    }),
  );
}

/** @throws UnlikeRuns when the runs do not belong together, or too few are given */
export function compareRuns(runs: readonly FinishedRun[], options: CompareOptions): RunComparison {
  checkAlike(runs, options.across === true);
  const all = policiesOf(runs);
  const [first] = runs;
  if (first === undefined || all.length < 2)
    throw new UnlikeRuns(
      first?.path ?? "compare",
      "two policies, in one run or several",
      String(all.length),
      "offramp run writes a folder that holds all policies of a scenario",
    );
  const confidence = confidenceOf(first.result);
  const { metrics, leftOut } = metricsOf(all, options.metrics);
  const pairing = pairingOf(runs);
  const isPaired: Pairing = (one, other) => isPair(pairing, one as RunPolicy, other as RunPolicy);
  const pairs = pairsOf(all, runs, options.baseline);
  const comparisons = metrics.flatMap((metric) => family(metric, pairs, confidence, isPaired));
  return {
    format: "offramp/comparison",
    version: 1,
    offramp: options.version,
    confidence,
    runs: runs.map(({ name, path, result }) => ({
      name,
      path,
      title: result.title,
      seed: result.seed,
      replications: replicationsOf(result),
    })),
    pairing,
    family: `the ${pairs.length} comparison${pairs.length === 1 ? "" : "s"} of a metric, by Holm's method; metrics are not corrected for one another`,
    policies: all.map(({ name, run, policy, result }) => ({
      name,
      run: run.name,
      policy,
      oracle: result.oracle,
      steady: result.verdict.steady,
    })),
    metrics: metrics.map(({ path, better }) => ({ path, better: better < 0 ? "lower" : "higher" })),
    comparisons: pairs.flatMap(([policy]) => comparisons.filter((c) => c.policy === policy.name)),
    standing: standingOf(all, confidence, isPaired, metrics),
    left_out: leftOut,
  };
}

const confidenceOf = ({ policies }: Result): number =>
  policies.flatMap((p) => p.latency_s.mean?.confidence ?? p.dropped?.confidence ?? [])[0] ?? 0.95;

/** Replications of a run: of the policy with the most, where each stopped by itself. */
const replicationsOf = ({ policies }: Result): number =>
  policies.reduce(
    (most, p) => Math.max(most, (p.latency_s.mean ?? p.throughput_per_s ?? p.dropped)?.values.length ?? 0),
    0,
  );

/** What makes runs ones of one scenario: title, streams, exits. */
function checkAlike(runs: readonly FinishedRun[], across: boolean): void {
  const [first, ...others] = runs;
  if (first === undefined || across) return;
  const facts: readonly (readonly [string, (run: FinishedRun) => string])[] = [
    ["title", ({ result }) => JSON.stringify(result.title)],
    ["streams", ({ result }) => Object.keys(result.policies[0]?.streams ?? {}).join(", ")],
    ["exits", ({ result }) => (result.policies[0]?.exits ?? []).map(({ name }) => name).join(", ")],
  ];
  for (const other of others)
    for (const [what, read] of facts) {
      if (read(other) === read(first)) continue;
      throw new UnlikeRuns(
        `${other.path}/result.json`,
        `a run of the scenario of ${first.path}: ${what} ${read(first)}`,
        `${what} ${read(other)}`,
        "different scenarios answer different questions; --across compares them all the same",
      );
    }
}

/** Of every two runs, and of every run with itself. */
function pairingOf(runs: readonly FinishedRun[]): RunComparison["pairing"] {
  return runs.flatMap((one, i) =>
    runs.slice(i).map((other) => {
      const why = one === other ? "" : apart(one, other);
      return { runs: [one.name, other.name] as const, paired: why === "", why };
    }),
  );
}

/** Why the replications of two runs are no pairs; empty where they are. */
function apart(one: FinishedRun, other: FinishedRun): string {
  const [a, b] = [replicationsOf(one.result), replicationsOf(other.result)];
  if (one.result.seed !== other.result.seed) return `seeds ${one.result.seed} and ${other.result.seed}`;
  if (a !== b) return `${a} and ${b} replications`;
  if (one.workload === null || other.workload === null)
    return "a workload that is not known: no scenario.resolved.yaml";
  return one.workload === other.workload ? "" : "different workloads";
}

function isPair(pairing: RunComparison["pairing"], one: RunPolicy, other: RunPolicy): boolean {
  const names = [one.run.name, other.run.name];
  return pairing.some(
    ({ runs, paired }) =>
      paired && names.every((name) => runs.includes(name)) && (names[0] !== names[1] || runs[0] === runs[1]),
  );
}

type Pair = readonly [policy: RunPolicy, baseline: RunPolicy];

function pairsOf(all: readonly RunPolicy[], runs: readonly FinishedRun[], asked: string | undefined): Pair[] {
  const first = runs[0]!;
  if (asked !== undefined) {
    const found = all.filter(({ name, policy, run }) => name === asked || (run === first && policy === asked));
    const [base] = found;
    if (base === undefined)
      throw new UnlikeRuns(
        "--baseline",
        `one of ${all.map(({ name }) => name).join(", ")}`,
        JSON.stringify(asked),
        "offramp compare names policies of several runs run/policy",
      );
    return all.filter((one) => one !== base).map((one) => [one, base]);
  }
  const own = first.result.comparisons[0]?.baseline ?? first.result.policies[0]?.name;
  const base = all.find(({ run, policy }) => run === first && policy === own)!;
  if (runs.length === 1) return all.filter((one) => one !== base).map((one) => [one, base]);
  return all
    .filter(({ run }) => run !== first)
    .map((one) => [one, all.find(({ run, policy }) => run === first && policy === one.policy) ?? base]);
}

interface Chosen {
  readonly metrics: readonly Metric[];
  readonly leftOut: RunComparison["left_out"];
}

/** @throws UnlikeRuns for a metric that was asked for and is not known of everyone */
function metricsOf(all: readonly RunPolicy[], asked: readonly string[] | undefined): Chosen {
  const names = comparedMetrics.map(({ path }) => path);
  const unknown = asked?.find((path) => !names.includes(path));
  if (unknown !== undefined)
    throw new UnlikeRuns(
      "--metrics",
      `some of ${names.join(", ")}`,
      JSON.stringify(unknown),
      "metrics go by their path in result.json",
    );
  const leftOut: { metric: string; why: string }[] = [];
  const metrics = comparedMetrics.filter(({ path }) => {
    if (asked !== undefined && !asked.includes(path)) return false;
    const lacking = all.filter(({ result }) => !isInterval(valueAt(result, path)));
    const [lack] = lacking;
    if (lack !== undefined && asked !== undefined)
      throw new UnlikeRuns(
        `${lack.run.path}/result.json`,
        `${path} of every policy`,
        `none of ${lacking.map(({ name }) => name).join(", ")}`,
        "leave it out of --metrics; energy and cost take figures of every node that a policy visits",
      );
    if (lacking.length > 0 && lacking.length < all.length)
      leftOut.push({ metric: path, why: `not known of ${lacking.map(({ name }) => name).join(", ")}` });
    if (lacking.length === all.length) return false;
    if (path !== "accuracy") return true;
    const why = accuracyFault(all, asked !== undefined);
    if (why !== "") leftOut.push({ metric: path, why });
    return why === "";
  });
  return { metrics, leftOut };
}

/** Why accuracies cannot be compared; empty where they can. @throws UnlikeRuns when they are of different evaluation sets */
function accuracyFault(all: readonly RunPolicy[], isAsked: boolean): string {
  const answers = all.map((one) => ({
    one,
    rows: one.run.distributions.policies.find((p) => p.name === one.policy)?.rows,
  }));
  const old = answers.find(({ rows }) => rows === undefined);
  if (old !== undefined) {
    const why = `${old.one.run.path}/distributions.json does not say on which evaluation rows answers were right`;
    if (!isAsked) return `${why}: run it again`;
    throw new UnlikeRuns(
      `${old.one.run.path}/distributions.json`,
      "rows of every policy",
      "none",
      "run it again with this version",
    );
  }
  const sets = answers.map(({ one, rows }) => ({
    one,
    set: rows ? `${rows.given.length} rows, ${rows.set}` : "no evaluation set: accuracies as given",
  }));
  const other = sets.find(({ set }) => set !== sets[0]!.set);
  if (other === undefined) return "";
  throw new UnlikeRuns(
    `${other.one.run.path}/distributions.json`,
    `answers on the evaluation set of ${sets[0]!.one.run.path}: ${sets[0]!.set}`,
    other.set,
    "accuracies of different evaluation sets say nothing about the policies; --metrics latency_s.mean,… leaves accuracy out",
  );
}

/** All comparisons of a metric, whose verdicts hold together. */
function family(metric: Metric, pairs: readonly Pair[], confidence: number, isPaired: Pairing): RunDifference[] {
  const found = pairs.flatMap(([policy, baseline]) => {
    const difference = differenceOf(metric, policy, baseline, isPaired(policy, baseline));
    return difference === null ? [] : [{ policy, baseline, difference }];
  });
  const verdicts = verdictsOf(
    found.map(({ difference }) => difference),
    1 - confidence,
  );
  return found.map(({ policy, baseline, difference }, i): RunDifference => {
    const { verdict, p, adjusted, corrected, needed } = verdicts[i]!;
    return {
      baseline: baseline.name,
      policy: policy.name,
      metric: metric.path,
      paired: difference.isPaired,
      difference: { estimate: difference.estimate, ...limitsOf(difference, confidence), confidence, n: difference.n },
      corrected,
      p,
      p_adjusted: adjusted,
      verdict,
      variance_ratio: difference.isPaired ? ratioOf(difference, policy.result, baseline.result) : null,
      ...(verdict === "undecided" ? { replications_needed: needed } : {}),
    };
  });
}

function ratioOf({ metric }: Difference, one: PolicyResult, other: PolicyResult): number | null {
  const [a, b] = [valueAt(one, metric.path), valueAt(other, metric.path)];
  if (!isInterval(a) || !isInterval(b)) return null;
  const both = a.values.flatMap((x, r) => {
    const y = b.values[r] ?? null;
    return x === null || y === null ? [] : [[x, y] as const];
  });
  return varianceRatio(
    both.map(([x]) => x),
    both.map(([, y]) => y),
  );
}
