/** Node groups that need more than the event loop's plain servers: one queue, first come first served. */
import type { NodeGroup } from "../setup.ts";
import { BatchingStation } from "./batching.ts";
import type { StationHost } from "./host.ts";
import { ServingStation } from "./serving.ts";
import { SharingStation } from "./sharing.ts";
import type { Station, StationSnapshot } from "./station.ts";

export type { StationSnapshot };

/** The event loop serves this group itself. */
export function isPlain({ queue, failures, faults, autoscale }: NodeGroup): boolean {
  const isQueuePlain = queue.discipline === "fifo" && queue.batch === null && queue.admit === null;
  return isQueuePlain && failures === null && faults.length === 0 && autoscale === null;
}

export class Stations {
  /** By group; null for plain ones. */
  private readonly stations: readonly (Station | null)[];

  constructor(host: StationHost) {
    this.stations = host.setup.nodes.map((node, group) => (isPlain(node) ? null : stationOf(node, host, group)));
  }

  /** Before the first event. */
  open(): void {
    for (const station of this.stations) station?.open();
  }

  /** The sources have stopped for good at `at`: nothing is to be waited for that only they could bring. */
  sourcesStop(at: number): void {
    for (const station of this.stations) station?.sourcesStop(at);
  }

  /** A request comes to machine `index` (among all) of a group. */
  join(slot: number, index: number, group: number): void {
    this.stations[group]!.join(slot, index);
  }

  /** Requests at machine `index` (among all) of a group, and those of them that wait. */
  present(group: number, index: number): number {
    return this.stations[group]!.present(index);
  }

  waiting(group: number, index: number): number {
    return this.stations[group]!.waitingAt(index);
  }

  /** By group; null for plain ones. Brings their busy seconds up to date, too. */
  snapshot(now: number): (StationSnapshot | null)[] {
    return this.stations.map((station) => station?.snapshot(now) ?? null);
  }
}

function stationOf(node: NodeGroup, host: StationHost, group: number): Station {
  if (node.queue.batch !== null) return new BatchingStation(host, group, node.queue.batch);
  return node.queue.discipline === "ps" ? new SharingStation(host, group) : new ServingStation(host, group);
}
