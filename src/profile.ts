/**
 * The Profile: what `models/` writes and `sim/` reads. A folder holds `profile.json` (this type) and `exits.npz` (the exit table).
 * Neither TensorFlow.js nor the measured machine is needed to read one.
 */

/** How a tensor is written before it crosses a link. */
export const codecs = ["float32", "float32-deflate", "float16", "float16-deflate", "uint8", "uint8-deflate"] as const;
export type Codec = (typeof codecs)[number];

/** Codecs that do not give back the bits they were given. */
export const lossyCodecs: readonly Codec[] = ["float16", "float16-deflate", "uint8", "uint8-deflate"];

/** Measured durations of one piece of work at one batch size. */
export interface Timing {
  /** Inputs served by one call. */
  readonly batch: number;
  /** Timed blocks behind the quantiles; each is a mean over as many calls as make the timer's noise small. */
  readonly count: number;
  /** Quantiles at equally spaced probabilities 0, 1/(n-1), …, 1 of the time of one call [s]; an odd number of them, the middle one is the median, the central time. */
  readonly quantiles_s: readonly number[];
  /** Trimmed coefficient of variation of the blocks. */
  readonly cv: number;
}

/** A piece of the network with its work: a trunk segment or a head. */
export interface Work {
  /** Multiply-accumulates for one input (1 MAC = 2 FLOP). */
  readonly macs: number;
  /** Convolution and dense layers, the ones that carry a per-layer overhead on a device. */
  readonly layers: number;
  /** Trainable and running parameters. */
  readonly params: number;
  /** One entry per measured batch size, ascending, the first at batch 1. */
  readonly time: readonly Timing[];
}

/** What it costs to send a tensor. */
export interface CodecCost {
  /** Mean bytes on the wire over the rows of the exit table. */
  readonly bytes: number;
  readonly encode: Timing;
  readonly decode: Timing;
}

/** Costs by codec: all where they were measured here; an imported profile may know float32 alone. */
export type CodecCosts = Readonly<Partial<Record<Codec, CodecCost>>>;

/** A contiguous part of the trunk; the last segment always has an exit. */
export interface Segment {
  readonly name: string;
  readonly trunk: Work;
  /** The head that follows, where an exit does. */
  readonly head: Work | null;
  /**
   * The tensor that crosses when the next segment runs elsewhere; null after the last segment. Where several cross, `shape` is all their
   * numbers in one, bytes and times are sums, and `tensors` holds the shape of each.
   */
  readonly output: {
    readonly shape: readonly number[];
    readonly tensors?: readonly (readonly number[])[];
    readonly codecs: CodecCosts;
  } | null;
}

/** Where the network may be left. */
export interface Exit {
  readonly name: string;
  /** Name of the segment whose head it is. */
  readonly after: string;
}

export interface ProfileHost {
  readonly cpu: string;
  readonly cores: number;
  readonly engine: string;
  readonly engine_version: string;
  readonly node: string;
  readonly offramp: string;
  /** ISO date of the measurement. */
  readonly date: string;
  /** One-minute load average when the measurement began and ended. */
  readonly load_average: readonly [number, number];
  /** True when the blocks scattered so much (median / minimum above 1.3) that the times are not to be trusted. */
  readonly noisy: boolean;
  /** Largest relative difference of a part's medians over the first and the second half of the measurement; absent where it was not looked at. */
  readonly drift?: number;
  /** Profile of the same network with other weights that all times, and what is said of the host, were taken over from; absent for times of its own. */
  readonly times_of?: string;
}

export interface Profile {
  readonly format: "offramp/profile";
  readonly version: 1;
  readonly name: string;
  readonly model: {
    readonly name: string;
    readonly classes: readonly string[];
    /** Raw input as it leaves the sensor: shape [height, width, channels] or [features], and its bytes. */
    readonly input: { readonly shape: readonly number[]; readonly bytes: number };
    readonly params: number;
    /** Facts of the training run: data set, rows, epochs, seed, loss weights, optimiser. Null for imported models. */
    readonly training: Readonly<Record<string, unknown>> | null;
    readonly weights_sha256: string | null;
  };
  readonly host: ProfileHost;
  /** One call of an identity model: the part of every measured time that is not the network's [s]. */
  readonly dispatch_overhead_s: number;
  /** Whole model in one call against the sum of its segments, both net of dispatch overhead, batch 1 [s]. */
  readonly check: { readonly whole_s: number; readonly segments_s: number } | null;
  readonly segments: readonly Segment[];
  readonly exits: readonly Exit[];
}

/**
 * What every exit says about every sample (`exits.npz`).
 * Joint rows are kept because exits are neither independent nor monotone.
 */
export interface ExitTable {
  readonly samples: number;
  readonly exits: number;
  readonly classes: number;
  /** Unscaled, shape [samples, exits, classes], row major. */
  readonly logits: Float32Array;
  /** Shape [samples]. */
  readonly labels: Int32Array;
  /** Shape [samples]: 0 calibration, 1 evaluation. */
  readonly split: Uint8Array;
  /** How likely each exit is right, by its gate, 0 to 1: shape [samples, exits], NaN at exits without one. Absent without gates. */
  readonly halt?: Float32Array;
  /** Bytes on the wire, shape [samples, segments - 1, codecs] in the order of {@link codecs}. Null where codecs were not measured. */
  readonly wire: Uint32Array | null;
  /** Logits when the tensor after segment `<cut>` crossed with lossy `<codec>`, by `<cut>:<codec>`, shape as `logits`; exits up to the cut repeat `logits`. */
  readonly lossy: Readonly<Record<string, Float32Array>>;
}

/**
 * A lossy table as `exits.npz` may hold it, made whole. There NaN stands for "as in `logits`", so that a file holds what differs only:
 * exits up to the cut, and rows that the codec left as they were. A lossy table that is absent altogether equals `logits`.
 * @param stored shape of `logits`; null where the file has no such table
 */
export function completeLossy(stored: Float32Array | null, logits: Float32Array): Float32Array {
  return stored === null ? logits : stored.map((value, i) => (Number.isNaN(value) ? logits[i]! : value));
}
