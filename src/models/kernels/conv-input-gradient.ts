import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Tf } from "../backend.ts";
import type { ConvAttributes } from "./conv-filter-gradient.ts";
import { viewsOf, type WasmHeap } from "./heap.ts";

/** Which filter taps meet which outputs along one axis, when inputs are taken in groups of `stride`. */
interface Axis {
  /** Groups of inputs, the last perhaps past the end. */
  readonly groups: number;
  /** Outputs that one group looks at, and how many zero outputs stand before and after the real ones (negative: outputs left out). */
  readonly window: number;
  readonly before: number;
  readonly after: number;
  /** Tap that joins window position `j` and the `phase`-th input of a group; outside [0, kernel) for none. */
  readonly tap: (j: number, phase: number) => number;
}

function axis(kernel: number, stride: number, pad: number, inputs: number, outputs: number): Axis {
  // Input i·stride + phase meets output i - d through tap d·stride + phase + pad.
  const largest = Math.floor((kernel - 1 - pad) / stride);
  const smallest = Math.ceil(-(stride - 1 + pad) / stride);
  const window = largest - smallest + 1;
  const groups = Math.ceil(inputs / stride);
  return {
    groups,
    window,
    before: largest,
    after: groups + window - 1 - largest - outputs,
    tap: (j, phase) => (largest - j) * stride + phase + pad,
  };
}

/**
 * Gradient of a convolution with respect to its input, as one convolution of the output's gradient without the zeros that a stride would
 * spread into it: the inputs of one stride step become channels of one result, which are then laid out in place.
 * @param dy gradient of the output, shape [n, outH, outW, o]
 * @param filter shape [kh, kw, c, o]
 * @param inputShape [n, h, w, c]
 * @returns shape of the input
 */
export function convInputGradient(
  tf: Tf,
  heap: WasmHeap,
  dy: Tensor4D,
  filter: Tensor4D,
  inputShape: readonly [number, number, number, number],
  { strides, pad }: ConvAttributes,
): Tensor4D {
  const info = tf.backend_util.computeConv2DInfo([...inputShape], filter.shape, strides, 1, pad, "floor");
  const { inChannels, outChannels, strideHeight, strideWidth } = info;
  const rows = axis(info.filterHeight, strideHeight, info.padInfo.top, info.inHeight, info.outHeight);
  const columns = axis(info.filterWidth, strideWidth, info.padInfo.left, info.inWidth, info.outWidth);
  const phases = strideHeight * strideWidth;

  const turned = heap.makeOutput([rows.window, columns.window, outChannels, phases * inChannels], "float32");
  const [from, to] = viewsOf(heap, filter, turned);
  to!.fill(0);
  for (let jy = 0; jy < rows.window; jy += 1) {
    for (let jx = 0; jx < columns.window; jx += 1) {
      for (let phase = 0; phase < phases; phase += 1) {
        const ky = rows.tap(jy, Math.floor(phase / strideWidth));
        const kx = columns.tap(jx, phase % strideWidth);
        if (ky < 0 || ky >= info.filterHeight || kx < 0 || kx >= info.filterWidth) continue;
        const source = (ky * info.filterWidth + kx) * inChannels * outChannels;
        const target = (jy * columns.window + jx) * outChannels * phases * inChannels + phase * inChannels;
        for (let c = 0; c < inChannels; c += 1) {
          for (let o = 0; o < outChannels; o += 1) {
            to![target + o * phases * inChannels + c] = from![source + c * outChannels + o]!;
          }
        }
      }
    }
  }

  const kept = cropped(tf, dy, [rows.before, rows.after], [columns.before, columns.after]);
  const grow = (amount: number): number => Math.max(0, amount);
  const padding: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [grow(rows.before), grow(rows.after)],
    [grow(columns.before), grow(columns.after)],
    [0, 0],
  ];
  const turnedFilter = tf.engine().makeTensorFromTensorInfo(turned) as Tensor4D;
  const grouped = tf.conv2d(kept, turnedFilter, 1, padding, "NHWC", 1, "floor");
  if (phases === 1) return grouped;
  const dx = heap.makeOutput([...inputShape], "float32");
  const [packed, laid] = viewsOf(heap, grouped, dx);
  layOut(packed!, laid!, inputShape, columns.groups, rows.groups, strideHeight, strideWidth);
  return tf.engine().makeTensorFromTensorInfo(dx) as Tensor4D;
}

/** [n, groups, groups, strideH · strideW · c] to [n, h, w, c], dropping what lies past the end. */
function layOut(
  packed: Float32Array,
  laid: Float32Array,
  [n, h, w, c]: readonly [number, number, number, number],
  columnGroups: number,
  rowGroups: number,
  strideHeight: number,
  strideWidth: number,
): void {
  const run = strideWidth * c;
  let at = 0;
  for (let image = 0; image < n; image += 1) {
    for (let y = 0; y < h; y += 1) {
      const group = Math.floor(y / strideHeight);
      const line = ((image * rowGroups + group) * columnGroups * strideHeight + (y % strideHeight)) * run;
      for (let x = 0; x < columnGroups; x += 1) {
        const source = line + x * strideHeight * run;
        const length = Math.min(run, w * c - x * run);
        for (let i = 0; i < length; i += 1, at += 1) laid[at] = packed[source + i]!;
      }
    }
  }
}

/** Leaves out as many rows and columns as the negative numbers in [before, after] say. */
function cropped(tf: Tf, x: Tensor4D, rows: readonly [number, number], columns: readonly [number, number]): Tensor4D {
  const crop = (amount: number): number => Math.max(0, -amount);
  const all = [...rows, ...columns];
  if (all.every((amount) => amount >= 0)) return x;
  const [n, h, w, c] = x.shape;
  return tf.slice(
    x,
    [0, crop(rows[0]), crop(columns[0]), 0],
    [n, h - crop(rows[0]) - crop(rows[1]), w - crop(columns[0]) - crop(columns[1]), c],
  );
}
