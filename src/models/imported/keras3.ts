/**
 * Models that Keras 3 wrote, in the words of Keras 2, which are all that tfjs-layers 4.22 knows (tensorflow/tfjs issues 8489 and 8494): input
 * shapes, types, and which layer reads which.
 */
import type { WeightSpec } from "./model-source.ts";

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;
const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A topology with what Keras 3 says otherwise said as Keras 2 does; others come out as they are. */
export function asKeras2(value: Json): Json {
  if (Array.isArray(value)) return value.map(asKeras2);
  if (!isObject(value)) return value;
  if (value.class_name === "DTypePolicy" && isObject(value.config)) return value.config.name;
  if (value.class_name === "function" && typeof value.config === "string") return value.config;
  const entries = Object.entries(value).map(([key, each]): [string, Json] => {
    if (key === "batch_shape") return ["batch_input_shape", each];
    if (key === "inbound_nodes" && Array.isArray(each)) return [key, each.map(asCalls)];
    if ((key === "input_layers" || key === "output_layers") && Array.isArray(each) && typeof each[0] === "string")
      return [key, [each]];
    return [key, asKeras2(each)];
  });
  return Object.fromEntries(entries.filter(([key]) => key !== "build_config" && key !== "compile_config"));
}

/** One call of a layer: [layer, call, tensor, options] of each tensor it read. */
function asCalls(node: Json): Json {
  return isObject(node) && Array.isArray(node.args) ? historiesIn([node.args, node.kwargs]) : node;
}

function historiesIn(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(historiesIn);
  if (!isObject(value)) return [];
  if (value.class_name !== "__keras_tensor__") return Object.values(value).flatMap(historiesIn);
  const history = (value.config as { keras_history?: readonly Json[] } | undefined)?.keras_history ?? [];
  return [[...history, {}]];
}

/**
 * Weights under the names that tfjs-layers expects of a model: Keras 3 may put the model's name before a layer's, the cell's after that of a
 * recurrent layer, and leaves out the wrapper's.
 * @param expected [name, shape] of the model's own
 */
export function renamed(
  specs: readonly WeightSpec[],
  expected: readonly (readonly [name: string, shape: readonly number[]])[],
): WeightSpec[] {
  const free = new Map(expected.map(([name, shape]) => [name, shape.join()]));
  const take = (spec: WeightSpec, candidates: readonly string[]): string => {
    const found = candidates.find((name) => free.get(name) === spec.shape.join());
    if (found !== undefined) free.delete(found);
    return found ?? spec.name;
  };
  // Names that fit as they are come first, so that no other takes their places.
  const exact = new Set(specs.filter(({ name, shape }) => free.get(name) === shape.join()).map(({ name }) => name));
  for (const name of exact) free.delete(name);
  return specs.map((spec) => {
    if (exact.has(spec.name)) return spec;
    const parts = spec.name.split("/");
    const short = parts.length > 2 ? [...parts.slice(0, -2), parts.at(-1)!] : parts;
    const plain = [parts, short, parts.slice(1), short.slice(1)]
      .filter(({ length }) => length >= 2)
      .map((each) => each.join("/"));
    const wrapped = [...free.keys()].filter((name) =>
      plain.some((each) => name.endsWith(`/forward_${each}`) || name.endsWith(`/backward_${each}`)),
    );
    return { ...spec, name: take(spec, [...plain, ...wrapped]) };
  });
}
