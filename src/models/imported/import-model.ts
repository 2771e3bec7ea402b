/** From a TensorFlow.js model on disk to a model folder: exits placed, segments cut and checked against the whole. */
import type { Tensor } from "@tensorflow/tfjs-core";
import { type Backend, loadBackend } from "../backend.ts";
import type { EngineName } from "../engine.ts";
import { UserError } from "../errors.ts";
import type { ExitPlacement } from "../exit-placement.ts";
import type { HeadName } from "../heads.ts";
import type { Side3 } from "../layers.ts";
import type { Model } from "../model-folder.ts";
import { Network } from "../network.ts";
import { checkSpec, type NetworkSpec } from "../network-spec.ts";
import { initialWeights, sizeOf } from "../parameters.ts";
import { normalDraw, randomStream } from "../random.ts";
import type { Cut } from "./cut.ts";
import { cutsOf } from "./cuts.ts";
import { readModelSource } from "./model-source.ts";
import { openSource } from "./open.ts";
import { type Original, totalCost } from "./original.ts";
import { classesOf, partition } from "./partition.ts";

/** What the model sees is (sample - mean) / sd; one number for all channels, or one for each. */
export interface Scale {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
}

export interface ImportModelOptions {
  /** model.json, or its folder. */
  readonly path: string;
  readonly name: string;
  readonly exits: ExitPlacement | null;
  /** Layers that the model is cut after without an exit. */
  readonly cuts: readonly string[];
  readonly head: HeadName;
  /** Input shape, where the model leaves sides of it open. */
  readonly input: readonly number[] | null;
  /** Names of the classes; numbers from 0 where null. */
  readonly classes: readonly string[] | null;
  readonly scale: Scale;
  /** Of the new heads' first weights. */
  readonly seed: number;
  readonly engine: EngineName;
}

/** A model without its hash, as {@link saveModel} takes it, and how far its segments are from the whole. */
export interface ImportedParts {
  readonly model: Omit<Model, "weightsSha256">;
  /** Largest difference of any of the model's own logits, segments one after another against all at once, over {@link checkedRows} random samples. */
  readonly difference: number;
  /** Largest absolute logit met there. */
  readonly magnitude: number;
}

/** Random samples that segments are compared with the whole on. */
const checkedRows = 4;
/** Rounding of 32-bit sums in another order. */
const tolerance = 1e-4;

/**
 * Cuts a model and attaches heads, untrained.
 * @throws UserError where the model, a name or an option is at fault
 */
export async function importModel(options: ImportModelOptions): Promise<ImportedParts> {
  const source = readModelSource(options.path);
  const backend = await loadBackend(options.engine);
  const named =
    options.exits !== null && options.exits !== "every" && "after" in options.exits ? options.exits.after : [];
  const original = await openSource(backend, source, options.path, options.input, named);
  try {
    if (options.exits === null && options.cuts.length === 0 && original.flow.graph.outputs.length === 1) {
      throw new UserError(options.path, {
        expected: "--exits or --cuts, since the model has one output",
        got: "neither",
        hint: "--list-cuts shows where it can be cut",
      });
    }
    const input = original.shape(original.flow.graph.input);
    const spec = specOf(options, original);
    const weights = initialWeights(spec, options.seed);
    const imported = { source, input, outputs: original.flow.graph.outputs };
    const checked = compare(backend, spec, weights, original);
    if (!(checked.difference <= tolerance * Math.max(1, checked.magnitude))) {
      throw new UserError(options.path, {
        expected: "segments that give what the whole model gives",
        got: `logits up to ${checked.difference.toPrecision(3)} apart`,
        hint: "other cuts; a layer here does not depend on its inputs alone",
      });
    }
    return { model: { name: options.name, spec, weights, training: null, imported }, ...checked };
  } finally {
    original.dispose();
  }
}

