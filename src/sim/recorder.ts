import type { Requests } from "./requests.ts";

/** Is told what happened to each request, for row-by-row output; times in seconds. */
export interface Recorder {
  /** `service`: seconds in service, where that is not all the time since `startedAt`. */
  visit(slot: number, group: number, queuedAt: number, startedAt: number, endedAt: number, service?: number): void;
  message(slot: number, direction: number, queuedAt: number, startedAt: number, endedAt: number): void;
  ended(slot: number, requests: Requests, end: string, at: number, prediction: number, correct: boolean | null): void;
}
