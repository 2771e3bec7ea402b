/** Cuts a model made elsewhere into blocks with exits: the same data that networks of the zoo are. */
import { UserError } from "../errors.ts";
import type { ExitPlacement } from "../exit-placement.ts";
import { type HeadName, headShapes } from "../heads.ts";
import type { Layer } from "../layers.ts";
import type { Block } from "../network-spec.ts";
import { closest } from "./closest.ts";
import { classifierInput, cutAtFraction, cutsOf } from "./cuts.ts";
import { nodeOf } from "./flow-graph.ts";
import { type Original, totalCost } from "./original.ts";

export interface PartitionOptions {
  /** Where new heads go, and which outputs of the model are exits; null for the model's own outputs alone. */
  readonly exits: ExitPlacement | null;
  /** Nodes that the model is cut after without an exit. */
  readonly cuts: readonly string[];
  /** Of new heads. */
  readonly head: HeadName;
}

/** A place where a segment ends. */
interface Stop {
  readonly node: string;
  /** `new`: a head of ours after the node. `own`: the node is an output of the model. `none`: a cut alone. */
  readonly exit: "new" | "own" | "none";
}

/**
 * Blocks of a model, each with the part of the original that it runs.
 * @throws UserError for a name that is no node's, a place where the model can't be cut, or an output that is no answer
 */
export function partition(original: Original, { exits, cuts, head }: PartitionOptions): Block[] {
  const stops = stopsOf(original, exits, cuts);
  const classes = classesOf(original);
  const { flow } = original;
  const names = blockNames(stops.map(({ node }) => node));
  let carried: readonly string[] = [flow.graph.input];
  let done = new Set<string>([flow.graph.input]);
  return stops.map(({ node, exit }, i): Block => {
    const later = new Set(stops.slice(i + 1).flatMap((stop) => [...flow.upTo(stop.node)]));
    const mine = flow.upTo(node);
    const name = names[i]!;
    if (i === stops.length - 1) {
      const split = classifierInput(original);
      // A classifier that the segment before feeds leaves no trunk to the last one.
      const between = split !== null && !done.has(split) ? [split] : carried;
      const layers = between === carried ? [] : [part(original, carried, between)];
      return { name, layers, head: [part(original, between, [node], true)] };
    }
    const before = done;
    done = new Set([...done, ...[...mine].filter((each) => later.has(each))]);
    if (done.size === before.size) {
      throw new UserError(`cut after ${node}`, {
        expected: "a cut deeper than the one before it",
        got: "nothing is computed between the two",
      });
    }
    const reads = exit === "own" ? flow.crossing(done, mine) : [];
    const next = [...new Set([...flow.crossing(done, later), ...reads])];
    const block = { name, layers: [part(original, carried, next)] };
    carried = next;
    if (exit === "none") return { ...block, head: null };
    if (exit === "own") return { ...block, head: [part(original, next, [node], true)] };
    const shape = imageShape(original.shape(node));
    const picked = next.length > 1 || shape.length !== original.shape(node).length;
    const pick: Layer[] = picked ? [{ ...(part(original, next, [node]) as Part), to: [shape] }] : [];
    return { ...block, head: [...pick, ...headShapes[head](shape, classes)] };
  });
}

type Part = Extract<Layer, { kind: "imported" }>;

function part(original: Original, inputs: readonly string[], outputs: readonly string[], isAnswer = false): Layer {
  const { flow } = original;
  const between = flow.between(inputs, outputs);
  const isPair = isAnswer && original.answer(outputs[0]!) === "log-odds";
  return {
    kind: "imported",
    inputs,
    outputs,
    from: inputs.map((tensor) => original.shape(tensor)),
    to: outputs.map((tensor) => original.shape(tensor)),
    ...totalCost(
      original,
      between.map(({ name }) => name),
    ),
    ...(isPair ? { logOdds: true } : {}),
  };
}

/** Heads know flat tensors and images; a series [length, channels] is an image one wide. */
function imageShape(shape: readonly number[]): readonly number[] {
  return shape.length === 2 ? [shape[0]!, 1, shape[1]!] : shape;
}

/** Number of classes. @throws UserError where the model's outputs are not scores of the same classes */
export function classesOf(original: Original): number {
  const { outputs } = original.flow.graph;
  const counts = outputs.map((output) => {
    const shape = original.shape(output);
    const size = shape.reduce((product, side) => product * side, 1);
    const isFlat = shape.filter((side) => side > 1).length <= 1;
    if (original.answer(output) === "log-odds" && size === 1) return 2;
    if (original.answer(output) === "log-odds" || !isFlat || size < 2) {
      throw new UserError(`output ${output}`, {
        expected: "one score for each class: a softmax, logits, or a single sigmoid",
        got:
          original.answer(output) === "log-odds"
            ? `${size} sigmoids, which are answers to ${size} questions`
            : size === 1
              ? "one number: a regression"
              : `shape [${shape}]`,
      });
    }
    return size;
  });
  const [first] = counts;
  if (counts.some((count) => count !== first)) {
    throw new UserError("outputs", {
      expected: "as many classes at each of them",
      got: outputs.map((output, i) => `${output} ${counts[i]}`).join(", "),
    });
  }
  return first!;
}

