/**
 * Training operations as loops over the wasm heap, forward and backward: one pass where TensorFlow.js would make a chain of broadcast,
 * tile and sum kernels. Over half of a ResNet step goes into those chains otherwise.
 */
import type { GradSaveFunc, Tensor, Tensor1D, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tf } from "../backend.ts";
import { normEpsilon } from "../network-spec.ts";
import { viewsOf, type WasmHeap } from "./heap.ts";
import type { TrainingOps } from "./training-ops.ts";

/** The operations of {@link TrainingOps} on the wasm backend, which must be the active one. */
export function wasmTrainingOps(tf: Tf): TrainingOps {
  const heap = tf.backend() as unknown as WasmHeap;
  const output = (shape: readonly number[]): TensorInfo => heap.makeOutput(shape, "float32");
  const asTensor = (info: TensorInfo): Tensor => tf.engine().makeTensorFromTensorInfo(info);

  /** tfjs' types know customGrad with tensors alone in its argument list. */
  const custom = (
    forward: (
      inputs: Tensor[],
      save: GradSaveFunc,
    ) => { value: Tensor; gradFunc: (dy: Tensor, saved: Tensor[]) => Tensor[] },
    ...inputs: Tensor[]
  ): Tensor =>
    tf.customGrad((...args) => {
      const save = args.pop() as unknown as GradSaveFunc;
      return forward(args as Tensor[], save);
    })(...inputs);

  return {
    addBias: (x, bias, relu) =>
      custom(
        ([input, shift], save) => {
          const y = output(input!.shape);
          const [xs, bs, ys] = viewsOf(heap, input!, shift!, y);
          forwardBias(xs!, bs!, ys!, relu);
          const value = asTensor(y);
          save([value]);
          return {
            value,
            gradFunc: (dy, [saved]) => {
              const dx = output(dy.shape);
              const db = output(shift!.shape);
              const [gs, vs, dxs, dbs] = viewsOf(heap, dy, saved!, dx, db);
              backwardBias(gs!, vs!, dxs!, dbs!, relu);
              return [asTensor(dx), asTensor(db)];
            },
          };
        },
        x,
        bias,
      ),

    norm: (x, scale, shift, relu, seen) =>
      custom(
        ([input, gamma, beta], save) => {
          const y = output(input!.shape);
          const [xs, gammas, betas, ys] = viewsOf(heap, input!, gamma!, beta!, y);
          const moments = channelMoments(xs!, gammas!.length);
          const inverse = moments.variance.map((value) => 1 / Math.sqrt(value + normEpsilon));
          forwardNorm(xs!, ys!, moments.mean, inverse, gammas!, betas!, relu);
          seen({ mean: Float32Array.from(moments.mean), variance: Float32Array.from(moments.variance) });
          const value = asTensor(y);
          save([input!, value, gamma!]);
          return {
            value,
            gradFunc: (dy, [savedX, savedY, savedGamma]) => {
              const [dx, dGamma, dBeta] = [output(dy.shape), output(savedGamma!.shape), output(savedGamma!.shape)];
              const [gs, vx, vy, vg, dxs, dgs, dbs] = viewsOf(
                heap,
                dy,
                savedX!,
                savedY!,
                savedGamma!,
                dx,
                dGamma,
                dBeta,
              );
              backwardNorm({
                dy: gs!,
                x: vx!,
                y: vy!,
                scale: vg!,
                ...moments,
                inverse,
                relu,
                dx: dxs!,
                dScale: dgs!,
                dShift: dbs!,
              });
              return [asTensor(dx), asTensor(dGamma), asTensor(dBeta)];
            },
          };
        },
        x,
        scale as Tensor1D,
        shift as Tensor1D,
      ),

    addRelu: (a, b) =>
      custom(
        ([left, right], save) => {
          const y = output(left!.shape);
          const [ls, rs, ys] = viewsOf(heap, left!, right!, y);
          for (let i = 0; i < ys!.length; i += 1) ys![i] = positivePart(ls![i]! + rs![i]!);
          const value = asTensor(y);
          save([value]);
          return {
            value,
            gradFunc: (dy, [saved]) => {
              const dx = output(dy.shape);
              const [gs, vs, dxs] = viewsOf(heap, dy, saved!, dx);
              maskByRelu(gs!, vs!, dxs!);
              const tensor = asTensor(dx);
              return [tensor, tf.clone(tensor)];
            },
          };
        },
        a,
        b,
      ),
  };
}

