/** The wasm backend's memory as kernels see it. */
import type { DataType, NumericDataType, TensorInfo, TypedArray } from "@tensorflow/tfjs-core";

/** The part of tfjs-backend-wasm's `BackendWasm` that our kernels use. */
export interface WasmHeap {
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  /** A view, valid until the next allocation: the heap may grow and detach it. */
  typedArrayFromHeap(tensor: TensorInfo): TypedArray;
  incRef(dataId: object): void;
}

/** Allocates every output first, then takes the views: an allocation may detach earlier views. */
export function viewsOf(heap: WasmHeap, ...tensors: readonly TensorInfo[]): Float32Array[] {
  return tensors.map((tensor) => heap.typedArrayFromHeap(tensor) as Float32Array);
}

export type { NumericDataType, TensorInfo };
