/** Clients that wait for the answer to one query before they think and ask the next. */
import type { Agenda } from "../agenda.ts";
import type { Distribution } from "../distribution.ts";
import { Draw, type KeyRoot } from "../draw.ts";
import { takeInts } from "../large-arrays.ts";
import type { Stream } from "../setup.ts";
import type { ArrivalProcess } from "./process.ts";

export interface Closed {
  /** Of each device; or of all together, dealt to the devices in turn. */
  readonly clients: number;
  readonly each: boolean;
  /** From the end of a query to the next; a client begins by thinking [s]. */
  readonly think: Distribution;
  /** Requests of one query: they arrive at once, and the query ends with the last of them. */
  readonly query: number;
}

/** Most clients of a device; 0 for streams that are not closed. A request of such a stream is number `n * clients + client`. */
export function clientsPerDevice({ arrivals }: Stream, devices: number): number {
  if (arrivals.kind !== "closed") return 0;
  return arrivals.each ? arrivals.clients : Math.ceil(arrivals.clients / devices);
}

/** Queries of a client, and besides, that may end at one instant before the run is given up: nothing takes any time. */
const mostAtOnce = { each: 10, besides: 100_000 };

/** The clients of one stream. The n-th think time of a client is its own, whatever became of its queries before. */
export class Clients implements ArrivalProcess {
  private readonly perDevice: number;
  private readonly all: number;
  private readonly query: number;
  private readonly devices: number;
  private readonly thinking: Draw;
  private readonly name: string;
  /** Ended requests of the query under way, by client. */
  private readonly ended: Int32Array;
  /** Queries asked, by client. */
  private readonly queries: Int32Array;
  private lastAt = -1;
  private atOnce = 0;

  constructor(stream: Stream, closed: Closed, devices: number, root: KeyRoot) {
    this.perDevice = clientsPerDevice(stream, devices);
    this.all = closed.each ? closed.clients * devices : closed.clients;
    this.devices = devices;
    this.query = closed.query;
    this.name = stream.name;
    this.thinking = new Draw(closed.think, root, "think", stream.name);
    const places = devices * this.perDevice;
    this.ended = takeInts(root, closed.query > 1 ? places : 0);
    this.queries = takeInts(root, places);
  }

  /** @param place `device * clients + client`; +Infinity until the query before has ended */
  next(number: number, place: number, before: number): number {
    const client = place % this.perDevice;
    const device = (place - client) / this.perDevice;
    if (number === 0) return client * this.devices + device < this.all ? this.think(place) : Number.POSITIVE_INFINITY;
    return number % this.query === 0 ? Number.POSITIVE_INFINITY : before;
  }

  /**
   * A request has been answered or dropped: when it was the last of its query, its client asks again.
   * @param number of the request
   * @param first place of the stream's clients among all sources
   * @throws RunawayError when time stands still
   */
  ends(number: number, device: number, first: number, sources: Agenda, now: number): void {
    const place = device * this.perDevice + (number % this.perDevice);
    if (this.query > 1) {
      const ended = this.ended[place]! + 1;
      this.ended[place] = ended === this.query ? 0 : ended;
      if (ended < this.query) return;
    }
    if (now !== this.lastAt) {
      this.lastAt = now;
      this.atOnce = 0;
    } else if (++this.atOnce > mostAtOnce.each * this.all + mostAtOnce.besides) {
      throw new RunawayError(this.name, this.atOnce, now);
    }
    sources.due[0] = sources.snapped(now + this.think(place));
    sources.schedule(first + place);
  }

  private think(place: number): number {
    const client = place % this.perDevice;
    const query = this.queries[place]!;
    this.queries[place] = query + 1;
    return this.thinking.value(query * this.perDevice + client, (place - client) / this.perDevice, 0);
  }
}

/** Queries that take no time, asked by clients that do not think: a mistake of the scenario. */
export class RunawayError extends Error {
  readonly exitCode = 2;
  constructor(stream: string, queries: number, at: number) {
    super(
      `workload.${stream}: ${queries} queries ended at t=${at} s and were followed by others at once\n  hint      give the clients a think time, or make room so that queries are not dropped as they come`,
    );
  }
}
