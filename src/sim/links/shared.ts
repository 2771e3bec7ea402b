/**
 * Links that all messages use at once, each alone on its way: equal shares of one capacity. Exact, with virtual time: bits sent for
 * each flow since the resource was last empty; a flow ends when that reaches its own size. A capacity that changes needs no events:
 * between two of ours the number of flows stays, so the next end is where the integral of the capacity says.
 */
import { FlowHeap } from "./flow-heap.ts";
import { ConstantRate, type FlowHost, type FlowingKind, keptIdle, type Rate, residue } from "./link-kind.ts";

interface Resource {
  rate: Rate;
  /** Virtual time [bit per flow]. */
  sent: number;
  since: number;
  generation: number;
  readonly flows: FlowHeap;
  busy: number;
}

export class SharedLinks implements FlowingKind {
  private readonly host: FlowHost;
  /** Those in use: an idle one is forgotten, so that a million devices take no more room than those that send. */
  private readonly resources = new Map<number, Resource>();
  /** Busy seconds of resources that were forgotten, by link direction. */
  private readonly forgotten: number[] = [];
  private readonly spare: Resource[] = [];
  /** Never used twice, so that what was scheduled for a resource before it was forgotten is not taken for its own. */
  private generation = 0;

  constructor(host: FlowHost) {
    this.host = host;
  }

  enter([id]: readonly number[], slot: number, bits: number, now: number): void {
    let r = this.resources.get(id!);
    if (r === undefined) {
      r = this.spare.pop() ?? this.unused();
      r.rate = this.host.rateOf(id!);
      r.since = now;
      r.busy = 0;
      this.resources.set(id!, r);
    }
    this.advance(r, now);
    r.flows.push(r.sent + bits, bits, slot);
    this.reschedule(id!, r, now);
  }

  event(id: number, generation: number, now: number): void {
    const r = this.resources.get(id);
    if (r === undefined || generation !== r.generation) return;
    this.advance(r, now);
    r.sent = r.flows.end;
    const ended: number[] = [];
    while (r.flows.length > 0 && r.flows.end - r.sent <= residue * r.flows.size) ended.push(r.flows.pop());
    if (r.flows.length === 0) this.rest(id, r);
    else this.reschedule(id, r, now);
    for (const slot of ended) this.host.sent(slot, 0, 0);
  }

  /** Seconds with at least one flow, up to `now`. */
  busySeconds(id: number, now: number): number {
    const r = this.resources.get(id);
    return r === undefined ? 0 : r.busy + (r.flows.length > 0 ? now - r.since : 0);
  }

  busyWithin(first: number, end: number, now: number): number {
    let sum = this.forgotten[this.host.wayOf(first)] ?? 0;
    for (const id of this.resources.keys()) if (id >= first && id < end) sum += this.busySeconds(id, now);
    return sum;
  }

  private unused(): Resource {
    const flows = new FlowHeap((of) => this.host.orderOf(of));
    return { rate: this.host.rateOf(0), sent: 0, since: 0, generation: 0, flows, busy: 0 };
  }

  /** Where the capacity changes it is kept as long as they are few: the next flow goes on with it. */
  private rest(id: number, r: Resource): void {
    r.sent = 0;
    if (!(r.rate instanceof ConstantRate) && this.resources.size <= keptIdle) return;
    const way = this.host.wayOf(id);
    this.forgotten[way] = (this.forgotten[way] ?? 0) + r.busy;
    this.resources.delete(id);
    this.spare.push(r);
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
    this.generation = (this.generation + 1) & 0x3fffffff;
    r.generation = this.generation;
    const left = r.flows.end - r.sent;
    // An empty message waits for service all the same.
    const hasEnded = r.flows.size > 0 && left <= residue * r.flows.size;
    const at = hasEnded ? now : r.rate.reaches(now, left * r.flows.length);
    this.host.scheduleFlow(at, id, r.generation);
  }
}
