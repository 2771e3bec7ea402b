/** A scenario, normalised: SI numbers, every default filled, names checked. Plain data, so that it can be sent to a worker. */

import type { Codec } from "../profile.ts";
import type { BatchSize } from "../sim/arrivals/batch.ts";
import type { Distribution } from "../sim/distribution.ts";
import type { Discipline, InService } from "../sim/setup.ts";
import type { ScenarioCell } from "./nr-cell.ts";
import type { DeviceFigures } from "./presets.ts";
import type { Origin } from "./reading.ts";
import type { NestedOptions } from "./rule-options.ts";
import type { Plain } from "./tree.ts";
import type { Tuned } from "./tuning/found.ts";
import type { Goal } from "./tuning/goal.ts";

/** A distribution as written: of a file of values, its name is kept too. */
export type Leaf = Distribution & { readonly file?: string };

/** One for each batch size, ascending from 1; linear between them. */
export interface ByBatch {
  readonly kind: "batch";
  readonly sizes: readonly number[];
  readonly times: readonly Leaf[];
}

/** The same for all, or one for each node, or for each stream, or for each batch size. */
export type Varied =
  | Leaf
  | ByBatch
  | { readonly kind: "on"; readonly of: Readonly<Record<string, Varied>> }
  | { readonly kind: "stream"; readonly of: Readonly<Record<string, Varied>> };

/** Where a node's service times come from. */
/** One network on the profile's host and on a node [s]. */
export interface KnownNetwork {
  readonly from: number;
  readonly to: number;
  /** Convolutions and dense layers. */
  readonly layers: number;
}

export type Speed =
  /** The model's own: the measured distribution, or what a synthetic model says. */
  | { readonly kind: "model" }
  /** Divides the central time. */
  | { readonly kind: "speed"; readonly speed: number }
  /** 2 x macs / R + o x layers. */
  | { readonly kind: "device"; readonly device: string; readonly figures: DeviceFigures }
  /** Factor x measured + offset [s] for each layer. */
  | {
      readonly kind: "scale";
      readonly factor: number;
      readonly perLayer: number;
      /** What they were fitted to, and the mean relative error of that; null where they were given, or the error is unknown. */
      readonly networks: readonly KnownNetwork[] | null;
      readonly error: number | null;
    }
  /** A profile measured on that node. */
  | { readonly kind: "profile"; readonly profile: string };

export interface ScenarioFailures {
  readonly mtbf: Leaf;
  readonly mttr: Leaf;
  readonly clock: "time" | "busy";
  readonly inService: InService;
  readonly of: "server" | "machine";
}

/** All machines of a node are down for a while [s]. */
export interface ScenarioFault {
  readonly at: number;
  readonly for: number;
  readonly node: string;
  readonly kind: "down";
  readonly inService: InService;
}

/** Null or false: turns nobody away. Rate in [1/s], wait in [s]. */
export interface ScenarioAdmission {
  readonly rate: number | null;
  readonly burst: number;
  readonly wait: number | null;
  readonly deadline: boolean;
}

export interface ScenarioAutoscale {
  readonly min: number;
  readonly max: number;
  readonly up: { readonly of: "utilization" | "queue"; readonly limit: number };
  readonly down: { readonly of: "utilization" | "queue"; readonly limit: number };
  /** [s]. */
  readonly every: number;
  readonly startUp: number;
}

export interface ScenarioNode {
  readonly name: string;
  readonly count: number;
  readonly servers: number;
  readonly speed: Speed;
  readonly queue: {
    readonly discipline: Discipline;
    readonly places: number;
    /** `wait` in [s]. */
    readonly batch: { readonly min: number; readonly max: number; readonly wait: number } | null;
    readonly admit: ScenarioAdmission | null;
  };
  /** [W]; null when unknown. */
  readonly power: { readonly idle: number; readonly busy: number } | null;
  /** [USD/h]; null when unknown. */
  readonly price: number | null;
  readonly failures: ScenarioFailures | null;
  readonly autoscale: ScenarioAutoscale | null;
  /** Share of its speed that other work takes, below 1. */
  readonly background: number;
}

/** A capacity [bit/s] or a latency [s] over time. */
export type ScenarioVarying =
  | {
      readonly kind: "steps";
      /** The file that it was read from, and how; null for steps that are written out. */
      readonly source: {
        readonly file: string;
        readonly format: string | null;
        readonly column: string | null;
        readonly bin: number | null;
        readonly pauses: "drop" | "keep" | null;
      } | null;
      readonly at: readonly number[];
      readonly values: readonly number[];
      readonly length: number;
      readonly repeats: boolean;
      readonly start: number | "random";
    }
  | {
      readonly kind: "gauss-markov";
      readonly mean: number;
      readonly sd: number;
      readonly correlation: number;
      readonly every: number;
    }
  | {
      readonly kind: "two-state";
      readonly good: number;
      readonly bad: number;
      readonly goodFor: Leaf;
      readonly badFor: Leaf;
    };

