/** Times of a known model on this host, in place of those of the host it was profiled on. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { type Codec, codecs, type Profile } from "../profile.ts";
import { version } from "../version.ts";
import { loadBackend } from "./backend.ts";
import { cacheFolder } from "./cache.ts";
import { type EngineName, preferredEngine } from "./engine.ts";
import { UserError } from "./errors.ts";
import { writeWhole } from "./files.ts";
import { openOriginal } from "./imported/open.ts";
import { loadModel } from "./model-folder.ts";
import { Network } from "./network.ts";
import { sizeOf } from "./parameters.ts";
import { hostOf, segmentsOf, timedSamples } from "./profile-parts.ts";
import { randomStream } from "./random.ts";
import { timeCodecs } from "./time-codecs.ts";
import { timeNetwork } from "./time-network.ts";
import { carefulTiming, quickTiming } from "./timing.ts";

export interface MeasureOptions {
  /** The profile whose times are replaced; bytes on the wire and all else stay. */
  readonly profile: Profile;
  /** Folder of kept measurements; the operating system's cache folder by default, null for none. */
  readonly cache?: string | null;
  /** Rough times, kept apart. */
  readonly quick?: boolean;
  readonly onProgress?: (note: string) => void;
}

/**
 * Measures a model's segments, heads and codecs on this host. A measurement is kept and used again for the same engine and version,
 * weights, processor and Node version. Codecs are timed on tensors of smooth random images, since the data set need not be here.
 * @param modelFolder folder with model.json and weights.bin
 * @param engine null or undefined takes the native engine where it loads, else wasm
 * @returns the profile with this host's `host`, `check`, `dispatch_overhead_s` and times
 * @throws UserError when the model is not the profile's, or the engine does not load
 */
export async function measureTimings(
  modelFolder: string,
  engine: EngineName | null | undefined,
  options: MeasureOptions,
): Promise<Profile> {
  const { profile, quick = false } = options;
  const model = loadModel(modelFolder);
  if (profile.model.weights_sha256 !== model.weightsSha256) {
    throw new UserError(`model ${modelFolder}`, {
      expected: `the weights that profile ${profile.name} was measured with, sha256 ${profile.model.weights_sha256}`,
      got: model.weightsSha256,
      hint: "measure a profile of this model with offramp profile",
    });
  }
  const before = loadavg()[0]!;
  const backend = await loadBackend(engine ?? (await preferredEngine()));
  const cache = options.cache === undefined ? join(cacheFolder(), "timings") : options.cache;
  const key = [
    backend.name,
    backend.version,
    model.weightsSha256,
    cpus()[0]?.model ?? "unknown",
    process.versions.node,
    version,
    quick ? "quick" : "careful",
  ];
  const kept = cache === null ? null : join(cache, `${model.name}-${hash(key)}.json`);
  const found = kept === null ? null : readKept(kept);
  if (found !== null) return { ...profile, ...found };

  const original = await openOriginal(backend, model.imported);
  const network = new Network(backend, model.spec, model.weights, original);
  const plan = quick ? quickTiming : carefulTiming;
  const samples = smoothImages(timedSamples, model.spec.input);
  const times = timeNetwork(network, samples, plan, (batch) => options.onProgress?.(`times at batch ${batch}`));
  options.onProgress?.("encode and decode times");
  const costs = timeCodecs(network, samples, timedSamples, plan);
  network.dispose();
  original?.dispose();
  const bytes = (cut: number, codec: Codec): number =>
    profile.segments[cut]?.output?.codecs[codec]?.bytes ?? Number.NaN;
  const measured: Measured = {
    host: hostOf(backend, before, times),
    dispatch_overhead_s: times.dispatchOverhead_s,
    check: times.check,
    segments: segmentsOf(network, times, costs, bytes),
  };
  if (kept !== null) writeWhole(kept, JSON.stringify(measured));
  return { ...profile, ...measured };
}

type Measured = Pick<Profile, "host" | "dispatch_overhead_s" | "check" | "segments">;

/** A damaged file of the cache counts as none: it is measured anew and written over. */
function readKept(path: string): Measured | null {
  if (!existsSync(path)) return null;
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as Measured;
    const whole = found.segments.every(
      ({ trunk, output }) =>
        trunk.time.length > 0 && (output === null || codecs.every((codec) => output.codecs[codec])),
    );
    return whole && found.host.engine !== undefined ? found : null;
  } catch {
    return null;
  }
}

const hash = (parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 24);

/** Images of a few soft blobs, about as sparse as photographs of single things; scaled to mean 0 and spread 1. Shape [count, ...shape]. */
export function smoothImages(count: number, shape: readonly [number, number, number]): Float32Array {
  const [height, width, channels] = shape;
  const images = new Float32Array(count * sizeOf(shape));
  let at = 0;
  for (let image = 0; image < count; image += 1) {
    const uniform = randomStream(image, "blobs");
    const blobs = Array.from({ length: 4 }, () => ({
      y: uniform() * height,
      x: uniform() * width,
      r: (0.1 + 0.2 * uniform()) * width,
      v: uniform(),
    }));
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const light = blobs.reduce(
          (sum, blob) => sum + blob.v * Math.exp(-((y - blob.y) ** 2 + (x - blob.x) ** 2) / (2 * blob.r ** 2)),
          0,
        );
        for (let c = 0; c < channels; c += 1, at += 1) images[at] = 2 * light - 0.8 + 0.1 * (uniform() - 0.5);
      }
    }
  }
  return images;
}