/** max(0, value) without a branch: half of all branches on activations would be mispredicted, at ten times the cost of the sum. */
const positivePart = (value: number): number => 0.5 * (value + Math.abs(value));

/** dx = dy where the output y of a relu is above 0, else 0; on the bits, without a branch. */
function maskByRelu(dy: Float32Array, y: Float32Array, dx: Float32Array): void {
  const [g, v, d] = [dy, y, dx].map((array) => new Int32Array(array.buffer, array.byteOffset, array.length)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  // y is +0 or positive, so its bits are 0 or a positive integer, and the sign of their negative tells which.
  for (let i = 0; i < d.length; i += 1) d[i] = g[i]! & (-v[i]! >> 31);
}

function forwardBias(x: Float32Array, bias: Float32Array, y: Float32Array, relu: boolean): void {
  const channels = bias.length;
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c += 1) y[at + c] = x[at + c]! + bias[c]!;
  }
  if (relu) for (let i = 0; i < y.length; i += 1) y[i] = positivePart(y[i]!);
}

function backwardBias(dy: Float32Array, y: Float32Array, dx: Float32Array, dBias: Float32Array, relu: boolean): void {
  if (relu) maskByRelu(dy, y, dx);
  else dx.set(dy);
  const channels = dBias.length;
  const sums = new Float64Array(channels);
  for (let at = 0; at < dx.length; at += channels) {
    for (let c = 0; c < channels; c += 1) sums[c] = sums[c]! + dx[at + c]!;
  }
  dBias.set(sums);
}

function channelMoments(x: Float32Array, channels: number): { mean: Float64Array; variance: Float64Array } {
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c += 1) {
      const value = x[at + c]!;
      sums[c] = sums[c]! + value;
      squares[c] = squares[c]! + value * value;
    }
  }
  const rows = x.length / channels;
  const mean = sums.map((sum) => sum / rows);
  // In double precision the difference of squares keeps enough digits for values of order one.
  return { mean, variance: squares.map((square, c) => Math.max(0, square / rows - mean[c]! ** 2)) };
}

function forwardNorm(
  x: Float32Array,
  y: Float32Array,
  mean: Float64Array,
  inverse: Float64Array,
  scale: Float32Array,
  shift: Float32Array,
  relu: boolean,
): void {
  const channels = scale.length;
  const factor = inverse.map((value, c) => value * scale[c]!);
  const offset = mean.map((value, c) => shift[c]! - value * factor[c]!);
  if (relu) {
    for (let at = 0; at < x.length; at += channels) {
      for (let c = 0; c < channels; c += 1) y[at + c] = positivePart(x[at + c]! * factor[c]! + offset[c]!);
    }
    return;
  }
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c += 1) y[at + c] = x[at + c]! * factor[c]! + offset[c]!;
  }
}

interface NormGradient {
  readonly dy: Float32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly scale: Float32Array;
  readonly mean: Float64Array;
  readonly inverse: Float64Array;
  readonly relu: boolean;
  readonly dx: Float32Array;
  readonly dScale: Float32Array;
  readonly dShift: Float32Array;
}

/** dx = scale x inverse x (g - mean(g) - xhat x mean(g x xhat)), g the gradient behind the relu (Ioffe and Szegedy 2015, section 3). */
function backwardNorm({ dy, x, y, scale, mean, inverse, relu, dx, dScale, dShift }: NormGradient): void {
  const channels = scale.length;
  const rows = x.length / channels;
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels);
  if (relu) maskByRelu(dy, y, dx);
  else dx.set(dy);
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c += 1) {
      const g = dx[at + c]!;
      sums[c] = sums[c]! + g;
      products[c] = products[c]! + g * x[at + c]!;
    }
  }
  // Sum of g (x - mean); then dx = a g + b x + k per channel.
  const centred = products.map((product, c) => product - mean[c]! * sums[c]!);
  const a = inverse.map((value, c) => value * scale[c]!);
  const b = inverse.map((value, c) => (-a[c]! * centred[c]! * value * value) / rows);
  const k = sums.map((sum, c) => -(a[c]! * sum) / rows - b[c]! * mean[c]!);
  for (let at = 0; at < x.length; at += channels) {
    for (let c = 0; c < channels; c += 1) dx[at + c] = a[c]! * dx[at + c]! + b[c]! * x[at + c]! + k[c]!;
  }
  dScale.set(centred.map((sum, c) => sum * inverse[c]!));
  dShift.set(sums);
}
