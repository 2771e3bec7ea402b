/** A profile small enough to compute with by hand: two segments, two exits, three classes, four samples of which the first calibrates. */
import { type NpyArray, writeNpz } from "../../src/npz.ts";
import { codecs, type Profile, type Timing, type Work } from "../../src/profile.ts";
import { loadedProfile } from "../../src/scenario/profile-file.ts";
import { FileFault, type LoadedProfile, noResources, type Resources } from "../../src/scenario/resources.ts";

/** Quantiles [low, median, high] at batch 1, and a batch of 2 that must not be taken for it. */
export const timing = (median: number): Timing => ({
  batch: 1,
  count: 10,
  quantiles_s: [median / 2, median, median * 2],
  cv: 0.1,
});
const work = (macs: number, layers: number, median: number): Work => ({
  macs,
  layers,
  params: 10,
  time: [timing(median), { ...timing(median * 1.5), batch: 2 }],
});

export const profile: Profile = {
  format: "offramp/profile",
  version: 1,
  name: "tiny",
  model: {
    name: "tiny",
    classes: ["a", "b", "c"],
    input: { shape: [2, 2, 1], bytes: 784 },
    params: 20,
    training: null,
    weights_sha256: null,
  },
  host: {
    cpu: "test",
    cores: 1,
    engine: "none",
    engine_version: "0",
    node: "20",
    offramp: "0",
    date: "2026-01-01",
    load_average: [0, 0],
    noisy: false,
  },
  dispatch_overhead_s: 0,
  check: null,
  segments: [
    {
      name: "stem",
      trunk: work(1e6, 1, 0.004),
      head: work(1e5, 1, 0.001),
      output: {
        shape: [4],
        codecs: Object.fromEntries(
          codecs.map((codec, i) => [codec, { bytes: 100 + i, encode: timing(0.0002), decode: timing(0.0001) }]),
        ) as Profile["segments"][0]["output"] extends infer O ? (O extends { codecs: infer C } ? C : never) : never,
      },
    },
    { name: "tail", trunk: work(4e6, 2, 0.008), head: work(1e5, 1, 0.001), output: null },
  ],
  exits: [
    { name: "stem", after: "stem" },
    { name: "tail", after: "tail" },
  ],
};

/** Row major [sample, exit, class]. */
export const logits = new Float32Array([
  9,
  0,
  0,
  9,
  0,
  0, // calibration: not to be seen
  2,
  1,
  0,
  0,
  5,
  0,
  1,
  1,
  0,
  0,
  0,
  3,
  0,
  0,
  0,
  4,
  0,
  0,
]);

export const arrays: Readonly<Record<string, NpyArray>> = {
  logits: { shape: [4, 2, 3], data: logits },
  labels: { shape: [4], data: new Int32Array([0, 1, 2, 0]) },
  split: { shape: [4], data: new Uint8Array([0, 1, 1, 1]) },
  wire: { shape: [4, 1, 6], data: new Uint32Array(Array.from({ length: 24 }, (_, i) => 1000 + i)) },
  "logits@stem:uint8": { shape: [4, 2, 3], data: Float32Array.from(logits, (v, i) => (i % 6 >= 3 ? v / 2 : v)) },
};

export function load(
  changes: {
    readonly profile?: unknown;
    readonly arrays?: Readonly<Record<string, NpyArray>>;
    readonly table?: Uint8Array;
  } = {},
): LoadedProfile {
  const table = changes.table ?? writeNpz(changes.arrays ?? arrays);
  return loadedProfile(JSON.stringify(changes.profile ?? profile), "tiny/profile.json", () => table);
}

export function resourcesWith(
  profiles: Readonly<Record<string, LoadedProfile>>,
  files: Readonly<Record<string, Uint8Array | string>> = {},
  base: Resources = noResources,
): Resources {
  return {
    ...base,
    profile: (reference) => {
      if (Object.hasOwn(profiles, reference)) return profiles[reference]!;
      throw new FileFault("a profile", JSON.stringify(reference));
    },
    bytes: (path) => {
      const file = Object.hasOwn(files, path) ? files[path]! : undefined;
      if (file === undefined) throw new FileFault("a file", JSON.stringify(path));
      return typeof file === "string" ? new TextEncoder().encode(file) : file;
    },
  };
}
