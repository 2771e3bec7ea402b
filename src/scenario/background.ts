/** Other work on a node takes a share of its speed: all times there are divided by what is left, as by a host's availability in SimGrid. */
import type { Distribution } from "../sim/distribution.ts";
import { scale } from "../sim/distribution-moments.ts";
import type { BatchTimes, Model } from "../sim/setup.ts";

/** @param shares taken by others, by node group, each below 1 */
export function slowed(model: Model, shares: readonly number[]): Model {
  if (shares.every((share) => share === 0)) return model;
  const factor = (g: number): number => 1 / (1 - shares[g]!);
  const times = <T>(table: readonly (readonly (readonly T[])[])[], of: (time: T, by: number) => T): T[][][] =>
    table.map((stream) =>
      stream.map((row, g) => (shares[g] === 0 ? [...row] : row.map((time) => of(time, factor(g))))),
    );
  const ofCodec = (time: Distribution | null, by: number) => (time === null ? null : scale(time, by));
  const ofBatch = (time: BatchTimes | null, by: number) =>
    time === null ? null : { sizes: time.sizes, times: time.times.map((d) => scale(d, by)) };
  return {
    ...model,
    trunk: times(model.trunk, scale),
    head: times(model.head, scale),
    encode: times(model.encode, ofCodec),
    decode: times(model.decode, ofCodec),
    batched:
      model.batched === null
        ? null
        : { trunk: times(model.batched.trunk, ofBatch), head: times(model.batched.head, ofBatch) },
  };
}
