/** The shape of `result.json`. SI units, the unit in the key; null where there is no value. */

/** An estimate over replications with its interval. */
export interface Interval {
  readonly estimate: number;
  /** Null where no honest bound can be given. */
  readonly low: number | null;
  readonly high: number | null;
  readonly confidence: number;
  /** Replications (or batch means) behind it. */
  readonly n: number;
  /** One per replication, in order; null for a replication without a value. */
  readonly values: readonly (number | null)[];
}

type I = Interval | null;

export interface LatencySummary {
  readonly mean: I;
  readonly sd: I;
  readonly p50: I;
  readonly p90: I;
  readonly p95: I;
  readonly p99: I;
  readonly p999: I;
  readonly max: number | null;
}

/** Means per completed request; they sum to the mean latency. */
export interface Parts {
  readonly compute: Readonly<Record<string, I>>;
  readonly queue: I;
  readonly access: I;
  readonly transmit: I;
  readonly propagate: I;
  readonly codec: I;
  readonly response: I;
}

export interface ExitResult {
  readonly name: string;
  readonly share: I;
  readonly accuracy: I;
  readonly latency_s: { readonly mean: I; readonly p50: I; readonly p95: I; readonly p99: I };
}

export interface NodeResult {
  readonly utilization: I;
  /** Of the busiest machine of the group. */
  readonly utilization_max: I;
  /** Time averages over the group. */
  readonly in_system: I;
  readonly queue_length: I;
  readonly waiting_s: {
    readonly mean: I;
    readonly sd: I;
    readonly p95: I;
    readonly p99: I;
    readonly max: number | null;
  };
  /** Share of visits that waited. */
  readonly waited: I;
  readonly service_s: { readonly mean: I; readonly sd: I };
  readonly residence_s: I;
  readonly throughput_per_s: I;
  readonly batch_size: I;
  readonly availability: I;
}

export interface LinkDirectionResult {
  readonly utilization: I;
  readonly in_system: I;
  readonly waiting_s: I;
  readonly residence_s: I;
  readonly throughput_per_s: I;
  readonly rate_bps: I;
  readonly attempts: I;
  readonly lost: I;
  readonly bytes: I;
}

export interface StreamResult {
  readonly requests: RequestCounts;
  readonly latency_s: LatencySummary;
  readonly parts_s: Parts;
  readonly accuracy: I;
  readonly deadline_miss: I;
  readonly dropped: I;
  readonly throughput_per_s: I;
  readonly exits: readonly ExitResult[];
}

/** Summed over replications, after the warm-up cut. arrived = completed + dropped + in_flight. */
export interface RequestCounts {
  readonly arrived: number;
  readonly completed: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly in_flight: number;
  readonly deadline_missed: number | null;
}

/** Means in equilibrium, by formula; of the nodes that are visited. */
export interface Theory {
  readonly latency_mean_s: number;
  readonly nodes: Readonly<Record<string, { readonly residence_s: number; readonly in_system: number }>>;
}

/** Cumulative regret of a rule that learns, against the best of its fixed choices in hindsight. In rewards, as the rule counts them. */
export interface Regret {
  /** Seconds of latency saved, or confidence and what the rule prices in it. */
  readonly unit: "confidence" | "s";
  /** What each fixed choice earned in a run of its own with the same random numbers. */
  readonly arms: readonly { readonly name: string; readonly reward: I }[];
  /** The one that earned most over all replications. */
  readonly best: string;
  readonly reward: I;
  /** After so many arrivals, or so much time; the first is 0. */
  readonly points: readonly { readonly requests?: number; readonly seconds?: number; readonly regret: I }[];
}

