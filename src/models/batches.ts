/** Batches of training images: order, augmentation and normalisation, all functions of (seed, epoch, row). */
import type { Rows } from "./data/dataset.ts";
import type { NetworkSpec } from "./network-spec.ts";
import { permutation, randomStream } from "./random.ts";
import type { TrainingPlan } from "./zoo.ts";

/** Order in which an epoch visits its rows. */
export function epochOrder(rows: number, seed: number, epoch: number): Uint32Array {
  return permutation(rows, randomStream(seed, "order", epoch));
}

/** Tables from 8-bit sample to network input, one per channel. */
export function normalisation({ normalise }: Pick<NetworkSpec, "normalise">): Float32Array[] {
  return normalise.mean.map((mean, c) =>
    Float32Array.from({ length: 256 }, (_, sample) => (sample - mean) / normalise.sd[c]!),
  );
}

/** Rows `from` to `to` normalised, shape [to - from, height, width, channels]. */
export function normalisedRows(spec: NetworkSpec, rows: Rows, from: number, to: number): Float32Array {
  const size = rows.images.length / rows.count;
  const samples = rows.images.subarray(from * size, to * size);
  const result = new Float32Array(samples.length);
  if (samples instanceof Uint8Array) {
    const tables = normalisation(spec);
    for (let i = 0; i < samples.length; i += 1) result[i] = tables[i % tables.length]![samples[i]!]!;
  } else {
    const { mean, sd } = spec.normalise;
    for (let i = 0; i < samples.length; i += 1) result[i] = (samples[i]! - mean[i % mean.length]!) / sd[i % sd.length]!;
  }
  return result;
}

/**
 * Fills `target` with rows, each mirrored and moved as chance has it; pixels from outside are 0 after normalisation's inverse, that is black.
 * Samples that are not 8-bit images are taken as they are.
 * @param target shape [picked.length, height, width, channels]
 */
export function augmentedRows(
  spec: NetworkSpec,
  rows: Rows,
  picked: Uint32Array,
  target: Float32Array,
  augment: TrainingPlan["augment"],
  seed: number,
  epoch: number,
): void {
  const [height, width, channels] = spec.input;
  const tables = normalisation(spec);
  const size = height * width * channels;
  const { images } = rows;
  if (!(images instanceof Uint8Array)) {
    picked.forEach((row, position) => {
      target.set(normalisedRows(spec, rows, row, row + 1), position * size);
    });
    return;
  }
  picked.forEach((row, position) => {
    const uniform = randomStream(seed, "augment", epoch, ":", row);
    const mirror = augment.mirror && uniform() < 0.5;
    const down = Math.floor(uniform() * (2 * augment.shift + 1)) - augment.shift;
    const right = Math.floor(uniform() * (2 * augment.shift + 1)) - augment.shift;
    let at = position * size;
    for (let y = 0; y < height; y += 1) {
      const fromY = y - down;
      for (let x = 0; x < width; x += 1) {
        const fromX = mirror ? width - 1 - (x - right) : x - right;
        const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        const source = row * size + (fromY * width + fromX) * channels;
        for (let c = 0; c < channels; c += 1, at += 1) {
          target[at] = tables[c]![inside ? images[source + c]! : 0]!;
        }
      }
    }
  });
}
