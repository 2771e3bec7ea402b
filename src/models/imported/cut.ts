/** What is told of a place where a graph can be cut; apart from how it is found, which knows TensorFlow.js. */

/** A cut right after a node: all it is computed from comes before, everything else after. */
export interface Cut {
  readonly after: string;
  readonly kind: string;
  /** What crosses: one tensor between blocks, several inside them; the model's input among them where a branch still needs it. */
  readonly tensors: readonly string[];
  /** Numbers that cross for one sample. */
  readonly size: number;
  /** Multiply-accumulates before the cut, for one sample. */
  readonly macs: number;
  /** Whether `every` puts an exit here: one tensor, and no other such cut before the next convolution or dense layer. */
  readonly endsBlock: boolean;
}