export interface PolicyResult {
  readonly name: string;
  readonly oracle: boolean;
  /** Of an oracle: what it is a bound of, and when. */
  readonly bound?: string;
  readonly verdict: { readonly steady: boolean; readonly reasons: readonly string[] };
  /** Only where the scenario asks for a precision: whether the replications stopped because it was reached, or at their largest number. */
  readonly precision?: {
    readonly reached: boolean;
    readonly replications: number;
    /** Largest relative error wanted of each metric, and half width over estimate; null where there is no estimate. */
    readonly targets: readonly { readonly metric: string; readonly wanted: number; readonly achieved: number | null }[];
  };
  /** Only of rules that learn, at the file as written. */
  readonly regret?: Regret;
  /** Only of the best fixed choice in hindsight: which it is, and the figure of each. */
  readonly best_static?: {
    readonly by: string;
    readonly chosen: string;
    readonly arms: readonly { readonly name: string; readonly value: number | null }[];
  };
  /** Only where the scenario is an open network of product form: exact means. */
  readonly theory?: Theory;
  readonly requests: RequestCounts;
  readonly latency_s: LatencySummary;
  readonly parts_s: Parts;
  readonly accuracy: I;
  readonly deadline_miss: I;
  readonly throughput_per_s: I;
  readonly goodput_per_s: I;
  readonly dropped: I;
  readonly exits: readonly ExitResult[];
  readonly answered: Readonly<Record<string, { readonly share: I; readonly latency_s: LatencySummary }>>;
  readonly in_system: I;
  readonly warmup: { readonly requests: number | null; readonly seconds: number | null; readonly found: boolean };
  readonly energy_j: {
    readonly nodes: Readonly<Record<string, { readonly active: I; readonly idle: I }>>;
    readonly links: Readonly<Record<string, I>>;
    readonly total: I;
  };
  readonly bytes: { readonly up: I; readonly down: I };
  readonly cost_usd: I;
  readonly nodes: Readonly<Record<string, NodeResult>>;
  readonly links: Readonly<Record<string, { readonly up: LinkDirectionResult; readonly down: LinkDirectionResult }>>;
  readonly streams: Readonly<Record<string, StreamResult>>;
  readonly fingerprint: { readonly order: string; readonly time: string };
}

export interface Comparison {
  readonly baseline: string;
  readonly policy: string;
  /** Path in a policy's result, such as `latency_s.mean`. */
  readonly metric: string;
  /** Policy minus baseline, paired by replication. */
  readonly difference: Interval;
  readonly verdict: "better" | "worse" | "undecided";
  /** Only where undecided: replications that would settle it if difference and variance stay what they are; null when 10,000 would not. */
  readonly replications_needed?: number | null;
}

/** All policies against one another; bounds (`oracle: true`) are left out. */
export interface Standing {
  /** By metric, those that none is shown to be better than: one name where the lead is settled. */
  readonly best: Readonly<Record<string, readonly string[]>>;
  /** Policies off the front of mean latency, accuracy, energy and dropped share: by which, and in what those are shown to be better. */
  readonly dominated: Readonly<
    Record<string, readonly { readonly policy: string; readonly metrics: readonly string[] }[]>
  >;
}

export interface Expectation {
  readonly text: string;
  readonly verdict: "passed" | "failed" | "undecided";
  readonly observed: Interval | null;
  /** Of a sentence that names another policy: observed is what the one has more than the other. */
  readonly difference?: boolean;
}

export interface SweepPoint {
  readonly at: Readonly<Record<string, string | number>>;
  readonly policies: readonly PolicyResult[];
  readonly comparisons: readonly Comparison[];
  /** Of two policies and more. */
  readonly standing?: Standing;
}

/** What tuning found for a policy before the run, on calibration rows of the exit table. */
export interface TunedResult {
  readonly policy: string;
  /** In words, such as `least latency with accuracy >= 90 %`. */
  readonly goal: string;
  /** Path of each option in the scenario, and its value as text. */
  readonly found: Readonly<Record<string, string>>;
  /** How it was searched, in words. */
  readonly search: string;
  /** Expected of an idle system, on rows of the table, with the options as they were written (where they were) and as they were found. */
  readonly table: readonly {
    readonly when: "before" | "after";
    readonly on: "calibration" | "evaluation";
    readonly rows: number;
    readonly accuracy: number;
    readonly latency_s: number;
    /** null where a node says no power. */
    readonly energy_j: number | null;
    readonly exits: Readonly<Record<string, number>>;
  }[];
}

export interface Result {
  readonly format: "offramp/result";
  readonly version: 1;
  readonly offramp: string;
  readonly title: string;
  readonly seed: number;
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /** Only where policies were tuned. */
  readonly tuned?: readonly TunedResult[];
  readonly policies: readonly PolicyResult[];
  readonly comparisons: readonly Comparison[];
  /** Of two policies and more. */
  readonly standing?: Standing;
  readonly expectations: readonly Expectation[];
  readonly sweep: readonly SweepPoint[];
}

export interface RowAnswers {
  readonly given: readonly number[];
  readonly right: readonly number[];
  /** Hash of the rows' labels: which evaluation set it is. */
  readonly set: string;
}

/** `distributions.json`: what is needed to merge, compare and redraw without running again. */
export interface Distributions {
  readonly format: "offramp/distributions";
  readonly version: 1;
  readonly policies: readonly {
    readonly name: string;
    /** Answers on each evaluation row, all replications together, so that accuracies may be paired by row; null without an exit table. */
    readonly rows?: RowAnswers | null;
    readonly replications: readonly {
      /** Latencies of completed requests after the cut, as [value_s, count] pairs ascending in value; exact values below 100,000 requests, else cells within 0.1 %. Thinned to quantiles when many. */
      readonly latency_s: readonly (readonly [number, number])[];
    }[];
  }[];
}
