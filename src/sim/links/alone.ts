/** When a message would arrive with nobody else on its way: what hindsight goes by. Nothing is sent, held or counted. */
import { bytes } from "../../units.ts";
import type { Tables } from "../tables.ts";
import type { Transport } from "../transport.ts";
import { connectionTime } from "./connection.ts";
import type { Rate } from "./link-kind.ts";
import { wireBytes } from "./wire.ts";

/** Share of a message that may be missing because of rounding. */
const rounding = 1e-12;

/** When so many bits have been sent from `start` on, at the least of some rates. */
export function sentBy(rates: readonly Rate[], cap: number, start: number, bits: number): number {
  if (rates.length === 1 && cap === Number.POSITIVE_INFINITY) return rates[0]!.reaches(start, bits);
  let t = start;
  let left = bits;
  for (;;) {
    const rate = Math.min(cap, ...rates.map((r) => r.at(t)));
    const end = Math.min(...rates.map((r) => r.changeAfter(t)));
    const room = rate > 0 ? rate * (end - t) : 0;
    if (rate > 0 && left <= room + rounding * bits) return Math.min(end, t + left / rate);
    if (end === Number.POSITIVE_INFINITY) return end;
    left -= room;
    t = end;
  }
}

/**
 * Instant at which a message that a request would send from one group to another at `at` is there: its own losses, jitter and attempts, the
 * links' own capacities, outages and spells. Waits behind nobody; a 5G cell is taken at its mean rate, without slots or access.
 * @returns +Infinity where there is no way, or where it never arrives
 */
export function deliveredAlone(
  transport: Transport,
  tables: Tables,
  slot: number,
  from: number,
  to: number,
  payload: number,
  at: number,
): number {
  const { links } = transport.setup;
  const first = tables.firstHop[from * tables.groups + to]!;
  if (tables.hops[first]! < 0) return from === to ? at : Number.POSITIVE_INFINITY;
  let t = at + links[tables.hops[first]! >> 1]!.perMessage;
  let hop = first;
  while (tables.hops[hop]! >= 0) {
    const last = transport.endOfFlow(hop);
    t = crosses(transport, tables, slot, hop, last, payload, t);
    hop = last + 1;
  }
  return t + links[tables.hops[hop - 1]! >> 1]!.perMessage;
}

/** Over one link, or over consecutive shared ones in one flow, with all its attempts. */
function crosses(
  transport: Transport,
  tables: Tables,
  slot: number,
  hop: number,
  last: number,
  payload: number,
  at: number,
): number {
  const { links } = transport.setup;
  const ways = Array.from(tables.hops.subarray(hop, last + 1));
  const sizes = ways.map((way) => wireBytes(links[way >> 1]!, payload));
  const size = Math.max(...sizes);
  const link = links[ways[0]! >> 1]!;
  let t = at;
  if (link.connection === "new") {
    const roundTrip = (link.up.latency + link.down.latency) as typeof link.up.latency;
    t += connectionTime(bytes(sizes[0]!), transport.ways[ways[0]!]!.capacity, roundTrip);
  }
  const rates = ways.map((way) => transport.rateOf(transport.resource(slot, way)));
  const cap = Math.min(...ways.map((way) => links[way >> 1]!.flowCap));
  for (let attempt = 0; t < Number.POSITIVE_INFINITY; attempt++) {
    const begunAt = t;
    const lostBy = ways.find((way) => transport.isLost(slot, way, attempt, begunAt, payload));
    t = sentBy(rates, cap, t, size * 8);
    if (lostBy === undefined)
      return ways.reduce((arrivesAt, way) => transport.arrival(slot, way, attempt, arrivesAt), t);
    const { attempts, retry } = links[lostBy >> 1]!.loss!;
    if (attempt + 1 >= attempts) break;
    t += retry;
  }
  return Number.POSITIVE_INFINITY;
}
