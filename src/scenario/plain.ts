import type { Distribution } from "../sim/distribution.ts";
import type { Leaf } from "./scenario.ts";

/** A distribution without the name of the file it was read from. */
export function plain(leaf: Leaf): Distribution {
  const { file: _, ...distribution } = leaf;
  return distribution;
}
