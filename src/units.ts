/**
 * SI quantities with a brand, so that the compiler sees swapped arguments.
 * Brands do not survive arithmetic or JSON: rebrand once, at the return, and say the unit in the key of whatever leaves the program.
 */
declare const unit: unique symbol;
type Unit<U extends string> = number & { readonly [unit]: U };

/** A span or an instant [s]. */
export type Seconds = Unit<"s">;
/** An amount of data [B]. */
export type Bytes = Unit<"B">;
/** A data rate [bit/s]. */
export type BitsPerSecond = Unit<"bit/s">;
/** An amount of energy [J]. */
export type Joules = Unit<"J">;
/** A power draw [W]. */
export type Watts = Unit<"W">;

export const seconds = (n: number): Seconds => n as Seconds;
export const bytes = (n: number): Bytes => n as Bytes;
export const bitsPerSecond = (n: number): BitsPerSecond => n as BitsPerSecond;
export const joules = (n: number): Joules => n as Joules;
export const watts = (n: number): Watts => n as Watts;

/** Time to put `size` on a link of `rate`: no queueing, no propagation. The one place where bytes become bits. */
export function transmissionTime(size: Bytes, rate: BitsPerSecond): Seconds {
  return seconds((size * 8) / rate);
}
