/** Loads above 1 that follow from the scenario alone: no run is too short to know of them. */
import { offeredLoad } from "../scenario/offered-load.ts";
import type { Setup } from "../sim/setup.ts";
import { isMemoryless } from "./product-form.ts";

/** What rounding may add to a load of exactly 1, at which even arrivals and times leave nobody waiting. */
const rounding = 1e-6;

/** Nodes and links that are asked for more than they can do, with their load; only where nothing is dropped. */
export function certainOverload(setup: Setup): [string, number][] {
  const { policy, streams, model, nodes, links } = setup;
  if (!isMemoryless(policy.exit)) return [];
  // A run may use a part of a list or of a table alone.
  if (model.outputs.kind === "table" && streams.some(({ samples }) => samples === "in-order")) return [];
  const { trunk, head, encode, decode, size, result } = model;
  const amounts = [...[trunk, head, encode, decode].flatMap((of) => of.flat(2)), ...size.flat(), ...result];
  if (amounts.some((amount) => amount?.kind === "sequence")) return [];
  const offered = offeredLoad(setup);
  if (offered === null) return [];
  const loads: [string, number][] = nodes.map(({ name }) => [`node ${name}`, offered.nodes[name]!]);
  // Bytes that go by the row go with the exit, too: their mean says little.
  if (size.flat().every(({ kind }) => kind !== "rows"))
    for (const link of links)
      for (const way of ["up", "down"] as const)
        if (isConstant(link, way)) loads.push([`link ${link.name}.${way}`, offered.links[link.name]![way] ?? 0]);
  return loads.filter(([, load]) => load > 1 + rounding);
}

/** It can send so much a second, whatever happens. */
function isConstant(link: Setup["links"][number], way: "up" | "down"): boolean {
  const { kind, outages, loss } = link;
  return (kind === "fifo" || kind === "shared") && link[way].varying === null && outages === null && loss === null;
}
