import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Tf } from "../backend.ts";
import { viewsOf, type WasmHeap } from "./heap.ts";

export interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
}

/**
 * Gradient of a convolution with respect to its filter, as one convolution: rows and channels change places with the batch, and the
 * forward stride becomes a dilation. One call into XNNPACK, which TensorFlow.js' wasm backend has no kernel for.
 * @param x input, shape [n, h, w, c]
 * @param dy gradient of the output, shape [n, outH, outW, o]
 * @param filterShape [kh, kw, c, o]
 * @returns shape of the filter
 */
export function convFilterGradient(
  tf: Tf,
  heap: WasmHeap,
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: readonly [number, number, number, number],
  { strides, pad }: ConvAttributes,
): Tensor4D {
  const info = tf.backend_util.computeConv2DInfo(x.shape, [...filterShape], strides, 1, pad, "floor");
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const { top, left } = info.padInfo;
  if (filterHeight === 1 && filterWidth === 1 && top === 0 && left === 0) {
    const flatX = tf.reshape(met(tf, heap, x, info), [-1, inChannels]);
    const flatDy = tf.reshape(dy, [-1, outChannels]);
    return tf.reshape(tf.matMul(tf.transpose(flatX), flatDy), [1, 1, inChannels, outChannels]);
  }
  return filterGradientOf(tf, x, tf.transpose(dy, [1, 2, 0, 3]) as Tensor4D, filterShape, { strides, pad });
}

/**
 * As {@link convFilterGradient} for filters of more than one tap.
 * @param dy gradient of the output, images third: shape [outH, outW, n, o]
 */
export function filterGradientOf(
  tf: Tf,
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: readonly [number, number, number, number],
  { strides, pad }: ConvAttributes,
): Tensor4D {
  const info = tf.backend_util.computeConv2DInfo(x.shape, [...filterShape], strides, 1, pad, "floor");
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, inHeight, inWidth } = info;
  const { inChannels, outChannels } = info;
  const { top, left } = info.padInfo;
  const bottom = Math.max(0, (outHeight - 1) * strideHeight + filterHeight - inHeight - top);
  const right = Math.max(0, (outWidth - 1) * strideWidth + filterWidth - inWidth - left);
  const byChannel = tf.transpose(x, [3, 1, 2, 0]) as Tensor4D;
  const padding: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const full = tf.conv2d(byChannel, dy, 1, padding, "NHWC", [strideHeight, strideWidth], "floor");
  const exact = full.shape[1] === filterHeight && full.shape[2] === filterWidth;
  const cropped = exact ? full : tf.slice(full, [0, 0, 0, 0], [inChannels, filterHeight, filterWidth, outChannels]);
  return tf.transpose(cropped, [1, 2, 0, 3]) as Tensor4D;
}

/** The inputs that a filter of one tap meets: every stride-th row and column. */
function met(
  tf: Tf,
  heap: WasmHeap,
  x: Tensor4D,
  {
    strideHeight,
    strideWidth,
    outHeight,
    outWidth,
  }: Record<"strideHeight" | "strideWidth" | "outHeight" | "outWidth", number>,
): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return x;
  const [n, h, w, c] = x.shape;
  const result = heap.makeOutput([n, outHeight, outWidth, c], "float32");
  const [from, to] = viewsOf(heap, x, result);
  let at = 0;
  for (let image = 0; image < n; image += 1) {
    for (let row = 0; row < outHeight; row += 1) {
      for (let column = 0; column < outWidth; column += 1) {
        const source = ((image * h + row * strideHeight) * w + column * strideWidth) * c;
        for (let i = 0; i < c; i += 1, at += 1) to![at] = from![source + i]!;
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(result) as Tensor4D;
}
