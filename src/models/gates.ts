/**
 * Gates: small heads beside the early exits that say how likely the exit is right, from the tensor before the head and from what the head
 * says. They are fitted after training, to calibration rows, with everything else frozen.
 */
import { normalisedRows } from "./batches.ts";
import { type Rows, sliceRows } from "./data/dataset.ts";
import type { Gate } from "./gate.ts";
import type { Network } from "./network.ts";
import { cutShapes, exitBlocks, type NetworkSpec } from "./network-spec.ts";

const chunk = 100;
/** Newton steps; each multiplies the number of right digits by about two. */
const newtonSteps = 12;
/** Pull of every weight towards 0 [per row] (assumed). */
const ridge = 1e-3;
/** Tensors without rows and columns are read as they are up to this size, and not at all beyond. */
const mostFlat = 64;

/**
 * What a gate reads of one sample: the mean of each channel of the tensor before the head, then logarithm of the top probability, margin and
 * entropy of what the head says.
 * @param tensor the sample's own, channels last
 * @param logits the head's for it
 */
export function gateFeatures(tensor: Float32Array, shape: readonly number[], logits: Float32Array): number[] {
  const channels = shape.at(-1)!;
  const pooled = pooledOf(shape);
  const sums = new Float64Array(pooled);
  if (pooled > 0) for (let i = 0; i < tensor.length; i += 1) sums[i % channels]! += tensor[i]!;
  const means = Array.from(sums, (sum) => sum / (tensor.length / channels));
  const top = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const odds = Array.from(logits, (value) => Math.exp(value - top));
  const sum = odds.reduce((a, b) => a + b, 0);
  const probabilities = odds.map((value) => value / sum).sort((a, b) => b - a);
  const entropy = probabilities.reduce((total, p) => total - (p > 0 ? p * Math.log(p) : 0), 0);
  return [...means, Math.log(probabilities[0]!), probabilities[0]! - (probabilities[1] ?? 0), entropy];
}

/** Channels whose means are features. */
const pooledOf = (shape: readonly number[]): number => {
  const channels = shape.at(-1)!;
  return shape.length === 3 || channels <= mostFlat ? channels : 0;
};

/** @throws RangeError where gates are not those of the early exits */
export function checkGates(spec: NetworkSpec, gates: readonly Gate[]): void {
  const shapes = cutShapes(spec);
  const early = exitBlocks(spec).slice(0, -1);
  const wanted = early.map((block) => spec.blocks[block]!.name);
  if (!Array.isArray(gates) || gates.map(({ exit }) => exit).join() !== wanted.join())
    throw new RangeError(`gates: expected one for each of ${wanted.join(", ")}`);
  gates.forEach(({ exit, mean, sd, weights }, k) => {
    const count = pooledOf(shapes[early[k]! + 1]!) + 3;
    const sizes = [mean?.length, sd?.length, weights?.length];
    if (sizes.join() !== [count, count, count + 1].join() || ![...mean, ...sd, ...weights].every(Number.isFinite))
      throw new RangeError(`gate of ${exit}: expected ${count} means, deviations and weights, and a constant`);
  });
}

/** Score of a gate, 0 to 1: the larger, the surer that its exit is right. */
export function gateScore({ mean, sd, weights }: Gate, features: readonly number[]): number {
  const z = features.reduce((sum, value, i) => sum + (weights[i]! * (value - mean[i]!)) / sd[i]!, weights.at(-1)!);
  return 1 / (1 + Math.exp(-z));
}

/** A gate for every exit but the last. @param rows that no gradient has seen */
export function fitGates(network: Network, rows: Rows): Gate[] {
  const { spec } = network;
  const exits = exitBlocks(spec).slice(0, -1);
  const features: number[][][] = exits.map(() => []);
  const isRight: boolean[][] = exits.map(() => []);
  for (let from = 0; from < rows.count; from += chunk) {
    const part = sliceRows(rows, from, Math.min(rows.count, from + chunk));
    throughBlocks(network, part, (block, row, tensor, shape, logits) => {
      const k = exits.indexOf(block);
      if (k < 0) return;
      features[k]!.push(gateFeatures(tensor, shape, logits));
      isRight[k]!.push(indexOfLargest(logits) === part.labels[row]);
    });
  }
  return exits.map((block, k) => ({ exit: spec.blocks[block]!.name, ...fitLogistic(features[k]!, isRight[k]!) }));
}

