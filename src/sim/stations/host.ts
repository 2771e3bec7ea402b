/** What stations need of the event loop. */
import type { Agenda } from "../agenda.ts";
import type { Collector } from "../collector.ts";
import type { Desk } from "../desk.ts";
import type { KeyRoot } from "../draw.ts";
import type { Timers } from "../events.ts";
import type { Judge } from "../judge.ts";
import type { Recorder } from "../recorder.ts";
import type { Requests } from "../requests.ts";
import type { Setup } from "../setup.ts";
import type { Tables } from "../tables.ts";

export interface StationHost {
  readonly setup: Setup;
  readonly root: KeyRoot;
  readonly tables: Tables;
  readonly requests: Requests;
  readonly agenda: Agenda;
  readonly timers: Timers;
  readonly collector: Collector;
  readonly judge: Judge;
  readonly desk: Desk;
  readonly recorder: Recorder | null;
  /** Some stream gives up late requests. */
  readonly dropsLate: boolean;
  /** Busy server seconds by machine. */
  readonly busySeconds: Float64Array;
  givesUp(slot: number, at: number): boolean;
  drop(slot: number, reason: number): void;
  /** Group that runs a segment, where the placement rule decides on the way. */
  ask(slot: number, segment: number, at: number): number;
  /** Sends the tensor before the next segment, or the answer, to its target. */
  send(slot: number, group: number): void;
  /** Latency ends. */
  complete(slot: number): void;
  /** A request may end: what is counted of it has room. */
  makesRoom(): void;
  /** A request has waited so long, for its quantiles. */
  waited(group: number, slice: number, seconds: number): void;
  /** An event of a request happens: it is counted and enters the fingerprint. */
  happens(code: number, slot: number): void;
}
