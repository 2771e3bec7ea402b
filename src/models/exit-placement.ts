/** Where exits go in a trunk, and what their heads look like: turns a trunk without early exits into a multi-exit network. */
import { type Block, type Layer, shapeAfter } from "./network-spec.ts";
import { costOf } from "./parameters.ts";

/** A contiguous run of layers that the network may be cut after. */
export interface Unit {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** A network with one exit at its end. */
export interface Trunk {
  /** [height, width, channels] */
  readonly input: readonly [number, number, number];
  readonly units: readonly Unit[];
  /** What follows the last unit and ends in one logit per class. */
  readonly classifier: readonly Layer[];
  /** The network's own early heads by unit, where it has such; they are used unless another shape is asked for. */
  readonly heads?: (unit: number) => readonly Layer[];
}

/** After every unit; after the units named; or after the first unit where the trunk's cost so far reaches each fraction of its whole. */
export type ExitPlacement = "every" | { readonly after: readonly string[] } | { readonly fractions: readonly number[] };

/** Layers of an early exit's head on a tensor of this shape. */
export type HeadShape = (input: readonly number[], classes: number) => readonly Layer[];

/**
 * Cuts a trunk after the units that exits follow; a segment is named for its last unit.
 * @param head of early exits, null for the network's own; the last exit is the trunk's classifier
 * @throws RangeError for a name that is not a unit's, a fraction outside (0, 1), or a unit named twice
 */
export function placeExits(trunk: Trunk, placement: ExitPlacement, head: HeadShape | null, classes: number): Block[] {
  const cuts = cutsOf(trunk, placement);
  let shape: readonly number[] = trunk.input;
  let layers: Layer[] = [];
  const blocks: Block[] = [];
  trunk.units.forEach((unit, index) => {
    layers.push(...unit.layers);
    shape = shapeAfter(unit.layers, shape);
    const isLast = index === trunk.units.length - 1;
    if (!isLast && !cuts.has(index)) return;
    const own = isLast ? trunk.classifier : (head?.(shape, classes) ?? trunk.heads?.(index));
    if (own === undefined)
      throw new RangeError("exits: expected a shape for their heads, since the network has none of its own");
    blocks.push({ name: unit.name, layers, head: own });
    layers = [];
  });
  return blocks;
}

/** Multiply-accumulates of the trunk up to and with each unit; heads are not counted. */
export function cumulativeMacs({ input, units }: Pick<Trunk, "input" | "units">): number[] {
  let shape: readonly number[] = input;
  let total = 0;
  return units.map(({ layers }) => {
    total += costOf(layers, shape).macs;
    shape = shapeAfter(layers, shape);
    return total;
  });
}

function cutsOf(trunk: Trunk, placement: ExitPlacement): ReadonlySet<number> {
  const { units } = trunk;
  if (placement === "every") return new Set(units.keys());
  const names = units.map(({ name }) => name);
  if ("after" in placement) {
    return new Set(
      placement.after.map((name, i) => {
        const index = names.indexOf(name);
        if (index < 0) throw new RangeError(`exit after ${JSON.stringify(name)}: expected one of ${names.join(", ")}`);
        if (placement.after.indexOf(name) !== i) throw new RangeError(`exit after ${name}: expected once, got twice`);
        return index;
      }),
    );
  }
  const macs = cumulativeMacs(trunk);
  const whole = macs.at(-1)!;
  return new Set(
    placement.fractions.map((fraction) => {
      if (!(fraction > 0 && fraction < 1))
        throw new RangeError(`exit at ${fraction}: expected a fraction between 0 and 1`);
      return macs.findIndex((sum) => sum >= fraction * whole);
    }),
  );
}
