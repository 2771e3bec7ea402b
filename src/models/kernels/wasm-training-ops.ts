/**
 * Training operations as loops over the wasm heap, forward and backward: one pass where TensorFlow.js would make a chain of broadcast,
 * tile and sum kernels. Over half of a ResNet step goes into those chains otherwise.
 */
import type { GradSaveFunc, Tensor, Tensor1D, Tensor4D, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tf } from "../backend.ts";
import { normEpsilon } from "../network-spec.ts";
import { channelCombine, channelScale, channelSums, maskByRelu, rectify } from "./channel-loops.ts";
import { convFilterGradient, filterGradientOf } from "./conv-filter-gradient.ts";
import { convInputGradient } from "./conv-input-gradient.ts";
import { viewsOf, type WasmHeap } from "./heap.ts";
import { imagesFirst, imagesThird, reluPoolGradient } from "./relu-pool-gradient.ts";
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

  const throughBias = (dy: Tensor, y: Tensor, db: TensorInfo, relu: boolean): Tensor => {
    const dx = output(dy.shape);
    const [gs, vs, dxs, dbs] = viewsOf(heap, dy, y, dx, db);
    backwardBias(gs!, vs!, dxs!, dbs!, relu);
    return asTensor(dx);
  };
  /** Shape [h, w, n, c] where `third`, else that of `y`. */
  const throughPool = (dy: Tensor, y: Tensor4D, pooled: Tensor, db: TensorInfo, third: boolean): Tensor => {
    const [n, h, w, c] = y.shape;
    const [dx, passed] = [output(third ? [h, w, n, c] : y.shape), output(dy.shape)];
    const [gs, vs, ps, dxs, passes, dbs] = viewsOf(heap, dy, y, pooled, dx, passed, db);
    const steps = (third ? imagesThird : imagesFirst)(y.shape);
    reluPoolGradient(vs!, ps!, gs!, dxs!, passes!, y.shape, steps);
    dbs!.set(channelSums(passes!, passes!, c).sums);
    asTensor(passed).dispose();
    return asTensor(dx);
  };

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
              const db = output(shift!.shape);
              return [throughBias(dy, saved!, db, relu), asTensor(db)];
            },
          };
        },
        x,
        bias,
      ),

    conv: (x, filter, bias, { stride, pad, relu, pool, inert }) => {
      const attributes = { strides: [stride, stride] as [number, number], pad };
      return custom(
        ([filters, shift, image = x], save) => {
          // XNNPACK adds the bias and rectifies while the sums are in registers.
          const y = tf.engine().runKernel(
            "FusedConv2D",
            { x: image!, filter: filters!, bias: shift! },
            {
              ...attributes,
              dataFormat: "NHWC",
              dilations: [1, 1],
              dimRoundingMode: "floor",
              activation: relu ? "relu" : "linear",
            },
          ) as Tensor4D;
          const value = pool ? tf.maxPool(y, 2, 2, "valid") : y;
          save([image!, filters!, y, value]);
          return {
            value,
            gradFunc: (dy, [savedX, savedFilter, savedY, savedValue]) => {
              const db = output(bias.shape);
              const [from, kernel] = [savedX as Tensor4D, savedFilter as Tensor4D];
              const [height, width] = kernel.shape;
              // Where nothing wants dx, the pooling's gradient comes in the order that the filter's wants.
              const direct = inert && pool && height * width > 1;
              const dz = (
                pool ? throughPool(dy, savedY as Tensor4D, savedValue!, db, direct) : throughBias(dy, savedY!, db, relu)
              ) as Tensor4D;
              const dw = tf.tidy(() =>
                direct
                  ? filterGradientOf(tf, from, dz, kernel.shape, attributes)
                  : convFilterGradient(tf, heap, from, dz, kernel.shape, attributes),
              );
              const dx = inert ? [] : [tf.tidy(() => convInputGradient(tf, heap, dz, kernel, from.shape, attributes))];
              return [dw, asTensor(db), ...dx];
            },
          };
        },
        filter,
        bias,
        ...(inert ? [] : [x]),
      ) as Tensor4D;
    },

    norm: (x, scale, shift, relu, seen) =>
      custom(
        ([input, gamma, beta], save) => {
          const y = output(input!.shape);
          const [xs, gammas, betas, ys] = viewsOf(heap, input!, gamma!, beta!, y);
          const moments = channelMoments(xs!, gammas!.length);
          const inverse = moments.variance.map((value) => 1 / Math.sqrt(value + normEpsilon));
          forwardNorm({ x: xs!, y: ys!, mean: moments.mean, inverse, scale: gammas!, shift: betas!, relu });
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
          for (let i = 0; i < ys!.length; i += 1) ys![i] = ls![i]! + rs![i]!;
          rectify(ys!);
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

function forwardBias(x: Float32Array, bias: Float32Array, y: Float32Array, relu: boolean): void {
  channelScale(x, y, new Float64Array(bias.length).fill(1), Float64Array.from(bias));
  if (relu) rectify(y);
}

function backwardBias(dy: Float32Array, y: Float32Array, dx: Float32Array, dBias: Float32Array, relu: boolean): void {
  if (relu) maskByRelu(dy, y, dx);
  else dx.set(dy);
  dBias.set(channelSums(dx, dx, dBias.length).sums);
}

function channelMoments(x: Float32Array, channels: number): { mean: Float64Array; variance: Float64Array } {
  const { sums, products } = channelSums(x, x, channels);
  const rows = x.length / channels;
  const mean = sums.map((sum) => sum / rows);
  // In double precision the difference of squares keeps enough digits for values of order one.
  return { mean, variance: products.map((square, c) => Math.max(0, square / rows - mean[c]! ** 2)) };
}

interface NormForward {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly mean: Float64Array;
  readonly inverse: Float64Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly relu: boolean;
}

function forwardNorm({ x, y, mean, inverse, scale, shift, relu }: NormForward): void {
  const factor = inverse.map((value, c) => value * scale[c]!);
  const offset = mean.map((value, c) => shift[c]! - value * factor[c]!);
  channelScale(x, y, factor, offset);
  if (relu) rectify(y);
}

interface NormGradient extends Omit<NormForward, "shift"> {
  readonly dy: Float32Array;
  readonly dx: Float32Array;
  readonly dScale: Float32Array;
  readonly dShift: Float32Array;
}

/** dx = scale x inverse x (g - mean(g) - xhat x mean(g x xhat)), g the gradient behind the relu (Ioffe and Szegedy 2015, section 3). */
function backwardNorm({ dy, x, y, scale, mean, inverse, relu, dx, dScale, dShift }: NormGradient): void {
  const channels = scale.length;
  const rows = x.length / channels;
  if (relu) maskByRelu(dy, y, dx);
  else dx.set(dy);
  const { sums, products } = channelSums(dx, x, channels);
  // Sum of g (x - mean); then dx = a g + b x + k per channel.
  const centred = products.map((product, c) => product - mean[c]! * sums[c]!);
  const a = inverse.map((value, c) => value * scale[c]!);
  const b = inverse.map((value, c) => (-a[c]! * centred[c]! * value * value) / rows);
  const k = sums.map((sum, c) => -(a[c]! * sum) / rows - b[c]! * mean[c]!);
  channelCombine(dx, x, a, b, k);
  dScale.set(centred.map((sum, c) => sum * inverse[c]!));
  dShift.set(sums);
}
