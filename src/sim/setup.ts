/**
 * All that one replication of one policy needs, as plain data and rules: SI units, indices for names, nothing left to default.
 * `scenario/` compiles one per policy; `simulate` reads it.
 */
import type { BitsPerSecond, Seconds, Watts } from "../units.ts";
import type { BatchSize } from "./arrivals/batch.ts";
import type { Closed } from "./arrivals/closed.ts";
import type { Steps } from "./arrivals/diurnal.ts";
import type { Mmpp, OnOff } from "./arrivals/modulated.ts";
import type { Distribution } from "./distribution.ts";
import type { HindsightExitRule } from "./exit-rules/exit-rule.ts";
import type { NrCell } from "./links/nr/nr-cell.ts";
import type { Varying } from "./links/varying.ts";
import type { HindsightPlacementRule } from "./placement-rules/placement-rule.ts";
import type { Calibration } from "./rules/calibration.ts";
import type { SampleMix } from "./sample-mix.ts";

/** Who is served next. */
export type Discipline = "fifo" | "priority" | "priority-preemptive" | "edf" | "sjf" | "ps";

/** Requests that wait for the same segment, served at once. */
export interface Batch {
  /** Never fewer start together, while more may come. */
  readonly min: number;
  readonly max: number;
  /** What the oldest waits at most for others to come, where a server is free. */
  readonly wait: Seconds;
}

/** Requests that a machine turns away, reason admission; what is null or false turns nobody away. */
export interface Admission {
  /** Token bucket: a request takes a token; so many come each second [1/s], and so many are kept at most. */
  readonly rate: number | null;
  readonly burst: number;
  /** Longest expected wait [s]: requests beyond the servers x mean server time of those that left so far / servers. */
  readonly wait: Seconds | null;
  /** Those that would be late by the expected wait and one mean server time. */
  readonly deadline: boolean;
}

/** Servers of a machine that are started and stopped, one at a time, by what was seen since the last look. */
export interface Autoscale {
  /** Of those on, broken ones included; without those that only end what they have begun. */
  readonly min: number;
  readonly max: number;
  /** One more above, one less below: the busy share of the servers that were up, or requests waiting per server that was up. */
  readonly up: { readonly of: "utilization" | "queue"; readonly limit: number };
  readonly down: { readonly of: "utilization" | "queue"; readonly limit: number };
  readonly every: Seconds;
  /** From the decision to the first request. */
  readonly startUp: Seconds;
}

/** What becomes of the request (or batch) whose server fails: it goes on after the repair, begins its stage anew then, goes back to the queue, or is lost. */
export type InService = "resume" | "restart" | "requeue" | "drop";

/** Servers that fail by chance. */
export interface Failures {
  /** From a repair to the next failure; of the time that passes, or of the time that the server works. */
  readonly uptime: Distribution;
  readonly clock: "time" | "busy";
  readonly repair: Distribution;
  readonly inService: InService;
  /** Each server by itself, or all of a machine together. */
  readonly of: "server" | "machine";
}

/** All servers of every machine of the group are down in between. */
export interface Fault {
  readonly at: Seconds;
  readonly until: Seconds;
  readonly inService: InService;
}

/** Equal machines under one name. */
export interface NodeGroup {
  readonly name: string;
  readonly count: number;
  /** Requests one machine serves at a time. */
  readonly servers: number;
  readonly queue: {
    /**
     * `priority`: smaller first, whoever is served is left in peace; `priority-preemptive`: a smaller one takes the server of a greater,
     * which goes on later where it was; `edf`: by the instant the answer is due; `sjf`: by the time of the next stage; `ps`: all at once,
     * each of n at min(1, servers / n).
     */
    readonly discipline: Discipline;
    /**
     * Requests that may wait at one machine; those in service are not counted, nor those that were interrupted. With `ps`, as many as that and
     * the servers share them. Infinity when unbounded, 0 when there is no waiting room.
     */
    readonly places: number;
    readonly batch: Batch | null;
    readonly admit: Admission | null;
  };
  /** Null: its servers never fail by chance. */
  readonly failures: Failures | null;
  readonly faults: readonly Fault[];
  /** Null: all `servers` are always on; else as many are on at first. */
  readonly autoscale: Autoscale | null;
  /** Draw of one machine: idle + (busy - idle) x busy servers / servers. Null when unknown: energy is then null. */
  readonly power: { readonly idle: Watts; readonly busy: Watts } | null;
  /** Price of one machine [USD/h]; null when unknown. */
  readonly price: number | null;
}

