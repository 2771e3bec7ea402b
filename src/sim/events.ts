/** Events that are no request's own. Kinds of all events: `event-kinds.ts`. */
export * from "./event-kinds.ts";

/** Whoever wants to know that a timer went off. */
export interface Listener {
  goesOff(id: number): void;
}

/** Events that are no request's own: `~timer` in the agenda. */
export class Timers {
  private readonly codes: number[] = [];
  private readonly payloads: number[] = [];
  private readonly listeners: (Listener | null)[] = [];
  private readonly free: number[] = [];

  /** @returns id for the agenda, below 0 */
  set(code: number, payload: number, listener: Listener | null = null): number {
    const timer = this.free.pop() ?? this.codes.length;
    this.listeners[timer] = listener;
    this.codes[timer] = code;
    this.payloads[timer] = payload;
    return ~timer;
  }

  code(id: number): number {
    return this.codes[~id]!;
  }

  payload(id: number): number {
    return this.payloads[~id]!;
  }

  listener(id: number): Listener | null {
    return this.listeners[~id]!;
  }

  /** After it went off. */
  release(id: number): void {
    this.free.push(~id);
  }
}
