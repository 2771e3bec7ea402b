/** Who is served next. */
import { ARRIVED_AT, intWidth, STREAM } from "../requests.ts";
import type { NodeGroup } from "../setup.ts";
import type { StationHost } from "./host.ts";

export interface Discipline {
  /** The least is served first, equal ones in the order in which they came. */
  key(slot: number, host: StationHost, work: () => number): number;
  /** One that comes with a lesser key takes the server of the one in service with the greatest, which waits and then goes on where it was. */
  readonly preempts: boolean;
}

/** In the order in which they came. */
const fifo: Discipline = { key: () => 0, preempts: false };

/** By the priority of the stream, smaller first. */
const priority: Discipline = {
  key: (slot, { setup, requests }) => setup.streams[requests.int[slot * intWidth + STREAM]!]!.priority,
  preempts: false,
};

const preemptivePriority: Discipline = { ...priority, preempts: true };

/** By the instant at which the answer is due; those without a deadline last. */
const earliestDeadline: Discipline = {
  key: (slot, { requests, tables }) =>
    requests.real[slot * requests.realWidth + ARRIVED_AT]! + tables.deadlines[requests.int[slot * intWidth + STREAM]!]!,
  preempts: false,
};

/**
 * By the time of the stage it waits for (decoding, trunk and head), as if it were known: what comes after that on the same machine
 * depends on the exit rule, and is not counted.
 */
const shortestJob: Discipline = { key: (_slot, _host, work) => work(), preempts: false };

/** Processor sharing has no queue: see `sharing.ts`. */
export const disciplines: Readonly<Record<Exclude<NodeGroup["queue"]["discipline"], "ps">, Discipline>> = {
  fifo,
  priority,
  "priority-preemptive": preemptivePriority,
  edf: earliestDeadline,
  sjf: shortestJob,
};