/** One direction of a link. */
export interface LinkDirection {
  /** Capacity, of one that varies its mean in the long run; Infinity on a `fixed` link without a rate. */
  readonly capacity: BitsPerSecond;
  /** Capacity over time, by resource; null when it never changes. */
  readonly varying: Varying | null;
  /** Propagation, one way: paid after the last bit, occupies nothing. */
  readonly latency: Seconds;
  /** Propagation over time, instead of `latency`, which is then its mean; null when it never changes. */
  readonly delays: Varying | null;
  /** Extra propagation of each message; null for none. */
  readonly jitter: Distribution | null;
  /** Spells in which nothing arrives: what is due then arrives when the spell ends. Null for none. */
  readonly bursts: Bursts | null;
}

/** Gaps between spells and their lengths [s]. */
export interface Bursts {
  readonly every: Distribution;
  readonly lasts: Distribution;
}

/** Loss of whole messages, or of one packet or more of them; the message is then sent again, whole. */
export type Loss = {
  readonly per: "message" | "packet";
  /** Pause before the next attempt, in which the link is free; at 0 the message keeps its place. */
  readonly retry: Seconds;
  /** Attempts in all, at least 1: after the last the request is dropped. */
  readonly attempts: number;
} & (
  | { readonly kind: "bernoulli"; readonly probability: number }
  /** Gilbert and Elliott: a channel with two probabilities in turn, for lengths [s] that are drawn. */
  | {
      readonly kind: "gilbert-elliott";
      readonly good: number;
      readonly bad: number;
      readonly goodFor: Distribution;
      readonly badFor: Distribution;
    }
);

/** Times without service of a link, both directions: what is being sent stands still. */
export type Outages =
  /** Ascending, none touching another [s]. */
  | { readonly kind: "windows"; readonly windows: readonly { readonly at: number; readonly for: number }[] }
  /** Lengths with service and without [s]. */
  | { readonly kind: "random"; readonly up: Distribution; readonly down: Distribution };

/** Draw of the radio of each machine at the first end of a link, above that of one which is not connected. */
export interface RadioEnergy {
  /** From when a message enters until `tail` after the last has left. */
  readonly connected: Watts;
  readonly tail: Seconds;
  /** On top of that, while it sends and receives. */
  readonly sending: Watts;
  readonly receiving: Watts;
  /** For each byte on the wire [J/B]. */
  readonly perByteSent: number;
  readonly perByteReceived: number;
}

/**
 * `fixed`: delay, and size / rate for each message alone. `fifo`: store and forward, one message at a time.
 * `shared`: all messages at once, max-min fair; consecutive shared links carry one flow. `nr-cell`: 5G, one message of a device at a time,
 * airtime shared between devices, after a wait for permission to send.
 */
export interface Link {
  readonly name: string;
  readonly kind: "fixed" | "fifo" | "shared" | "nr-cell";
  /** Node groups it joins, by index; `up` runs from `from` to `to`. */
  readonly from: number;
  readonly to: number;
  /** Node group each of whose machines has a resource of its own in each direction; null when one serves all. */
  readonly per: number | null;
  /** Every machine of one group may be reached from every machine of the other, if a placement rule chooses it. Attached ones only unless given. */
  readonly attach?: "all";
  readonly up: LinkDirection;
  readonly down: LinkDirection;
  /** Software cost where a message starts and where it ends, not where it is forwarded: pure delay, counted as propagation. */
  readonly perMessage: Seconds;
  /** Payload bytes of a packet (Infinity: one packet) and header bytes added to each. */
  readonly mtu: number;
  readonly header: number;
  readonly loss: Loss | null;
  readonly outages: Outages | null;
  /** `new`: every message opens a connection of its own over this link. */
  readonly connection: "persistent" | "new";
  /** Null when unknown. */
  readonly energy: RadioEnergy | null;
  /** Most that one flow gets of a shared link; Infinity for no limit. */
  readonly flowCap: BitsPerSecond;
  /** What an `nr-cell` is; null for the other kinds. Its devices are the machines of `from`. */
  readonly radio: NrCell | null;
}

