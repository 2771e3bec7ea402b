/** What the links have done up to one instant: what has left them, and the part of what is still there. */
import { Message } from "./collector.ts";
import { wireBytes } from "./links/wire.ts";
import { ARRIVED_AT, BYTES, intWidth, LEAVES_AT, QUEUED_AT, ROUTE, STARTED_AT } from "./requests.ts";
import type { Transport } from "./transport.ts";

/** Integrals and counts of all link directions at one instant. */
export interface LinkSnapshot {
  readonly linkBusy: Float64Array;
  readonly linkInside: Float64Array;
  readonly linkLeft: Float64Array;
  readonly linkBytes: Float64Array;
  /** By link: energy of the radios at its first end [J]; NaN where it is unknown. */
  readonly linkEnergy: Float64Array;
}

export function linkSnapshot(transport: Transport, now: number): LinkSnapshot {
  const { ways, givenUp, flowing } = transport;
  const { tables, collector } = transport.host;
  const total = (way: number, column: number): number =>
    collector.total(collector.messages, way, column, Message.width);
  const each = (read: (way: number) => number): Float64Array => Float64Array.from(ways, (_, way) => read(way));
  const sums = {
    linkInside: each((w) => total(w, Message.residence) + givenUp[w]!),
    linkBusy: each((w) => total(w, Message.residence) - total(w, Message.waiting)),
    // Messages, and attempts after the first, less those that were lost.
    linkLeft: each((w) => total(w, Message.n) + total(w, Message.attempts) - total(w, Message.lost)),
    linkBytes: each((w) => total(w, Message.bytes)),
  };
  subtractFuture(transport, sums, now);
  flowing.forEach((kind, way) => {
    if (kind === null) return;
    const [first, end] = [tables.firstResource[way]!, tables.firstResource[way + 1]!];
    const known = kind.busyWithin?.(first, end, now);
    sums.linkBusy[way] = known ?? 0;
    for (let r = first; known === undefined && r < end; r++) sums.linkBusy[way]! += kind.busySeconds(r, now);
  });
  return { ...sums, linkEnergy: energies(transport, sums, now) };
}

type Sums = Omit<LinkSnapshot, "linkEnergy">;

/** What was counted at entry but lies in the future, and messages of which nobody knows when they leave. */
function subtractFuture(transport: Transport, sums: Sums, now: number): void {
  const { requests, tables } = transport.host;
  const { progress, setup, flowing } = transport;
  const { linkInside, linkBusy, linkLeft, linkBytes } = sums;
  const { int, real, realWidth } = requests;
  for (let slot = 0; slot < requests.used; slot++) {
    const r = slot * realWidth;
    const leavesAt = real[r + LEAVES_AT]!;
    if (!(real[r + ARRIVED_AT]! >= 0 && leavesAt > now)) continue;
    const hop = int[slot * intWidth + ROUTE]!;
    const way = tables.hops[hop]!;
    if (leavesAt === Number.POSITIVE_INFINITY) {
      const last = flowing[way] === null ? hop : transport.endOfFlow(hop);
      for (let h = hop; h <= last; h++) linkInside[tables.hops[h]!]! += now - real[r + QUEUED_AT]!;
      if (flowing[way] === null) linkBusy[way]! += Math.max(0, now - real[r + STARTED_AT]!);
      continue;
    }
    linkInside[way]! -= leavesAt - now;
    if (real[r + BYTES]! < 0) continue;
    linkBusy[way]! -= leavesAt - Math.max(now, real[r + STARTED_AT]!);
    const link = setup.links[way >> 1]!;
    // Messages that took the shortcut leave no progress.
    const mayFail = link.loss !== null;
    if (!mayFail || progress.lostBy(slot) < 0) linkLeft[way]! -= 1;
    linkBytes[way]! -= (mayFail ? progress.copies(slot) : 1) * wireBytes(link, real[r + BYTES]!);
  }
}

function energies(transport: Transport, { linkBusy, linkBytes }: Sums, now: number): Float64Array {
  return Float64Array.from(transport.setup.links, ({ energy }, l) => {
    const meter = transport.meters[l]!;
    if (energy === null || meter === null) return Number.NaN;
    // Messages of a planned link do not overlap, or count each for itself.
    const busy = (direction: 0 | 1): number =>
      transport.flowing[2 * l + direction] === null ? linkBusy[2 * l + direction]! : meter.flowSeconds(direction, now);
    return (
      energy.connected * meter.connectedSeconds(now) +
      energy.sending * busy(0) +
      energy.receiving * busy(1) +
      energy.perByteSent * linkBytes[2 * l]! +
      energy.perByteReceived * linkBytes[2 * l + 1]!
    );
  });
}