/** A model's cuts, for a user to choose from. */
export async function listCuts(
  path: string,
  input: readonly number[] | null,
  engine: EngineName,
): Promise<{ cuts: Cut[]; macs: number; outputs: readonly string[]; input: readonly number[]; params: number }> {
  const source = readModelSource(path);
  const original = await openSource(await loadBackend(engine), source, path, input, null);
  try {
    const { graph } = original.flow;
    const { params } = totalCost(
      original,
      graph.nodes.map(({ name }) => name),
    );
    const { macs } = totalCost(original, original.flow.upTo(graph.outputs.at(-1)!));
    return { cuts: cutsOf(original), macs, outputs: graph.outputs, input: original.shape(graph.input), params };
  } finally {
    original.dispose();
  }
}

function specOf({ name, exits, cuts, head, classes, scale }: ImportModelOptions, original: Original): NetworkSpec {
  const count = classesOf(original);
  if (classes !== null && (classes.length !== count || new Set(classes).size !== count)) {
    throw new UserError("--classes", { expected: `${count} names, one for each class`, got: classes.join(", ") });
  }
  const input = sample(original.shape(original.flow.graph.input));
  const [mean, sd] = [scale.mean, scale.sd].map((values) => perChannel(values, input[2]));
  const blocks = partition(original, { exits, cuts, head });
  const spec = {
    name,
    input,
    classes: classes ?? Array.from({ length: count }, (_, c) => String(c)),
    normalise: { mean: mean!, sd: sd! },
    blocks,
  };
  try {
    checkSpec(spec);
  } catch (error) {
    throw new UserError(`--head ${head}`, {
      expected: "a shape that fits where the exits are",
      got: (error as Error).message,
    });
  }
  return spec;
}

/** A sample as data sets hold it: [height, width, channels]. */
function sample(shape: readonly number[]): Side3 {
  if (shape.length === 1) return [1, 1, shape[0]!];
  return shape.length === 2 ? [shape[0]!, 1, shape[1]!] : [shape[0]!, shape[1]!, shape[2]!];
}

function perChannel(values: readonly number[], channels: number): readonly number[] {
  if (values.length === 1) return new Array<number>(channels).fill(values[0]!);
  if (values.length === channels) return values;
  throw new UserError("--scale", {
    expected: `one number, or one for each of ${channels} channels`,
    got: values.join(","),
  });
}

/** Runs random samples through the segments one by one and through the whole model at once. */
function compare(
  backend: Backend,
  spec: NetworkSpec,
  weights: Readonly<Record<string, Float32Array>>,
  original: Original,
): { difference: number; magnitude: number } {
  const { tf } = backend;
  const { input, outputs } = original.flow.graph;
  const network = new Network(backend, spec, weights, original);
  const uniform = randomStream(0, "import check");
  const size = sizeOf(spec.input);
  const x = Float32Array.from({ length: checkedRows * size }, () => Math.abs(normalDraw(uniform)));
  const whole = tf.tidy(() => {
    const samples = tf.tensor(x, [checkedRows, ...original.shape(input)]) as Tensor;
    return original.run([input], [samples], outputs).map((tensor) => tensor.dataSync() as Float32Array);
  });
  let [difference, magnitude] = [0, 0];
  let values: Float32Array = x;
  for (const [block, { head }] of spec.blocks.entries()) {
    const heads = head === null ? [] : [block];
    const results = network.run({ from: block, to: block + 1, heads, trunk: true }, values, checkedRows);
    const own = head?.at(-1);
    if (own?.kind === "imported") {
      const expected = whole[outputs.indexOf(own.outputs[0]!)]!;
      const step = own.logOdds === true ? 2 : 1;
      expected.forEach((value, i) => {
        difference = Math.max(difference, Math.abs(value - results[0]![step * i + step - 1]!));
        magnitude = Math.max(magnitude, Math.abs(value));
      });
    }
    values = results.at(-1)!;
  }
  network.dispose();
  return { difference, magnitude };
}