function stopsOf(original: Original, exits: ExitPlacement | null, cuts: readonly string[]): Stop[] {
  const { flow } = original;
  const own = flow.graph.outputs;
  const placed = exits === null ? [] : placedExits(original, exits);
  const stops: Stop[] = [
    ...own.map((node): Stop => ({ node, exit: "own" })),
    ...placed.filter((node) => !own.includes(node)).map((node): Stop => ({ node, exit: "new" })),
    ...cuts.map((name): Stop => ({ node: legalCut(original, name, "--cuts"), exit: "none" })),
  ];
  const last = own.at(-1)!;
  stops.forEach(({ node }, i) => {
    if (stops.findIndex((stop) => stop.node === node) !== i)
      throw new UserError(`cut after ${node}`, { expected: "each place once", got: "it twice" });
  });
  // In order of what is shared with the rest: an own exit branches off where its head's inputs are.
  const depth = ({ node, exit }: Stop): number => {
    if (node === last) return Number.POSITIVE_INFINITY;
    if (exit !== "own") return flow.position(node);
    const rest = new Set(stops.filter((stop) => stop.node !== node).flatMap((stop) => [...flow.upTo(stop.node)]));
    return Math.max(...[...flow.upTo(node)].filter((each) => rest.has(each)).map((each) => flow.position(each))) + 0.5;
  };
  return stops
    .map((stop) => ({ stop, at: depth(stop) }))
    .sort((a, b) => a.at - b.at)
    .map(({ stop }) => stop);
}

function placedExits(original: Original, exits: ExitPlacement): string[] {
  if (exits === "every") return cutsOf(original).flatMap(({ endsBlock, after }) => (endsBlock ? [after] : []));
  if ("after" in exits) return exits.after.map((name) => legalCut(original, name, "--exits"));
  const cuts = cutsOf(original);
  const nodes = exits.fractions.map((fraction) => {
    const cut = cutAtFraction(cuts, fraction, original.flow, original);
    if (cut !== null) return cut.after;
    throw new UserError(`--exits: ${100 * fraction} %`, {
      expected: "a fraction of the computation that the model can be cut at",
      got: "its last block, where the model's own exit is",
      hint: "--list-cuts shows what share of the computation lies before each cut",
    });
  });
  nodes.forEach((node, i) => {
    const twin = nodes.indexOf(node);
    if (twin !== i) {
      throw new UserError(`--exits: ${100 * exits.fractions[i]!} %`, {
        expected: "fractions that lie in different blocks",
        got: `the cut after ${node}, as for ${100 * exits.fractions[twin]!} %`,
      });
    }
  });
  return nodes;
}

/** @throws UserError where there is no such node, or the model can not be cut after it */
function legalCut(original: Original, name: string, option: string): string {
  const { flow } = original;
  const { input, nodes, outputs } = flow.graph;
  const known = nodes.map((node) => node.name);
  if (!flow.has(name)) {
    const guess = closest(name, known) ?? known.find((each) => each.endsWith(`/${name}`));
    const twins = known.filter((each) => each.endsWith(`/${name}`));
    throw new UserError(`${option}: ${JSON.stringify(name)}`, {
      expected: "the name of a layer or node between the input and an output",
      got:
        twins.length > 1 ? `one of ${twins.length} that end so: ${twins.slice(0, 4).join(", ")}` : "none of that name",
      hint: guess === undefined || guess === null ? "--list-cuts names them all" : `did you mean ${guess}?`,
    });
  }
  const fail = (expected: string, got: string): never => {
    throw new UserError(`${option}: ${name}`, { expected, got, hint: "--list-cuts shows where the model can be cut" });
  };
  if (name === input) return fail("a layer after the input", "the input itself");
  if (outputs.includes(name) && name !== outputs.at(-1)) return name;
  if (name === outputs.at(-1))
    return fail("a layer before the last output", "the last output, which is an exit already");
  const trunk = flow.upTo(outputs.at(-1)!);
  if (!trunk.has(name)) return fail("a layer that the last output depends on", "one inside an early exit's own head");
  const tensors = flow.crossing(flow.upTo(name), trunk);
  if (tensors.some((tensor) => nodeOf(tensor) === name && tensor !== name))
    return fail("a layer with one output", `tensors ${tensors.join(", ")}`);
  return name;
}

/** Names of segments from those of nodes: small letters, digits and dashes, each once. */
export function blockNames(nodes: readonly string[]): string[] {
  const taken = new Set<string>();
  return nodes.map((node) => {
    const plain = node
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "");
    const base = /^[a-z]/.test(plain) ? plain : `part-${plain}`;
    let name = base;
    for (let n = 2; taken.has(name); n += 1) name = `${base}-${n}`;
    taken.add(name);
    return name;
  });
}
