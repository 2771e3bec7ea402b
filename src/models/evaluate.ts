/** What every exit says about labelled rows. */
import { normalisedRows } from "./batches.ts";
import type { Rows } from "./data/dataset.ts";
import type { Network } from "./network.ts";
import { exitBlocks } from "./network-spec.ts";

/** Rows put through the network at once: enough to hide the cost of a call, few enough to stay in cache. */
const chunk = 100;

/**
 * Logits of every exit on every row.
 * @returns shape [rows, exits, classes]
 */
export function logitsOf(network: Network, rows: Rows, onRows?: (done: number) => void): Float32Array {
  const { spec } = network;
  const heads = exitBlocks(spec);
  const classes = spec.classes.length;
  const all = new Float32Array(rows.count * heads.length * classes);
  for (let from = 0; from < rows.count; from += chunk) {
    const to = Math.min(rows.count, from + chunk);
    const piece = { from: 0, to: spec.blocks.length, heads, trunk: false };
    const outputs = network.run(piece, normalisedRows(spec, rows, from, to), to - from);
    outputs.forEach((logits, exit) => {
      for (let row = from; row < to; row += 1) {
        const source = (row - from) * classes;
        all.set(logits.subarray(source, source + classes), (row * heads.length + exit) * classes);
      }
    });
    onRows?.(to);
  }
  return all;
}