/** Spells in which nothing arrives. */
export interface ScenarioBursts {
  readonly every: Leaf;
  readonly lasts: Leaf;
}

export type ScenarioLoss = {
  readonly per: "message" | "packet";
  readonly retry: number;
  readonly attempts: number;
} & (
  | { readonly kind: "bernoulli"; readonly probability: number }
  | {
      readonly kind: "gilbert-elliott";
      readonly good: number;
      readonly bad: number;
      readonly goodFor: Leaf;
      readonly badFor: Leaf;
    }
);

export type ScenarioOutages =
  | { readonly kind: "windows"; readonly windows: readonly { readonly at: number; readonly for: number }[] }
  | { readonly kind: "random"; readonly mtbf: Leaf; readonly mttr: Leaf };

/** [W], [s], [J/B]. */
export interface ScenarioEnergy {
  readonly connected: number;
  readonly tail: number;
  readonly sending: number;
  readonly receiving: number;
  readonly perByteSent: number;
  readonly perByteReceived: number;
}

export interface ScenarioLink {
  readonly name: string;
  readonly between: readonly [string, string];
  readonly kind: "fixed" | "fifo" | "shared" | "nr-cell";
  readonly preset: string | null;
  /** Node group each of whose machines has a resource of its own; null for one of all. */
  readonly per: string | null;
  readonly attach: "all" | null;
  /** [bit/s]; Infinity on a fixed link without a rate. */
  readonly up: number | ScenarioVarying;
  readonly down: number | ScenarioVarying;
  /** [s], one way. */
  readonly latency: number | ScenarioVarying;
  readonly jitter: Leaf | null;
  readonly bursts: ScenarioBursts | null;
  readonly perMessage: number;
  /** [B]; Infinity: one packet. */
  readonly mtu: number;
  readonly header: number;
  readonly loss: ScenarioLoss | null;
  readonly outages: ScenarioOutages | null;
  readonly connection: "persistent" | "new";
  /** Null when unknown. */
  readonly energy: ScenarioEnergy | null;
  /** [bit/s]; Infinity for no limit. */
  readonly flowCap: number;
  /** Of an `nr-cell`, else null. With a radio, capacities follow from it: `up` and `down` are 0 then. */
  readonly nr: ScenarioCell | null;
}

export type ScenarioArrivals =
  | { readonly kind: "poisson"; readonly rate: number }
  | { readonly kind: "periodic"; readonly period: number; readonly phase: number | null }
  | { readonly kind: "trace"; readonly instants: readonly number[]; readonly file: string | null }
  /** Independent gaps [s]. */
  | { readonly kind: "gamma"; readonly mean: number; readonly cv: number }
  | { readonly kind: "weibull"; readonly shape: number; readonly scale: number }
  /** Rates in each state, and from state to state [1/s]. */
  | { readonly kind: "mmpp"; readonly rates: readonly number[]; readonly switch: readonly (readonly number[])[] }
  | { readonly kind: "on-off"; readonly rate: number; readonly on: Leaf; readonly off: Leaf }
  | { readonly kind: "diurnal"; readonly every: number; readonly rates: readonly number[] }
  /** Batches a second, and requests in each. */
  | { readonly kind: "batch"; readonly rate: number; readonly size: BatchSize }
  | { readonly kind: "closed"; readonly clients: number; readonly think: Leaf }
  /** LoadGen's names: closed with one client that does not think, asking one request or `samples` at a time; poisson; all at once. */
  | { readonly kind: "single-stream" }
  | {
      readonly kind: "multi-stream";
      readonly samples: number /** [s]; null: when the last query has ended. */;
      readonly every: number | null;
    }
  | { readonly kind: "server"; readonly rate: number }
  /** Null: all requests of the run. */
  | { readonly kind: "offline"; readonly samples: number | null };

/** Shares by class, a name or number as written; null: as the evaluation rows have them. */
export type ClassShares = Readonly<Record<string, number>> | null;

/** Order of the evaluation rows, or shares of their classes at instants [s] and how they change between. */
export type ScenarioSamples =
  | "random"
  | "in-order"
  | {
      readonly change: "linear" | "steps";
      readonly points: readonly { readonly at: number; readonly classes: ClassShares }[];
    };

