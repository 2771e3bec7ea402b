import { block } from "./random.ts";

/** The uniform number of the block that `threefry` has just left, as `uniform` makes it. */
export function blockUniform(): number {
  return (block[0]! >>> 6) * 2 ** -26 + ((block[1]! >>> 6) + 0.5) * 2 ** -52;
}