/** When requests arrive at one device. Rates are per device [1/s]. */
export type Arrivals =
  | { readonly kind: "poisson"; readonly rate: number }
  /** Instants phase + n x period; a random phase per device when null. At each come `query` requests, 1 unless given. */
  | { readonly kind: "periodic"; readonly period: Seconds; readonly phase: Seconds | null; readonly query?: number }
  /** Ascending instants [s]; `each`: every device follows all of them; otherwise instant n belongs to device n mod count. */
  | { readonly kind: "trace"; readonly instants: Float64Array; readonly each: boolean }
  /** Independent gaps; the process has been going on for ever when time begins. */
  | { readonly kind: "renewal"; readonly gap: Distribution }
  /** Batches of several requests each come as Poisson arrivals, `rate` batches a second. */
  | { readonly kind: "batch"; readonly rate: number; readonly size: BatchSize }
  | ({ readonly kind: "mmpp" } & Mmpp)
  | ({ readonly kind: "on-off" } & OnOff)
  | ({ readonly kind: "diurnal" } & Steps)
  | ({ readonly kind: "closed" } & Closed)
  /** So many requests at time 0: of each device, or of all together, dealt to the devices in turn. */
  | { readonly kind: "at-once"; readonly requests: number; readonly each: boolean };

/** A named flow of requests from the machines of one group. */
export interface Stream {
  readonly name: string;
  /** Node group by index. */
  readonly source: number;
  readonly arrivals: Arrivals;
  readonly samples: "random" | "in-order" | SampleMix;
  /** Span from arrival within which the answer is due; null for none. */
  readonly deadline: Seconds | null;
  /** `drop`: a late request is dropped, reason deadline, when a server or link would next take it. */
  readonly late: "keep" | "drop";
  /** Smaller first, where a queue minds it. */
  readonly priority: number;
  /** Where the answer is due: a node group by index (its machine attached to the source), the source itself, or nowhere: latency then ends at the exit. */
  readonly answerTo: number | "source" | "nowhere";
  /** Weight of its messages among the flows of shared links. */
  readonly weight: number;
}

/** Bytes of a tensor or answer: a distribution, or measured for each evaluation row. */
export type Size =
  | Distribution
  | {
      readonly kind: "rows";
      readonly bytes: Uint32Array | Float64Array;
      /** Mean that was measured apart from these rows: what plans made before a run go by. The mean of the rows unless given. */
      readonly typical?: number;
    };

/** What one exit says about each evaluation row. */
export interface ExitScores {
  /** Predicted class. */
  readonly prediction: Int32Array;
  /** Top softmax probability. NaN where the table has none. */
  readonly confidence: Float64Array;
  /** [nats]. NaN where the table has none. */
  readonly entropy: Float64Array;
  /** Top minus second softmax probability. NaN where the table has none. */
  readonly margin: Float64Array;
  /** How likely the exit is right, as a trained gate says, 0 to 1; NaN or absent where the table has none. */
  readonly halt?: Float64Array;
  /** [row * classes + class], unscaled; null where the table has none. */
  readonly logits: Float32Array | Float64Array | null;
}