export interface ScenarioStream {
  readonly name: string;
  readonly from: string;
  readonly arrivals: ScenarioArrivals;
  /** Arrivals are of the whole group, not of each device. */
  readonly total: boolean;
  readonly samples: ScenarioSamples;
  /** [s]; null for none. */
  readonly deadline: number | null;
  readonly late: "keep" | "drop";
  readonly answerTo: string;
  readonly priority: number;
  /** Of its messages among the flows of shared links. */
  readonly weight: number;
}

export interface ScenarioTensor {
  readonly size: Varied;
  readonly encode: Varied | null;
  readonly decode: Varied | null;
}

export interface SyntheticExit {
  readonly name: string;
  readonly after: string;
  /** Null where not given. */
  readonly share: number | null;
  readonly accuracy: number | null;
  readonly time: Varied | null;
}

export interface SyntheticModel {
  readonly kind: "synthetic";
  /** Null where not given: then nothing may be sent before the first segment. */
  readonly input: ScenarioTensor | null;
  readonly result: Varied;
  readonly segments: readonly {
    readonly name: string;
    readonly time: Varied;
    readonly output: ScenarioTensor | null;
  }[];
  readonly exits: readonly SyntheticExit[];
  /** File of what the exits say, by its path from the scenario. */
  readonly table: string | null;
}

export interface ProfileModel {
  readonly kind: "profile";
  readonly profile: string;
  readonly result: Varied;
}

export interface ScenarioPolicy {
  readonly name: string;
  /** One rule decides both: `exit` and `place` then name it, with the same options. */
  readonly joint: boolean;
  readonly exit: NestedOptions;
  readonly place: NestedOptions & {
    readonly codec: Codec;
    /** Age of what the rule sees of other machines [s]; null where it looks at none. */
    readonly reports: { readonly every: number; readonly delay: number } | null;
  };
  /** State of its rules is one for all source nodes. */
  readonly shared: boolean;
  /** Time that a placement decision on the way takes [s]. */
  readonly decision: number;
  /** One of its rules knows what nobody can know. */
  readonly oracle: boolean;
  /** Figure in which the best of the rule's fixed choices stands for it, in hindsight; null where it learns. */
  readonly best: string | null;
  /** Its options are to be found; whether they were written nevertheless. Null in a scenario that can run. */
  readonly tune: (Goal & { readonly isGiven: boolean }) | null;
}

export type ScenarioWarmup =
  | { readonly kind: "auto" }
  | { readonly kind: "requests"; readonly n: number }
  | { readonly kind: "time"; readonly at: number };

/** Replications go on until every metric's half width is small enough, or there are `most`. */
export interface ScenarioPrecision {
  /** Path in a policy's result, and the largest relative error wanted. */
  readonly targets: readonly { readonly metric: string; readonly relative: number }[];
  readonly most: number;
}

/** `split-90: p95 latency < 100 ms`, understood. */
export interface ScenarioExpectation {
  readonly text: string;
  /** Values that the sweep has at the points it is about, by path; none of the file as written. */
  readonly at: Readonly<Record<string, string>>;
  readonly policy: string;
  /** Path in a policy's result. */
  readonly metric: string;
  readonly operator: "<" | "<=" | ">" | ">=";
  /** In the unit of the metric's key, or another policy's figure times a factor. */
  readonly bound: number | { readonly policy: string; readonly times: number };
}

/** Paths whose values change together, with as many values each; one path unless zipped. Ranges are lists by now. */
export type SweepAxis = readonly { readonly path: string; readonly values: readonly Plain[] }[];

export interface Scenario {
  readonly title: string;
  readonly seed: number;
  readonly model: SyntheticModel | ProfileModel;
  /** Of the model, in order. */
  readonly segments: readonly string[];
  readonly exits: readonly { readonly name: string; readonly after: string }[];
  readonly nodes: readonly ScenarioNode[];
  readonly links: readonly ScenarioLink[];
  /** Ways that are given, as nodes from first to last. */
  readonly routes: readonly (readonly string[])[];
  readonly streams: readonly ScenarioStream[];
  readonly faults: readonly ScenarioFault[];
  readonly policies: readonly ScenarioPolicy[];
  readonly baseline: string;
  readonly run: {
    readonly requests: number | null;
    /** [s]. */
    readonly duration: number | null;
    readonly warmup: ScenarioWarmup;
    /** With a precision the fewest. */
    readonly replications: number;
    readonly precision: ScenarioPrecision | null;
    readonly confidence: number;
    /** The fixed choices of rules that learn are run, too. */
    readonly regret: boolean;
  };
  readonly expect: readonly ScenarioExpectation[];
  /** Axes of the sweep. */
  readonly sweep: readonly SweepAxis[];
  /** What was found for policies that said `tune:`. */
  readonly tuned: readonly Tuned[];
  /** Of every value that the file does not give, by path. */
  readonly origins: Readonly<Record<string, Origin>>;
}
