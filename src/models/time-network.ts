/** Times of a network's trunk segments and heads, and of the whole, on this host. */
import type { Timing } from "../profile.ts";
import type { Network, Piece, PreparedCall } from "./network.ts";
import { sizeOf } from "./parameters.ts";
import { driftOf, medianOf, significant, summarise, type TimingPlan, timeInTurn } from "./timing.ts";

export const measuredBatches: readonly number[] = [1, 2, 4, 8, 16, 32];

export interface NetworkTimes {
  /** By block, then by batch size. */
  readonly trunks: readonly (readonly Timing[])[];
  /** Null where no exit follows. */
  readonly heads: readonly (readonly Timing[] | null)[];
  /** One call that computes nothing [s]. */
  readonly dispatchOverhead_s: number;
  /** Trunk and all heads in one call, and the sum of the parts; both net of dispatch overhead, batch 1 [s]. */
  readonly check: { readonly whole_s: number; readonly segments_s: number };
  /** Largest median over minimum at batch 1, of the whole and of every part that takes at least 50 us. */
  readonly scatter: number;
  /** Largest {@link driftOf} at batch 1, of the whole and of every part that takes at least 50 us. */
  readonly drift: number;
}

/** Largest drift of a measurement whose medians can be trusted to 5 %. */
export const steadyDrift = 0.05;

/** Largest scatter of a quiet measurement. */
export const quietScatter = 1.3;

/**
 * Times a network; its backend must be active.
 * @param samples normalised inputs, shape [at least the largest batch, ...]; what is timed sees real activations
 * @throws RangeError when there are fewer samples than the largest batch
 */
export function timeNetwork(
  network: Network,
  samples: Float32Array,
  plan: TimingPlan,
  onBatch?: (batch: number) => void,
): NetworkTimes {
  const blocks = network.spec.blocks.length;
  const trunks: Timing[][] = Array.from({ length: blocks }, () => []);
  const heads: (Timing[] | null)[] = network.spec.blocks.map(({ head }) => (head === null ? null : []));
  let first: Summary | undefined;
  for (const batch of measuredBatches) {
    onBatch?.(batch);
    const parts = partsOf(network);
    const pieces = [wholeOf(network), identity, ...parts.map(({ piece }) => piece)];
    const calls = prepare(network, samples, batch, pieces);
    const timed = timeInTurn(
      calls.map(({ call }) => call),
      plan,
    );
    const [whole, nothing, ...times] = timed.map((each) => summarise(each, batch));
    for (const call of calls) call.dispose();
    parts.forEach(({ block, isHead }, i) => {
      (isHead ? heads[block]! : trunks[block]!).push(times[i]!);
    });
    first ??= { ...summary(whole!, nothing!, times), drift: largestDrift(timed) };
  }
  return { trunks, heads, ...first! };
}

type Summary = Pick<NetworkTimes, "dispatchOverhead_s" | "check" | "scatter" | "drift">;

/** Shorter parts are left out: a microsecond is much of them, and little of the whole. */
const shortest = 50e-6;

function largestDrift(timed: readonly Float64Array[]): number {
  const long = timed.filter((blocks) => blocks.reduce((sum, time) => sum + time, 0) / blocks.length >= shortest);
  return Math.max(0, ...long.map(driftOf));
}

function summary(whole: Timing, nothing: Timing, parts: readonly Timing[]): Omit<Summary, "drift"> {
  const overhead = medianOf(nothing);
  const sum = parts.reduce((total, part) => total + medianOf(part), 0);
  const judged = [whole, ...parts].filter((timing) => medianOf(timing) >= shortest);
  return {
    dispatchOverhead_s: overhead,
    check: {
      whole_s: significant(medianOf(whole) - overhead),
      segments_s: significant(sum - parts.length * overhead),
    },
    scatter: Math.max(1, ...judged.map((timing) => medianOf(timing) / timing.quantiles_s[0]!)),
  };
}

/**
 * Whether parts add up to the whole: within 5 % where the whole takes 2 ms or more, else within 20 % or 0.05 ms, since a millisecond
 * of scheduling weighs more there.
 */
export function addsUp({ whole_s, segments_s }: NetworkTimes["check"]): boolean {
  const difference = Math.abs(segments_s - whole_s);
  return whole_s >= 0.002 ? difference <= 0.05 * whole_s : difference <= Math.max(0.2 * whole_s, 50e-6);
}

const identity: Piece = { from: 0, to: 0, heads: [], trunk: true };

function wholeOf({ spec }: Network): Piece {
  const heads = spec.blocks.flatMap(({ head }, block) => (head === null ? [] : [block]));
  return { from: 0, to: spec.blocks.length, heads, trunk: false };
}

function partsOf({ spec }: Network): { piece: Piece; block: number; isHead: boolean }[] {
  return spec.blocks.flatMap(({ head }, block) => {
    const trunk = { piece: { from: block, to: block + 1, heads: [], trunk: true }, block, isHead: false };
    const exit = { piece: { from: block + 1, to: block + 1, heads: [block], trunk: false }, block, isHead: true };
    return head === null ? [trunk] : [trunk, exit];
  });
}

/** Every piece with the input it meets in the running network. */
function prepare(network: Network, samples: Float32Array, batch: number, pieces: readonly Piece[]): PreparedCall[] {
  const size = sizeOf(network.shapes[0]!);
  if (samples.length < batch * size)
    throw new RangeError(`expected ${batch} samples to time, got ${samples.length / size}`);
  const inputs: Float32Array[] = [samples.slice(0, batch * size)];
  for (let block = 0; block < network.spec.blocks.length; block += 1) {
    const piece = { from: block, to: block + 1, heads: [], trunk: true };
    inputs.push(network.run(piece, inputs[block]!, batch)[0]!);
  }
  return pieces.map((piece) => network.prepare(piece, inputs[piece.from]!, batch));
}
