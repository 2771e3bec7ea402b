/**
 * Gradient kernels that TensorFlow.js' wasm backend lacks, gets wrong or does slowly. They stay here until upstream has them; every one
 * is tested element by element against the cpu backend.
 */
import type { KernelFunc, Tensor4D, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tf } from "../backend.ts";
import { convFilterGradient } from "./conv-filter-gradient.ts";
import { convInputGradient } from "./conv-input-gradient.ts";
import { depthwiseFilterGradient, depthwiseInputGradient } from "./depthwise-gradients.ts";
import { viewsOf, type WasmHeap } from "./heap.ts";
import { maxPoolGradient } from "./max-pool-gradient.ts";

type Filter = [number, number, number, number];
interface ConvBackpropAttributes {
  readonly strides: [number, number];
  readonly pad: "same" | "valid" | number;
  readonly filterShape: Filter;
  readonly inputShape: Filter;
}
interface DepthwiseBackpropAttributes extends Partial<Pick<ConvBackpropAttributes, "filterShape" | "inputShape">> {
  readonly strides: number | [number, number];
  readonly dilations: number | [number, number];
  readonly pad: "same" | "valid" | number;
}
interface PoolAttributes {
  readonly filterSize: [number, number];
  readonly strides: [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

let registered = false;

/** Registers the kernels with the wasm backend, once per process. Kernels may call operations: they run outside the gradient tape. */
export function registerWasmGradients(tf: Tf): void {
  if (registered) return;
  registered = true;
  replace(tf, "Conv2DBackpropFilter", ({ inputs, attrs, backend }) => {
    const heap = backend as unknown as WasmHeap;
    const { strides, pad, filterShape } = attrs as unknown as ConvBackpropAttributes;
    return tf.tidy(() =>
      convFilterGradient(tf, heap, inputs.x as Tensor4D, inputs.dy as Tensor4D, filterShape, { strides, pad }),
    );
  });
  replace(tf, "Conv2DBackpropInput", ({ inputs, attrs, backend }) => {
    const heap = backend as unknown as WasmHeap;
    const { strides, pad, inputShape } = attrs as unknown as ConvBackpropAttributes;
    return tf.tidy(() =>
      convInputGradient(tf, heap, inputs.dy as Tensor4D, inputs.filter as Tensor4D, inputShape, { strides, pad }),
    );
  });
  for (const wanted of ["Input", "Filter"] as const) {
    replace(tf, `DepthwiseConv2dNativeBackprop${wanted}`, ({ inputs, attrs, backend }) => {
      const heap = backend as unknown as WasmHeap;
      const { strides, pad, dilations, inputShape, filterShape } = attrs as unknown as DepthwiseBackpropAttributes;
      const { x, dy, filter } = inputs as unknown as Record<"x" | "dy" | "filter", TensorInfo>;
      const shapes = [inputShape ?? x.shape, filterShape ?? filter.shape] as [Filter, Filter];
      const geometry = tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, "floor", true);
      const result = heap.makeOutput(wanted === "Input" ? shapes[0] : shapes[1], "float32");
      const [other, g, d] = viewsOf(heap, wanted === "Input" ? filter : x, dy, result);
      (wanted === "Input" ? depthwiseInputGradient : depthwiseFilterGradient)(other!, g!, d!, geometry);
      return result;
    });
  }
  replace(tf, "MaxPoolGrad", ({ inputs, attrs, backend }) => {
    const heap = backend as unknown as WasmHeap;
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttributes;
    const { input, output, dy } = inputs as unknown as Record<"input" | "output" | "dy", TensorInfo>;
    const shape = input.shape as Filter;
    const geometry = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const dx = heap.makeOutput(shape, "float32");
    const [x, y, g, d] = viewsOf(heap, input, output, dy, dx);
    maxPoolGradient(x!, y!, g!, d!, geometry);
    return dx;
  });
  // The wasm backend copies; sharing is safe, since no kernel writes into its inputs.
  replace(tf, "Identity", ({ inputs, backend }) => {
    const { x } = inputs as unknown as { x: TensorInfo };
    (backend as unknown as WasmHeap).incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
  fastTransposedMatMul(tf);
  for (const name of ["Conv2D", "FusedConv2D"]) explicitSamePadding(tf, name);
}

/**
 * The wasm backend's "same" is wrong where a side of the filter is shorter than the stride and the other is not (3 x 1 at stride 2): it reads
 * rows or columns out of place. The same padding spelt out is right.
 */
function explicitSamePadding(tf: Tf, name: string): void {
  const original = tf.getKernel(name, "wasm").kernelFunc;
  replace(tf, name, (call) => {
    const { pad, strides, dilations } = call.attrs as unknown as Omit<DepthwiseBackpropAttributes, "pad"> & {
      pad: unknown;
    };
    const { x, filter } = call.inputs as unknown as Record<"x" | "filter", TensorInfo>;
    const [height, width] = filter.shape as Filter;
    const [down, across] = typeof strides === "number" ? [strides, strides] : strides;
    if (pad !== "same" || height === width || (height! >= down && width! >= across)) return original(call);
    const { padInfo } = tf.backend_util.computeConv2DInfo(
      x.shape as Filter,
      filter.shape as Filter,
      strides,
      dilations,
      pad,
    );
    const { top, bottom, left, right } = padInfo;
    const spelt = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    return original({ ...call, attrs: { ...call.attrs, pad: spelt as never } });
  });
}

/** XNNPACK multiplies only untransposed operands; dense layers' gradients would take a scalar loop. */
function fastTransposedMatMul(tf: Tf): void {
  const original = tf.getKernel("BatchMatMul", "wasm").kernelFunc;
  replace(tf, "BatchMatMul", (call) => {
    const { transposeA, transposeB } = call.attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const { a, b } = call.inputs as unknown as Record<"a" | "b", Tensor4D>;
    if (!transposeA && !transposeB) return original(call);
    return tf.tidy(() => {
      const left = transposeA ? tf.transpose(a, lastTwoSwapped(a.shape.length)) : a;
      const right = transposeB ? tf.transpose(b, lastTwoSwapped(b.shape.length)) : b;
      return tf.matMul(left, right);
    });
  });
}

function lastTwoSwapped(rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  axes[rank - 1] = rank - 2;
  axes[rank - 2] = rank - 1;
  return axes;
}

function replace(tf: Tf, kernelName: string, kernelFunc: KernelFunc): void {
  const present = tf.getKernel(kernelName, "wasm");
  if (present !== undefined) tf.unregisterKernel(kernelName, "wasm");
  // The set-up binds the kernel's entry into the wasm module, which a replacement may still call.
  const setup = present?.setupFunc === undefined ? {} : { setupFunc: present.setupFunc };
  tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc, ...setup });
}
