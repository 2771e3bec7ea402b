/**
 * Flows over several capacities at once, max-min fair by progressive filling. Exact: rates change only when a flow begins or ends, and
 * only in the connected part of the network that it touches. Flows of one path have one rate, so they are kept as a bundle with its own
 * virtual time: what an event costs follows the paths in use, not the flows. Work is in bits.
 */
import { type FlowHost, residue } from "./shared.ts";

interface Bundle {
  readonly id: number;
  readonly path: readonly number[];
  /** Bits sent for each of its flows since it was last empty. */
  sent: number;
  /** Rate of each flow [bit/s]. */
  rate: number;
  since: number;
  /** Binary heap of flows by (end, order): the value of `sent` at which a flow ends, its size, its request. */
  readonly ends: number[];
  readonly sizes: number[];
  readonly slots: number[];
  /** What was scheduled last; earlier schedules are stale. */
  generation: number;
}

interface Resource {
  readonly capacity: number;
  /** Bundles with at least one flow. */
  readonly bundles: Set<Bundle>;
  /** Bits carried. */
  carried: number;
  /** Scratch of progressive filling. */
  spare: number;
  open: number;
}

export class FluidLinks {
  private readonly host: FlowHost;
  private readonly resources: Resource[] = [];
  private readonly bundles: Bundle[] = [];
  private readonly byPath = new Map<string, Bundle>();

  constructor(host: FlowHost) {
    this.host = host;
  }

  /** @param path resources crossed, with their capacities [bit/s] in `capacities` @param size [bit] */
  enter(path: readonly number[], capacities: readonly number[], slot: number, size: number, now: number): void {
    const bundle = this.bundleOf(path, capacities);
    const touched = this.connected([bundle]);
    this.advance(touched, now);
    if (bundle.ends.length === 0) {
      bundle.sent = 0;
      for (const id of path) this.resources[id]!.bundles.add(bundle);
      if (!touched.includes(bundle)) touched.push(bundle);
    }
    this.push(bundle, bundle.sent + size, size, slot);
    this.share(touched, now);
  }

  complete(id: number, generation: number, now: number): void {
    const bundle = this.bundles[id]!;
    if (generation !== bundle.generation || bundle.ends.length === 0) return;
    const touched = this.connected([bundle]);
    this.advance(touched, now);
    bundle.sent = Math.max(bundle.sent, bundle.ends[0]!);
    const ended: number[] = [];
    for (const b of touched) {
      while (b.ends.length > 0 && b.ends[0]! - b.sent <= residue * b.sizes[0]!) ended.push(this.pop(b));
      if (b.ends.length === 0) for (const resource of b.path) this.resources[resource]!.bundles.delete(b);
    }
    this.share(
      touched.filter((b) => b.ends.length > 0),
      now,
    );
    ended.sort((a, b) => this.host.orderOf(a) - this.host.orderOf(b));
    for (const slot of ended) this.host.flowEnds(slot);
  }

  /** Bits carried over the capacity, up to `now`: seconds at full rate. */
  busySeconds(id: number, now: number): number {
    const resource = this.resources[id];
    if (resource === undefined) return 0;
    let bits = resource.carried;
    for (const b of resource.bundles) bits += b.ends.length * b.rate * (now - b.since);
    return bits / resource.capacity;
  }

  private bundleOf(path: readonly number[], capacities: readonly number[]): Bundle {
    const key = path.join(" ");
    const known = this.byPath.get(key);
    if (known !== undefined) return known;
    const bundle: Bundle = {
      id: this.bundles.length,
      path,
      sent: 0,
      rate: 0,
      since: 0,
      ends: [],
      sizes: [],
      slots: [],
      generation: 0,
    };
    path.forEach((id, i) => {
      this.resources[id] ??= { capacity: capacities[i]!, bundles: new Set(), carried: 0, spare: 0, open: 0 };
    });
    this.bundles.push(bundle);
    this.byPath.set(key, bundle);
    return bundle;
  }

  /** Bundles in use that share a capacity with these, directly or through others. */
  private connected(start: readonly Bundle[]): Bundle[] {
    const found = new Set<Bundle>(start.filter((b) => b.ends.length > 0));
    const resources = new Set<number>(start.flatMap((b) => b.path));
    for (const id of resources) {
      for (const b of this.resources[id]!.bundles) {
        found.add(b);
        for (const other of b.path) resources.add(other);
      }
    }
    return [...found];
  }

  private advance(bundles: readonly Bundle[], now: number): void {
    for (const b of bundles) {
      const each = b.rate * (now - b.since);
      b.sent += each;
      b.since = now;
      for (const id of b.path) this.resources[id]!.carried += each * b.ends.length;
    }
  }

  /** New rates for bundles that are all that is connected, and when the first flow of each ends. */
  private share(bundles: readonly Bundle[], now: number): void {
    const resources = new Set<Resource>(bundles.flatMap((b) => b.path.map((id) => this.resources[id]!)));
    for (const r of resources) {
      r.spare = r.capacity;
      r.open = 0;
      for (const b of r.bundles) r.open += b.ends.length;
    }
    const waiting = new Set(bundles);
    while (waiting.size > 0) {
      let narrowest: Resource | null = null;
      let rate = Number.POSITIVE_INFINITY;
      for (const r of resources) {
        if (r.open === 0 || r.spare / r.open >= rate) continue;
        rate = r.spare / r.open;
        narrowest = r;
      }
      if (narrowest === null) throw new Error(`fluid links: ${waiting.size} bundles without a capacity at t=${now} s`);
      for (const b of narrowest.bundles) {
        if (!waiting.delete(b)) continue;
        b.rate = rate;
        for (const id of b.path) {
          const r = this.resources[id]!;
          r.spare = Math.max(0, r.spare - rate * b.ends.length);
          r.open -= b.ends.length;
        }
      }
    }
    for (const b of bundles) {
      b.since = now;
      b.generation = (b.generation + 1) & 0x3fffffff;
      this.host.scheduleFlow(now + Math.max(0, b.ends[0]! - b.sent) / b.rate, b.id, b.generation);
    }
  }

  private before(b: Bundle, i: number, j: number): boolean {
    const [x, y] = [b.ends[i]!, b.ends[j]!];
    return x !== y ? x < y : this.host.orderOf(b.slots[i]!) < this.host.orderOf(b.slots[j]!);
  }

  private push(b: Bundle, end: number, size: number, slot: number): void {
    let i = b.ends.push(end) - 1;
    b.sizes.push(size);
    b.slots.push(slot);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(b, i, parent)) break;
      swap(b, i, parent);
      i = parent;
    }
  }

  private pop(b: Bundle): number {
    const slot = b.slots[0]!;
    const last = b.ends.length - 1;
    swap(b, 0, last);
    b.ends.pop();
    b.sizes.pop();
    b.slots.pop();
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < last && this.before(b, child, least)) least = child;
      if (least === i) return slot;
      swap(b, i, least);
      i = least;
    }
  }
}

function swap(b: Bundle, i: number, j: number): void {
  for (const list of [b.ends, b.sizes, b.slots]) {
    const held = list[i]!;
    list[i] = list[j]!;
    list[j] = held;
  }
}
