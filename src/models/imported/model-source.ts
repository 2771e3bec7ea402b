/** TensorFlow.js models on disk: `model.json` and the weight shards it names, checked before anything runs them. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { UserError } from "../errors.ts";
import { halfToFloat } from "../half.ts";

export type SourceFormat = "layers" | "graph";

/** One array of weights as the manifest describes it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** A whole model in memory. */
export interface ModelSource {
  readonly format: SourceFormat;
  /** What model.json holds beside the weights: topology, signature and the like. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly specs: readonly WeightSpec[];
  readonly bytes: Uint8Array;
}

const bytesOf: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  uint16: 2,
  float16: 2,
  uint8: 1,
  bool: 1,
  complex64: 8,
};

const elsewhere: readonly (readonly [RegExp, string])[] = [
  [/\.(h5|hdf5|keras)$/i, "tensorflowjs_converter --input_format keras FILE FOLDER makes a model.json of it"],
  [
    /\.(pb|tflite)$/i,
    "tensorflowjs_converter --input_format tf_saved_model FOLDER OUT makes a model.json of a SavedModel",
  ],
  [
    /\.(onnx|pt|pth|safetensors)$/i,
    "convert it to a TensorFlow SavedModel and that with tensorflowjs_converter; or import its logits and times as npz and csv",
  ],
];

/** Whether a path looks like a model rather than a table of outputs. */
export const isModelPath = (path: string): boolean =>
  /\.json$/i.test(path) || elsewhere.some(([pattern]) => pattern.test(path)) || existsSync(join(path, "model.json"));

/**
 * Reads a model.
 * @param path model.json, or the folder that holds it
 * @throws UserError naming the file, shard or weight at fault
 */
export function readModelSource(path: string): ModelSource {
  const other = elsewhere.find(([pattern]) => pattern.test(path));
  if (other !== undefined)
    throw new UserError(path, {
      expected: "the model.json of a TensorFlow.js model",
      got: basename(path),
      hint: other[1],
    });
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, "model.json") : path;
  if (!existsSync(file))
    throw new UserError(file, { expected: "the model.json of a TensorFlow.js model", got: "no such file" });
  const json = parsed(file);
  const format = formatOf(file, json);
  const { weightsManifest, ...rest } = json;
  const groups = manifestOf(file, weightsManifest);
  const chunks = groups.map((group) => readGroup(file, group));
  const source = {
    format,
    json: rest,
    specs: groups.flatMap(({ weights }) => weights),
    bytes: new Uint8Array(Buffer.concat(chunks)),
  };
  checkFinite(file, source);
  return source;
}

function parsed(file: string): Record<string, unknown> {
  try {
    const json = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
    throw new RangeError(`${JSON.stringify(json)?.slice(0, 40)}`);
  } catch (error) {
    throw new UserError(file, { expected: "a JSON object", got: (error as Error).message });
  }
}

function formatOf(file: string, json: Readonly<Record<string, unknown>>): SourceFormat {
  if (json.format === "offramp/model" || json.format === "offramp/profile") {
    throw new UserError(file, {
      expected: "a TensorFlow.js model",
      got: `a file of format ${json.format}`,
      hint: "it needs no import: offramp train and offramp profile take its folder",
    });
  }
  const topology = json.modelTopology as Record<string, unknown> | null | undefined;
  if (typeof topology === "object" && topology !== null) {
    if (Array.isArray(topology.node)) return "graph";
    if (topology.model_config !== undefined || topology.class_name !== undefined) return "layers";
  }
  throw new UserError(file, {
    expected: "modelTopology: layers (model_config) or the nodes of a graph",
    got: `the keys ${
      Object.keys(topology ?? json)
        .slice(0, 8)
        .join(", ") || "none"
    }`,
  });
}

interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

function manifestOf(file: string, manifest: unknown): Group[] {
  const fail = (got: string): never => {
    throw new UserError(`${file}: weightsManifest`, { expected: "a list of { paths, weights }", got });
  };
  if (!Array.isArray(manifest)) return fail(manifest === undefined ? "none" : JSON.stringify(manifest).slice(0, 60));
  for (const group of manifest as Partial<Group>[]) {
    if (!Array.isArray(group?.paths) || !Array.isArray(group.weights)) return fail(JSON.stringify(group).slice(0, 60));
    for (const path of group.paths) {
      // Shards lie beside model.json; anything else is not a model's to read.
      if (
        typeof path !== "string" ||
        path === "" ||
        normalize(path).startsWith("..") ||
        normalize(path).startsWith("/")
      )
        return fail(`the path ${JSON.stringify(path)}`);
    }
    for (const spec of group.weights) {
      const stored = spec.quantization?.dtype ?? spec.dtype;
      const isShape =
        Array.isArray(spec.shape) &&
        spec.shape.every((side: unknown) => Number.isSafeInteger(side) && (side as number) >= 0);
      if (typeof spec.name !== "string" || !isShape) return fail(JSON.stringify(spec).slice(0, 80));
      if (!Object.hasOwn(bytesOf, stored)) return fail(`weight ${spec.name} of type ${stored}`);
    }
  }
  return manifest as Group[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
const storedBytes = ({ shape, dtype, quantization }: WeightSpec): number =>
  sizeOf(shape) * bytesOf[quantization?.dtype ?? dtype]!;

function readGroup(file: string, { paths, weights }: Group): Uint8Array {
  const shards = paths.map((name) => {
    const path = join(dirname(file), name);
    if (!existsSync(path))
      throw new UserError(path, { expected: `a weight shard, named by ${file}`, got: "no such file" });
    return readFileSync(path);
  });
  const bytes = Buffer.concat(shards);
  const expected = weights.reduce((sum, spec) => sum + storedBytes(spec), 0);
  if (bytes.length === expected) return bytes;
  let end = 0;
  const short = weights.find((spec) => {
    end += storedBytes(spec);
    return end > bytes.length;
  });
  // Converters make all shards of a group but the last as large as each other.
  const full = Math.max(...shards.map(({ length }) => length));
  const suspect = shards.slice(0, -1).findIndex(({ length }) => length < full);
  const of = paths.length === 1 ? "" : ` in it and ${paths.length - 1} more`;
  throw new UserError(join(dirname(file), paths.at(suspect) ?? "a shard"), {
    expected: `${expected} bytes of weights${of}, as ${file} says`,
    got: `${bytes.length} bytes${short === undefined ? "" : `: they end before weight ${short.name} does`}`,
    ...(short === undefined ? {} : { hint: "a shard is truncated; copy it again" }),
  });
}

function checkFinite(file: string, { specs, bytes }: ModelSource): void {
  let at = 0;
  for (const spec of specs) {
    const size = storedBytes(spec);
    const part = bytes.slice(at, at + size);
    at += size;
    const stored = spec.quantization?.dtype ?? spec.dtype;
    const values =
      stored === "float32"
        ? new Float32Array(part.buffer)
        : stored === "float16"
          ? halfToFloat(new Uint16Array(part.buffer))
          : [spec.quantization?.scale ?? 1, spec.quantization?.min ?? 0];
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new UserError(`${file}: weight ${spec.name}`, {
        expected: "finite numbers",
        got: `${values[bad]} at place ${bad} of shape [${spec.shape}]`,
      });
  }
}
