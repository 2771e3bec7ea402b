/** Multiply-accumulates of a graph's operations, from the shapes of what they read and give. */
import { UserError } from "../errors.ts";
import type { Cost } from "../parameters.ts";

export interface OpShapes {
  /** Of the first input that depends on the sample, without the batch. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** Of the filter or matrix; null where it is not a constant. */
  readonly filter: readonly number[] | null;
}

const product = (shape: readonly number[]): number => shape.reduce((sum, side) => sum * side, 1);

/** Operations that multiply and add, by what one output costs. */
const counted: Readonly<Record<string, (shapes: OpShapes & { filter: readonly number[] }) => number>> = {
  Conv2D: ofConvolution,
  Conv3D: ofConvolution,
  _FusedConv2D: ofConvolution,
  DepthwiseConv2dNative: ofDepthwise,
  FusedDepthwiseConv2dNative: ofDepthwise,
  Conv2DBackpropInput: ({ input, filter }) => (product(input) / filter.at(-1)!) * product(filter),
  MatMul: ofMatrix,
  _FusedMatMul: ofMatrix,
  BatchMatMul: ofMatrix,
  BatchMatMulV2: ofMatrix,
};

function ofConvolution({ output, filter }: { output: readonly number[]; filter: readonly number[] }): number {
  return (product(output) / filter.at(-1)!) * product(filter);
}

function ofDepthwise({ output, filter }: { output: readonly number[]; filter: readonly number[] }): number {
  return (product(output) / (filter.at(-1)! * filter.at(-2)!)) * product(filter);
}

/** Sums run over the last side of what is multiplied. */
function ofMatrix({ input, output }: { input: readonly number[]; output: readonly number[] }): number {
  return product(output) * input.at(-1)!;
}

/**
 * Cost of one operation on one input; counted as in layers.
 * @throws UserError for an operation whose multiplications are not known
 */
export function opCost(node: string, op: string, shapes: OpShapes, params: number): Cost {
  const count = Object.hasOwn(counted, op) ? counted[op]! : null;
  if (count === null) {
    if (/Conv|MatMul|Einsum|LSTM|GRU|Dilation2D/.test(op)) {
      throw new UserError(`node ${node}`, {
        expected: `an operation whose multiplications can be counted: ${Object.keys(counted).join(", ")}`,
        got: op,
      });
    }
    return { macs: 0, layers: 0, params };
  }
  const isMatrix = op.includes("MatMul");
  if (shapes.filter === null && !isMatrix) {
    throw new UserError(`node ${node}`, {
      expected: "a filter that is a constant of the graph",
      got: "one that is computed",
    });
  }
  return { macs: count({ ...shapes, filter: shapes.filter ?? [] }), layers: 1, params };
}
