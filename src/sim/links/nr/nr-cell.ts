/** What a 5G cell is, as plain data: times in seconds or slots as named, powers in dBm, ratios in dB where a name says so. */
import type { Distribution } from "../../distribution.ts";
import type { AccessTimes } from "./access.ts";
import type { Harq } from "./harq.ts";
import type { Mobility } from "./mobility.ts";

export interface NrCell {
  /** mu, 0 to 4. */
  readonly numerology: number;
  /** Slots such as `DDDSU`; `B` for paired spectrum. */
  readonly pattern: string;
  /** Part of an `S` slot that is downlink. */
  readonly special: number;
  readonly times: AccessTimes;
  readonly harq: Harq;
  /** What devices that send at once share equally, by weight: airtime, or bits. */
  readonly share: "resource-fair" | "rate-fair";
  /** A device that was silent for longer than `after` [s] is connected again before anything is sent [s]; null: always connected. */
  readonly idle: { readonly after: number; readonly promotion: Distribution } | null;
  /** Spells without service of each device [s]; null for none. */
  readonly interruptions: { readonly every: Distribution; readonly lasts: Distribution } | null;
  /** Rates follow from what is received; null where the capacities of the link say them. */
  readonly signal: Signal | null;
  /** Devices that move between several base stations, each with airtime of its own; null for one station and devices that stay. */
  readonly mobility: Mobility | null;
}

/** Where devices are and how well they are received. Pairs are [uplink, downlink]. */
export interface Signal {
  /** Distance on the ground [m]: drawn for each device, or from anywhere within a disc. */
  readonly distance:
    | { readonly kind: "drawn"; readonly of: Distribution }
    | { readonly kind: "disc"; readonly radius: number };
  /** [Hz] */
  readonly carrier: number;
  /** Bandwidth that is filled with resource blocks [Hz]. */
  readonly bandwidth: number;
  readonly sight: "drawn" | "always" | "never";
  readonly shadowing: boolean;
  /** Independent branches, and how long a channel stays the same [s]; null for none. */
  readonly fading: { readonly branches: number; readonly coherence: number } | null;
  /** How a rate follows from a ratio of signal to noise. */
  readonly efficiency: "shannon" | "table";
  readonly layers: readonly [number, number];
  /** Of the sender [dBm]. */
  readonly power: readonly [number, number];
  /** Of both antennas together [dB]. */
  readonly gain: number;
  /** Noise figure of the receiver [dB]. */
  readonly figure: readonly [number, number];
  /** What interference adds to the noise [dB]. */
  readonly interference: readonly [number, number];
}
