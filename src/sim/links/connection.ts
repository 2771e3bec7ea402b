/** What a new connection costs before its data flow at the rate of the link. */
import type { BitsPerSecond, Bytes, Seconds } from "../../units.ts";
import { bytes, seconds } from "../../units.ts";

/** Bytes that may be sent before the first acknowledgement: ten segments of 1460 B. @see RFC 6928 */
export const initialWindow: Bytes = bytes(14_600);

/**
 * Round trips that a message on a new TCP connection waits: one for the handshake, then one for each time that its window, which
 * doubles from {@link initialWindow}, is too small for what is left: ceil(log2(size / IW + 1)) - 1, and no more once the window holds
 * rate x round trip. @see RFC 9293 (handshake), RFC 5681 section 3.1 (slow start), RFC 6928 (initial window)
 * @param rate +Infinity where nothing limits it
 */
export function connectionRounds(size: Bytes, rate: BitsPerSecond, roundTrip: Seconds): number {
  const rounds = Math.ceil(Math.log2(size / initialWindow + 1)) - 1;
  const untilFull = Math.ceil(Math.log2((rate * roundTrip) / 8 / initialWindow));
  return 1 + Math.max(0, Math.min(rounds, untilFull));
}

/** The same as a time. */
export function connectionTime(size: Bytes, rate: BitsPerSecond, roundTrip: Seconds): Seconds {
  if (roundTrip === 0) return seconds(0);
  return seconds(connectionRounds(size, rate, roundTrip) * roundTrip);
}
