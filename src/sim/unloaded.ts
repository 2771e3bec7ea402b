/** How long a run may drain after its last arrival. */
import { bytes, seconds } from "../units.ts";
import type { Distribution } from "./distribution.ts";
import { mean } from "./distribution-moments.ts";
import { connectionRounds } from "./links/connection.ts";
import { attemptsOf } from "./links/loss.ts";
import type { NrCell } from "./links/nr/nr-cell.ts";
import { wireBytes } from "./links/wire.ts";
import type { Setup, Size } from "./setup.ts";

/** Unloaded times that a run may drain at least, so that a single request ends even when it arrives at 0. */
const leastUnloaded = 100;

/**
 * Instant at which a run is over whatever is still in flight: as long after the end of the window as that took, and at least 100
 * unloaded times. +Infinity when all arrivals are given exactly: those end.
 * @param end of the window [s]
 */
export function drainLimit(setup: Setup, end: number): number {
  // Work that always begins anew may never end.
  const mayRepeat = setup.nodes.some(
    ({ failures }) => failures?.inService === "restart" || failures?.inService === "requeue",
  );
  const isExact = !mayRepeat && setup.streams.every(({ arrivals: { kind } }) => kind === "trace" || kind === "at-once");
  if (isExact) return Number.POSITIVE_INFINITY;
  return end + Math.max(end, leastUnloaded * unloadedTime(setup));
}

/**
 * A bound on the mean time from arrival to answer with nobody else there [s]: every segment and head on the slowest group, every
 * tensor encoded, decoded and sent over every link, and the answer, too.
 */
export function unloadedTime(setup: Setup): number {
  const { model, nodes } = setup;
  let longest = 0;
  setup.streams.forEach((_, s) => {
    const slowest = (table: (group: number) => readonly (Distribution | null | undefined)[]): number => {
      const totals = nodes.map((_, g) => sum(table(g).map(meanOf)));
      return Math.max(0, ...totals.filter((t) => Number.isFinite(t)));
    };
    const work =
      slowest((g) => model.trunk[s]![g]!) +
      slowest((g) => model.head[s]![g]!) +
      slowest((g) => model.encode[s]![g]!) +
      slowest((g) => model.decode[s]![g]!);
    const messages = [...model.size[s]!, model.result[s]!];
    const sending = sum(messages.map((size) => sum(setup.links.map((link) => crossing(link, meanBytes(size))))));
    longest = Math.max(longest, work + sending);
  });
  const waits = nodes.map(({ queue, failures }) => (queue.batch?.wait ?? 0) + meanOf(failures?.repair));
  return longest + sum(waits);
}

function crossing(link: Setup["links"][number], payload: number): number {
  const attempts = attemptsOf(link, payload);
  const roundTrip = seconds(link.up.latency + link.down.latency);
  const rounds = link.connection === "new" ? connectionRounds(bytes(payload), link.up.capacity, roundTrip) : 0;
  const way = (direction: typeof link.up): number => {
    const time =
      (attempts * wireBytes(link, payload) * 8) / direction.capacity +
      (attempts - 1) * (link.loss?.retry ?? 0) +
      rounds * roundTrip +
      direction.latency +
      meanOf(direction.jitter);
    return Number.isFinite(time) ? time : 0;
  };
  const access = link.radio === null ? 0 : accessTime(link.radio);
  return Math.max(way(link.up), way(link.down)) + 2 * link.perMessage + access;
}

/** A bound on the wait for permission to send, blocks sent again included [s]: four patterns, and a connection. */
function accessTime(radio: NrCell): number {
  const slots = 4 * radio.pattern.length + 2 * radio.times.occasions;
  return slots / (1000 * 2 ** radio.numerology) + meanOf(radio.idle?.promotion);
}

function meanBytes(size: Size): number {
  if (size.kind !== "rows") return meanOf(size);
  return size.bytes.length === 0 ? 0 : sum([...size.bytes]) / size.bytes.length;
}

function meanOf(d: Distribution | null | undefined): number {
  if (d === null || d === undefined) return 0;
  const m = mean(d);
  return Number.isFinite(m) ? m : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
