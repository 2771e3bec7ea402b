/**
 * Links that all messages use at once, each alone on its way: equal shares of one capacity. Exact, with virtual time: bits sent for
 * each flow since the resource was last empty; a flow ends when that reaches its own size. A capacity that changes needs no events:
 * between two of ours the number of flows stays, so the next end is where the integral of the capacity says.
 */
import { FlowHeap } from "./flow-heap.ts";
import { type FlowHost, type FlowingKind, type Rate, residue } from "./link-kind.ts";

interface Resource {
  readonly rate: Rate;
  /** Virtual time [bit per flow]. */
  sent: number;
  since: number;
  generation: number;
  readonly flows: FlowHeap;
  busy: number;
}

export class SharedLinks implements FlowingKind {
  private readonly host: FlowHost;
  private readonly resources: (Resource | undefined)[] = [];

  constructor(host: FlowHost) {
    this.host = host;
  }

  enter([id]: readonly number[], slot: number, bits: number, now: number): void {
    let r = this.resources[id!];
    if (r === undefined) {
      const flows = new FlowHeap((of) => this.host.orderOf(of));
      r = { rate: this.host.rateOf(id!), sent: 0, since: now, generation: 0, flows, busy: 0 };
      this.resources[id!] = r;
    }
    this.advance(r, now);
    r.flows.push(r.sent + bits, bits, slot);
    this.reschedule(id!, r, now);
  }

  event(id: number, generation: number, now: number): void {
    const r = this.resources[id]!;
    if (generation !== r.generation) return;
    this.advance(r, now);
    r.sent = r.flows.end;
    const ended: number[] = [];
    while (r.flows.length > 0 && r.flows.end - r.sent <= residue * r.flows.size) ended.push(r.flows.pop());
    if (r.flows.length === 0) r.sent = 0;
    else this.reschedule(id, r, now);
    for (const slot of ended) this.host.sent(slot, 0, 0);
  }

  /** Seconds with at least one flow, up to `now`. */
  busySeconds(id: number, now: number): number {
    const r = this.resources[id];
    return r === undefined ? 0 : r.busy + (r.flows.length > 0 ? now - r.since : 0);
  }

  private advance(r: Resource, now: number): void {
    const n = r.flows.length;
    if (n > 0) {
      r.sent += r.rate.integral(r.since, now) / n;
      r.busy += now - r.since;
    }
    r.since = now;
    r.rate.forget(now);
  }

  private reschedule(id: number, r: Resource, now: number): void {
    r.generation = (r.generation + 1) & 0x3fffffff;
    const at = r.rate.reaches(now, Math.max(0, r.flows.end - r.sent) * r.flows.length);
    this.host.scheduleFlow(at, id, r.generation);
  }
}
