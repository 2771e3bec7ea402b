/** The dataflow of a model made elsewhere, whatever its format, and what crosses where it is cut. */

/** A layer or operation that depends on the model's input. */
export interface FlowNode {
  /** Unique; also names its first tensor. Further ones are `<name>:1`, `<name>:2`, … */
  readonly name: string;
  /** Class of the layer, or name of the operation. */
  readonly kind: string;
  /** Tensors it reads, in order. */
  readonly inputs: readonly string[];
}

export interface FlowGraph {
  /** The one node without inputs. */
  readonly input: string;
  /** Each after all that it reads; the input first. */
  readonly nodes: readonly FlowNode[];
  /** Nodes that answer, the least computation first; what leads to none of them is left out of `nodes`. */
  readonly outputs: readonly string[];
}

/** Node that gives a tensor. */
export const nodeOf = (tensor: string): string => tensor.replace(/:\d+$/, "");

/** Fast look-ups in a graph. */
export class Flow {
  readonly graph: FlowGraph;
  readonly #nodes: ReadonlyMap<string, FlowNode>;
  readonly #position: ReadonlyMap<string, number>;

  constructor(graph: FlowGraph) {
    this.graph = graph;
    this.#nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    this.#position = new Map(graph.nodes.map((node, i) => [node.name, i]));
  }

  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  node(name: string): FlowNode {
    return this.#nodes.get(name)!;
  }

  /** Place of a node in the order of computation. */
  position(name: string): number {
    return this.#position.get(name)!;
  }

  /** A node and all that it is computed from. */
  upTo(name: string): Set<string> {
    const found = new Set<string>([name]);
    // A set may grow while it is walked.
    for (const each of found) for (const tensor of this.node(each).inputs) found.add(nodeOf(tensor));
    return found;
  }

  /** Tensors that nodes of `readers` outside `done` read from nodes inside, in order of computation. */
  crossing(done: ReadonlySet<string>, readers: ReadonlySet<string>): string[] {
    const found = new Set<string>();
    for (const { name, inputs } of this.graph.nodes) {
      if (done.has(name) || !readers.has(name)) continue;
      for (const tensor of inputs) if (done.has(nodeOf(tensor))) found.add(tensor);
    }
    return [...found].sort((a, b) => this.position(nodeOf(a)) - this.position(nodeOf(b)) || (a < b ? -1 : 1));
  }

  /**
   * Nodes that compute `outputs` from `inputs`, in order of computation.
   * @throws RangeError when the inputs do not determine the outputs
   */
  between(inputs: readonly string[], outputs: readonly string[]): FlowNode[] {
    const given = new Set(inputs);
    const wanted = new Set(outputs.filter((tensor) => !given.has(tensor)).map(nodeOf));
    for (const name of wanted) {
      const { inputs: read } = this.node(name);
      if (read.length === 0) throw new RangeError(`a cut that lacks ${name}: tensors ${inputs.join(", ")}`);
      for (const tensor of read) if (!given.has(tensor)) wanted.add(nodeOf(tensor));
    }
    return [...wanted].map((name) => this.node(name)).sort((a, b) => this.position(a.name) - this.position(b.name));
  }
}

/**
 * Orders nodes by what they read and leaves out what leads to no output.
 * @throws RangeError when nodes read each other in a circle, or a tensor of no node
 */
export function flowGraph(nodes: readonly FlowNode[], input: string, outputs: readonly string[]): FlowGraph {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ordered: FlowNode[] = [];
  const state = new Map<string, "open" | "done">();
  // Depth first with a stack of our own: networks of a thousand layers would exhaust the engine's.
  for (const root of [input, ...outputs]) {
    const stack = [root];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      const node = byName.get(name);
      if (node === undefined) throw new RangeError(`a tensor of ${JSON.stringify(name)}, which is no node`);
      const waiting = node.inputs.map(nodeOf).filter((each) => state.get(each) !== "done");
      if (state.get(name) === undefined && waiting.length > 0) {
        if (waiting.some((each) => state.get(each) === "open")) throw new RangeError(`a circle through ${name}`);
        state.set(name, "open");
        stack.push(...waiting.reverse());
        continue;
      }
      stack.pop();
      if (state.get(name) === "done") continue;
      if (waiting.length > 0) throw new RangeError(`a circle through ${name}`);
      state.set(name, "done");
      ordered.push(node);
    }
  }
  return { input, nodes: ordered, outputs };
}