/** What the exits say, and whether they are right. */
export type Outputs =
  | {
      readonly kind: "share";
      /** Probability to leave at each exit given that the request got there; the last is 1. */
      readonly share: readonly number[];
      /** Probability that an answer of this exit is right; null when not given. */
      readonly accuracy: readonly (number | null)[];
    }
  | {
      readonly kind: "table";
      readonly rows: number;
      readonly classes: number;
      readonly labels: Int32Array;
      /** By exit. */
      readonly scores: readonly ExitScores[];
      /** `crossed[cut]`: scores by exit after a lossy codec took the tensor over that cut; null where it is not lossy or was not measured (then `scores`). Cut 0 is the raw input. */
      readonly crossed: readonly (readonly ExitScores[] | null)[];
      /** Rows that rules were fitted to; null where the table has none. */
      readonly calibration: Calibration | null;
    };

/** Times of a batch by its size, linear between those given. */
export interface BatchTimes {
  /** Ascending, the first is 1. */
  readonly sizes: readonly number[];
  readonly times: readonly Distribution[];
}

/**
 * The network as work and bytes. Cut 0 is the raw input, cut k the output of segment k - 1.
 * Tables are indexed [stream][node group][segment, exit or cut].
 */
export interface Model {
  readonly segments: readonly string[];
  /** In order of depth; the last is after the last segment. */
  readonly exits: readonly { readonly name: string /** Segment by index. */; readonly after: number }[];
  readonly trunk: readonly (readonly (readonly Distribution[])[])[];
  readonly head: readonly (readonly (readonly Distribution[])[])[];
  /** The same by batch size, on groups that batch; null where none does. */
  readonly batched: {
    readonly trunk: readonly (readonly (readonly (BatchTimes | null)[])[])[];
    readonly head: readonly (readonly (readonly (BatchTimes | null)[])[])[];
  } | null;
  /** Null where nothing is to be done. A raw input without `encode` visits no server before it leaves. */
  readonly encode: readonly (readonly (readonly (Distribution | null)[])[])[];
  readonly decode: readonly (readonly (readonly (Distribution | null)[])[])[];
  /** [stream][cut]. */
  readonly size: readonly (readonly Size[])[];
  /** Bytes of the answer, [stream]. */
  readonly result: readonly Size[];
  readonly outputs: Outputs;
}

export interface Policy {
  readonly name: string;
  readonly exit: HindsightExitRule;
  readonly place: HindsightPlacementRule;
  /** Of rules with state: the two as at the start of a run. Absent where neither has any. */
  readonly begin?: () => { readonly exit: HindsightExitRule; readonly place: HindsightPlacementRule };
  /** Groups that requests of a source may run on; all unless given. */
  readonly mayUse?: (source: number) => readonly number[];
  /** State is one for all source nodes, not one for each. Default false. */
  readonly shared?: boolean;
  /** It knows what nobody can know: a bound. Default false. */
  readonly oracle?: boolean;
  /** What it is a bound of, and when. */
  readonly bound?: string;
  /** Time that each placement decision on the way takes; the request waits for it where it is. Default 0. */
  readonly decision?: Seconds;
  /** Age of what placement rules see of other machines: state at multiples of `every` (0: at every change), seen `delay` later. Default both 0. */
  readonly reports?: { readonly every: Seconds; readonly delay: Seconds };
}

export interface RunLength {
  /** Arrivals per replication over all streams, warm-up included; null when `duration` is given. */
  readonly requests: number | null;
  readonly duration: Seconds | null;
  /** Cut found from the output (`auto`), after a number of arrivals, or at an instant. */
  readonly warmup:
    | { readonly kind: "auto" }
    | { readonly kind: "requests"; readonly n: number }
    | { readonly kind: "time"; readonly at: Seconds };
  /** One long run: what comes after the warm-up is kept in equal slices, too, which batch means are made of. */
  readonly inBatches?: boolean;
}

export interface Setup {
  readonly nodes: readonly NodeGroup[];
  readonly links: readonly Link[];
  /** Ways that are given, as node groups from first to last, instead of the shortest; both ways unless the other is given, too. */
  readonly routes: readonly (readonly number[])[];
  readonly streams: readonly Stream[];
  readonly model: Model;
  readonly policy: Policy;
  readonly run: RunLength;
  /** Any non-negative integer below 2^53. */
  readonly seed: number;
}
