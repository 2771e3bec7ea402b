/** What it costs to write and read a cut tensor in every codec. */
import { type Codec, type CodecCost, codecs } from "../profile.ts";
import { decodeEach, encodeEach } from "./codec.ts";
import type { Network } from "./network.ts";
import { tensorSizes } from "./network-spec.ts";
import { sizeOf } from "./parameters.ts";
import { summarise, type TimingPlan, timeInTurn } from "./timing.ts";

/** Encode and decode times of one cut, by codec. */
export type CodecTimes = Readonly<Record<Codec, Pick<CodecCost, "encode" | "decode">>>;

/**
 * Encode and decode times of the tensor after every block but the last, over the tensors of several samples in turn.
 * @param samples normalised inputs of `count` rows
 */
export function timeCodecs(network: Network, samples: Float32Array, count: number, plan: TimingPlan): CodecTimes[] {
  const cuts: CodecTimes[] = [];
  let x = samples;
  for (let cut = 0; cut < network.spec.blocks.length - 1; cut += 1) {
    x = network.run({ from: cut, to: cut + 1, heads: [], trunk: true }, x, count)[0]!;
    const size = sizeOf(network.shapes[cut + 1]!);
    const sizes = tensorSizes(network.spec.blocks[cut]!, network.shapes[cut + 1]!);
    const tensors = Array.from({ length: count }, (_, row) => x.slice(row * size, (row + 1) * size));
    const subjects = codecs.flatMap((codec) => {
      const written = tensors.map((tensor) => encodeEach(codec, tensor, sizes));
      return [
        inTurn(count, (row) => encodeEach(codec, tensors[row]!, sizes)),
        inTurn(count, (row) => decodeEach(codec, written[row]!, sizes)),
      ];
    });
    const times = timeInTurn(subjects, plan).map((blocks) => summarise(blocks, 1));
    const costs = codecs.map((codec, i) => [codec, { encode: times[2 * i]!, decode: times[2 * i + 1]! }]);
    cuts.push(Object.fromEntries(costs) as CodecTimes);
  }
  return cuts;
}

/** Calls with 0, 1, ..., count - 1 and round again. */
function inTurn(count: number, call: (row: number) => void): () => void {
  let row = 0;
  return () => {
    call(row);
    row = (row + 1) % count;
  };
}
