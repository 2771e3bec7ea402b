/**
 * Links that all messages use at once, each alone on its way: equal shares of one capacity. Exact, with virtual time: service given to
 * each flow since the resource was last empty; a flow ends when it reaches its own work. Work is in seconds at full rate.
 */
export interface FlowHost {
  /** Flow of request `slot` has had its last bit sent. */
  flowEnds(slot: number): void;
  /** Ask to call `complete(resource, generation)` at `time`. */
  scheduleFlow(time: number, resource: number, generation: number): void;
  /** Order of requests, to settle simultaneous ends. */
  orderOf(slot: number): number;
}

interface Resource {
  /** Virtual time [s of service per flow]. */
  service: number;
  since: number;
  generation: number;
  /** Binary heap by (end, order). */
  readonly ends: number[];
  readonly works: number[];
  readonly slots: number[];
  busy: number;
}

/** A flow ends when this share of its work or less is left. */
export const residue = 1e-9;

export class SharedLinks {
  private readonly host: FlowHost;
  private readonly resources: (Resource | undefined)[] = [];

  constructor(host: FlowHost) {
    this.host = host;
  }

  enter(id: number, slot: number, work: number, now: number): void {
    let r = this.resources[id];
    if (r === undefined) {
      r = { service: 0, since: now, generation: 0, ends: [], works: [], slots: [], busy: 0 };
      this.resources[id] = r;
    }
    this.advance(r, now);
    this.push(r, r.service + work, work, slot);
    this.reschedule(id, r, now);
  }

  complete(id: number, generation: number, now: number): void {
    const r = this.resources[id]!;
    if (generation !== r.generation) return;
    this.advance(r, now);
    r.service = r.ends[0]!;
    const ended: number[] = [];
    while (r.ends.length > 0 && r.ends[0]! - r.service <= residue * r.works[0]!) ended.push(this.pop(r));
    if (r.ends.length === 0) r.service = 0;
    else this.reschedule(id, r, now);
    for (const slot of ended) this.host.flowEnds(slot);
  }

  /** Seconds with at least one flow, up to `now`. */
  busySeconds(id: number, now: number): number {
    const r = this.resources[id];
    return r === undefined ? 0 : r.busy + (r.ends.length > 0 ? now - r.since : 0);
  }

  private advance(r: Resource, now: number): void {
    const n = r.ends.length;
    if (n > 0) {
      r.service += (now - r.since) / n;
      r.busy += now - r.since;
    }
    r.since = now;
  }

  private reschedule(id: number, r: Resource, now: number): void {
    r.generation = (r.generation + 1) & 0x3fffffff;
    this.host.scheduleFlow(now + Math.max(0, r.ends[0]! - r.service) * r.ends.length, id, r.generation);
  }

  private before(r: Resource, i: number, j: number): boolean {
    const a = r.ends[i]!;
    const b = r.ends[j]!;
    return a !== b ? a < b : this.host.orderOf(r.slots[i]!) < this.host.orderOf(r.slots[j]!);
  }

  private push(r: Resource, end: number, work: number, slot: number): void {
    let i = r.ends.push(end) - 1;
    r.works.push(work);
    r.slots.push(slot);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(r, i, parent)) break;
      this.swap(r, i, parent);
      i = parent;
    }
  }

  private pop(r: Resource): number {
    const slot = r.slots[0]!;
    const last = r.ends.length - 1;
    this.swap(r, 0, last);
    r.ends.pop();
    r.works.pop();
    r.slots.pop();
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < last && this.before(r, child, least)) least = child;
      if (least === i) break;
      this.swap(r, i, least);
      i = least;
    }
    return slot;
  }

  private swap(r: Resource, i: number, j: number): void {
    for (const list of [r.ends, r.works, r.slots]) {
      const held = list[i]!;
      list[i] = list[j]!;
      list[j] = held;
    }
  }
}
