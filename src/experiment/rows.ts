/** A row per request, warm-up and dropped ones included, for those who want to compute a statistic of their own. */
import { scoresOf } from "../sim/evidence.ts";
import {
  ARRIVED_AT,
  CROSSED,
  DEVICE,
  EXIT,
  GROUP,
  intWidth,
  NUMBER,
  type Requests,
  ROW,
  STREAM,
} from "../sim/requests.ts";
import type { Setup } from "../sim/setup.ts";
import type { Recorder } from "../sim/simulation.ts";

const stationColumns = ["queued_s", "started_s", "ended_s", "service_s"] as const;

/** Names of the columns, in order; for every node and link direction `<name>.queued_s`, … empty where not visited. */
export function rowColumns(setup: Pick<Setup, "nodes" | "links">): string[] {
  const stations = [
    ...setup.nodes.map((n) => n.name),
    ...setup.links.flatMap((l) => [`${l.name}.up`, `${l.name}.down`]),
  ];
  return [
    "policy",
    "replication",
    "stream",
    "device",
    "number",
    "sample",
    "arrived_s",
    "ended_s",
    "end",
    "exit",
    "node",
    "prediction",
    "correct",
    "score",
    ...stations.flatMap((s) => stationColumns.map((c) => `${s}.${c}`)),
  ];
}

export type Row = (string | number | boolean | null)[];

/** Turns what happens to requests into rows; a second visit of a node adds its service and moves its end. */
export class RowRecorder implements Recorder {
  private readonly setup: Setup;
  private readonly replication: number;
  private readonly emit: (row: Row) => void;
  private readonly stations = new Map<number, Float64Array>();

  constructor(setup: Setup, replication: number, emit: (row: Row) => void) {
    this.setup = setup;
    this.replication = replication;
    this.emit = emit;
  }

  visit(
    slot: number,
    group: number,
    queuedAt: number,
    startedAt: number,
    endedAt: number,
    service = endedAt - startedAt,
  ): void {
    this.pass(slot, group, queuedAt, startedAt, endedAt, service);
  }

  message(slot: number, direction: number, queuedAt: number, startedAt: number, endedAt: number): void {
    this.pass(slot, this.setup.nodes.length + direction, queuedAt, startedAt, endedAt, endedAt - startedAt);
  }

  ended(slot: number, requests: Requests, end: string, at: number, prediction: number, correct: boolean | null): void {
    const { setup } = this;
    const completed = end === "completed";
    const exit = requests.int[slot * intWidth + EXIT]!;
    const row = requests.int[slot * intWidth + ROW]!;
    const score = completed
      ? (scoresOf(setup.model, exit, requests.int[slot * intWidth + CROSSED]!)?.confidence[row] ?? null)
      : null;
    const stations = this.stations.get(slot);
    this.stations.delete(slot);
    this.emit([
      setup.policy.name,
      this.replication,
      setup.streams[requests.int[slot * intWidth + STREAM]!]!.name,
      requests.int[slot * intWidth + DEVICE]!,
      requests.int[slot * intWidth + NUMBER]!,
      row < 0 ? null : row,
      requests.real[slot * requests.realWidth + ARRIVED_AT]!,
      end === "in_flight" ? null : at,
      end,
      completed ? setup.model.exits[exit]!.name : null,
      completed ? setup.nodes[requests.int[slot * intWidth + GROUP]!]!.name : null,
      prediction < 0 ? null : prediction,
      correct,
      score === null || Number.isNaN(score) ? null : score,
      ...Array.from({ length: (setup.nodes.length + setup.links.length * 2) * stationColumns.length }, (_, i) => {
        const value = stations?.[i];
        return value === undefined || Number.isNaN(value) ? null : value;
      }),
    ]);
  }

  private pass(
    slot: number,
    station: number,
    queuedAt: number,
    startedAt: number,
    endedAt: number,
    service: number,
  ): void {
    let times = this.stations.get(slot);
    if (times === undefined) {
      const length = (this.setup.nodes.length + this.setup.links.length * 2) * stationColumns.length;
      times = new Float64Array(length).fill(Number.NaN);
      this.stations.set(slot, times);
    }
    const at = station * stationColumns.length;
    const again = !Number.isNaN(times[at]!);
    if (!again) {
      times[at] = queuedAt;
      times[at + 1] = startedAt;
    }
    times[at + 2] = endedAt;
    times[at + 3] = (again ? times[at + 3]! : 0) + service;
  }
}

/** One line of csv; doubles in full. */
export function csvLine(row: readonly (string | number | boolean | null)[]): string {
  return `${row.map((cell) => (cell === null ? "" : String(cell))).join(",")}\n`;
}