/** Calls `visit` with the tensor and the logits of every row at every exit. */
function throughBlocks(
  network: Network,
  rows: Rows,
  visit: (block: number, row: number, tensor: Float32Array, shape: readonly number[], logits: Float32Array) => void,
): void {
  const { spec } = network;
  let x = normalisedRows(spec, rows, 0, rows.count);
  for (const block of spec.blocks.keys()) {
    const heads = spec.blocks[block]!.head === null ? [] : [block];
    const outputs = network.run({ from: block, to: block + 1, heads, trunk: true }, x, rows.count);
    x = outputs.at(-1)!;
    if (heads.length === 0) continue;
    eachRow(x, network.shapes[block + 1]!, outputs[0]!, spec.classes.length, (row, tensor, shape, logits) =>
      visit(block, row, tensor, shape, logits),
    );
  }
}

/** Calls `visit` with each row's piece of a batch. */
export function eachRow(
  x: Float32Array,
  shape: readonly number[],
  logits: Float32Array,
  classes: number,
  visit: (row: number, tensor: Float32Array, shape: readonly number[], logits: Float32Array) => void,
): void {
  const count = logits.length / classes;
  const size = x.length / count;
  for (let row = 0; row < count; row += 1) {
    const tensor = x.subarray(row * size, (row + 1) * size);
    visit(row, tensor, shape, logits.subarray(row * classes, (row + 1) * classes));
  }
}

/** Logistic regression on standardised features by Newton's method, steps that do not help halved. */
export function fitLogistic(rows: readonly (readonly number[])[], isRight: readonly boolean[]): Omit<Gate, "exit"> {
  const n = rows.length;
  const count = rows[0]!.length;
  const mean = Array.from({ length: count }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / n);
  const sd = mean.map((m, i) => Math.sqrt(rows.reduce((sum, row) => sum + (row[i]! - m) ** 2, 0) / n) || 1);
  const x = rows.map((row) => Float64Array.from([...row.map((value, i) => (value - mean[i]!) / sd[i]!), 1]));
  const size = count + 1;
  const score = (w: Float64Array, row: Float64Array): number => row.reduce((sum, value, i) => sum + value * w[i]!, 0);
  const loss = (w: Float64Array): number =>
    x.reduce(
      (sum, row, r) => sum + softplus(isRight[r] === true ? -score(w, row) : score(w, row)),
      0.5 * ridge * n * w.reduce((sum, value) => sum + value * value, 0),
    );
  let w = new Float64Array(size);
  let before = loss(w);
  for (let step = 0; step < newtonSteps; step += 1) {
    const gradient = w.map((value) => ridge * n * value);
    const hessian = Array.from({ length: size }, (_, i) =>
      Float64Array.from({ length: size }, (__, j) => (i === j ? ridge * n : 0)),
    );
    x.forEach((row, r) => {
      const p = 1 / (1 + Math.exp(-score(w, row)));
      for (let i = 0; i < size; i += 1) {
        gradient[i]! += (p - Number(isRight[r])) * row[i]!;
        const each = p * (1 - p) * row[i]!;
        for (let j = 0; j <= i; j += 1) hessian[i]![j]! += each * row[j]!;
      }
    });
    const move = solveSymmetric(hessian, gradient);
    let [next, after] = [w, before];
    for (let part = 1; part > 1e-6 && !(after < before); part /= 2) {
      next = w.map((value, i) => value - part * move[i]!);
      after = loss(next);
    }
    if (!(after < before)) break;
    [w, before] = [next, after];
  }
  const short = (values: Iterable<number>): number[] => Array.from(values, (value) => Number(value.toPrecision(8)));
  return { mean: short(mean), sd: short(sd), weights: short(w) };
}

/** x with A x = b, by Cholesky's factors. @param a positive definite, its lower half; overwritten */
function solveSymmetric(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k += 1) sum -= a[i]![k]! * a[j]![k]!;
      a[i]![j] = i === j ? Math.sqrt(sum) : sum / a[j]![j]!;
    }
    for (let k = 0; k < i; k += 1) x[i]! -= a[i]![k]! * x[k]!;
    x[i]! /= a[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) x[i]! -= a[k]![i]! * x[k]!;
    x[i]! /= a[i]![i]!;
  }
  return x;
}

/** ln(1 + e^x). */
const softplus = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}
