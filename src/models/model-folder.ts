/**
 * A trained model on disk: `model.json` (network, training facts, list of weights) and `weights.bin`; beside them, where its trunk is a model
 * made elsewhere, that model as `original.json` and `original.bin`.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { writeWhole } from "./files.ts";
import type { Gate } from "./gate.ts";
import { checkGates } from "./gates.ts";
import { halfToFloat, toHalf } from "./half.ts";
import { type ModelSource, readModelSource } from "./imported/model-source.ts";
import { checkSpec, type NetworkSpec } from "./network-spec.ts";
import { parametersOf, sizeOf, type Weights } from "./parameters.ts";

export interface Model {
  /** Name of the folder it ships in and of its profile. */
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly weights: Weights;
  /** Facts of the training run: data set, rows, epochs, seed, loss weights, optimiser. Null for imported models. */
  readonly training: Readonly<Record<string, unknown>> | null;
  /** Of its early exits, where they were fitted. */
  readonly gates?: readonly Gate[];
  /** Hash of `weights.bin`, and of the original where there is one, hexadecimal. */
  readonly weightsSha256: string;
  /** The model that imported layers run; null or absent for networks of our own. */
  readonly imported?: ImportedModel | null;
}

/** A model made elsewhere, as it was given. */
export interface ImportedModel {
  readonly source: ModelSource;
  /** Its input shape, without the batch. */
  readonly input: readonly number[];
  /** Nodes that answer; its own where not chosen otherwise. */
  readonly outputs: readonly string[];
}

const originalJson = "original.json";
const originalBytes = "original.bin";

interface ModelFile {
  readonly format: "offramp/model";
  readonly version: 1;
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly training: Readonly<Record<string, unknown>> | null;
  readonly gates?: readonly Gate[];
  readonly weights: {
    readonly file: string;
    readonly dtype: "float16";
    readonly sha256: string;
    readonly arrays: readonly { name: string; shape: readonly number[] }[];
  };
  readonly original?: {
    readonly format: ModelSource["format"];
    readonly input: readonly number[];
    readonly outputs: readonly string[];
    readonly sha256: string;
  };
}

/** Weights as the folder stores them: rounded to 16-bit floats, which is what the shipped network computes with. */
export function roundWeights(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, halfToFloat(toHalf(values))]));
}

/** Writes a model; both files whole or not at all, `model.json` last. */
export function saveModel(folder: string, model: Omit<Model, "weightsSha256">): Model {
  const parameters = parametersOf(model.spec);
  const bytes = Buffer.concat(
    parameters.map(({ name }) => {
      const half = toHalf(model.weights[name]!);
      return Buffer.from(half.buffer, half.byteOffset, half.byteLength);
    }),
  );
  const imported = model.imported ?? null;
  const original = imported === null ? null : writeOriginal(folder, imported);
  const sha256 = hash(bytes);
  const file: ModelFile = {
    format: "offramp/model",
    version: 1,
    name: model.name,
    spec: model.spec,
    training: model.training,
    ...(model.gates === undefined ? {} : { gates: model.gates }),
    weights: {
      file: "weights.bin",
      dtype: "float16",
      sha256,
      arrays: parameters.map(({ name, shape }) => ({ name, shape })),
    },
    ...(original === null ? {} : { original }),
  };
  writeWhole(join(folder, "weights.bin"), bytes);
  writeWhole(join(folder, "model.json"), `${JSON.stringify(file, null, 1)}\n`);
  return { ...model, weights: roundWeights(model.weights), weightsSha256: joined(sha256, original?.sha256) };
}

/** One hash of heads and original; that of the weights alone where there is no original. */
const joined = (weights: string, original: string | undefined): string =>
  original === undefined ? weights : hash(Buffer.from(`${weights} ${original}`));

function writeOriginal(folder: string, { source, input, outputs }: ImportedModel): NonNullable<ModelFile["original"]> {
  const { format, json, specs, bytes } = source;
  const text = JSON.stringify({ ...json, weightsManifest: [{ paths: [originalBytes], weights: specs }] });
  writeWhole(join(folder, originalBytes), bytes);
  writeWhole(join(folder, originalJson), text);
  return { format, input, outputs, sha256: hash(Buffer.concat([Buffer.from(text), bytes])) };
}

function readOriginal(folder: string, { input, outputs, sha256 }: NonNullable<ModelFile["original"]>): ImportedModel {
  const source = readModelSource(join(folder, originalJson));
  const found = hash(Buffer.concat([readFileSync(join(folder, originalJson)), source.bytes]));
  if (found !== sha256) {
    throw new UserError(join(folder, originalJson), {
      expected: `the model that was imported, sha256 ${sha256}`,
      got: found,
    });
  }
  return { source, input, outputs };
}

/**
 * Reads a model folder.
 * @throws UserError when a file is missing, damaged or does not belong to the other
 */
export function loadModel(folder: string): Model {
  const path = join(folder, "model.json");
  if (!existsSync(path)) {
    throw new UserError(`model ${folder}`, {
      expected: "a folder with model.json and weights.bin",
      got: "no model.json there",
    });
  }
  const file = parse(path);
  const weightsPath = join(folder, "weights.bin");
  if (!existsSync(weightsPath))
    throw new UserError(`model ${folder}`, { expected: "weights.bin", got: "no such file" });
  const bytes = readFileSync(weightsPath);
  if (hash(bytes) !== file.weights.sha256) {
    throw new UserError(weightsPath, {
      expected: `the weights of model.json, sha256 ${file.weights.sha256}`,
      got: hash(bytes),
    });
  }
  const parameters = parametersOf(file.spec);
  const numbers = parameters.reduce((total, { shape }) => total + sizeOf(shape), 0);
  if (bytes.length !== 2 * numbers) {
    throw new UserError(weightsPath, { expected: `${2 * numbers} bytes for this network`, got: String(bytes.length) });
  }
  const all = halfToFloat(new Uint16Array(new Uint8Array(bytes).buffer));
  let at = 0;
  const weights = Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const from = at;
      at += sizeOf(shape);
      return [name, all.subarray(from, at)];
    }),
  );
  const { original } = file;
  return {
    name: file.name,
    spec: file.spec,
    weights,
    training: file.training,
    ...(file.gates === undefined ? {} : { gates: file.gates }),
    weightsSha256: joined(file.weights.sha256, original?.sha256),
    imported: original === undefined ? null : readOriginal(folder, original),
  };
}

function parse(path: string): ModelFile {
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as ModelFile;
    if (file?.format !== "offramp/model" || file.version !== 1) {
      throw new RangeError(`format ${JSON.stringify(file?.format)}, version ${JSON.stringify(file?.version)}`);
    }
    if (typeof file.name !== "string" || typeof file.weights?.sha256 !== "string")
      throw new RangeError("no name or weights");
    checkSpec(file.spec);
    if (file.gates !== undefined) checkGates(file.spec, file.gates);
    return file;
  } catch (error) {
    throw new UserError(path, {
      expected: "a model of format offramp/model, version 1",
      got: (error as Error).message,
    });
  }
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
