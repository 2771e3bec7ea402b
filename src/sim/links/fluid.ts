/**
 * Flows over several capacities at once, weighted max-min fair by progressive filling, each with a rate limit if it has one. Exact:
 * rates change only when a flow begins or ends or a capacity changes, and only in the connected part of the network that it touches.
 * Flows of one path and weight have one rate, so they are kept as a bundle with its own virtual time: what an event costs follows the
 * paths in use, not the flows. Work is in bits.
 */
import { FlowHeap } from "./flow-heap.ts";
import { type FlowHost, type FlowingKind, keptIdle, type Rate, residue } from "./link-kind.ts";

interface Bundle {
  readonly id: number;
  readonly key: string;
  readonly path: readonly Resource[];
  readonly weight: number;
  /** Most that one flow gets [bit/s]. */
  readonly cap: number;
  /** Bits sent for each of its flows since it was last empty. */
  sent: number;
  /** Rate of each flow [bit/s]. */
  rate: number;
  since: number;
  readonly flows: FlowHeap;
  /** What was scheduled last; earlier schedules are stale. */
  generation: number;
}

interface Resource {
  readonly id: number;
  readonly rate: Rate;
  /** Bundles with at least one flow. */
  readonly bundles: Set<Bundle>;
  /** Bundles that are kept, with flows or without. */
  paths: number;
  /** Capacity until it changes next. */
  capacity: number;
  generation: number;
  /** Share of the capacity in use, 1 where it is 0 and somebody waits; and its integral up to `since`. */
  load: number;
  used: number;
  since: number;
  /** Scratch of progressive filling: capacity left, weight of the flows without a rate. */
  spare: number;
  open: number;
}

export class FluidLinks implements FlowingKind {
  private readonly host: FlowHost;
  /** Those in use, and some that were: of large fleets the others are forgotten. */
  private readonly resources = new Map<number, Resource>();
  private readonly bundles: Bundle[] = [];
  private readonly byPath = new Map<string, Bundle>();
  /** Ids of bundles that were forgotten. */
  private readonly free: number[] = [];
  /** What resources that were forgotten carried, as {@link busySeconds}, by link direction. */
  private readonly forgotten: number[] = [];
  /** Never used twice, so that what was scheduled for one that was forgotten is not taken for another's. */
  private generation = 0;

  constructor(host: FlowHost) {
    this.host = host;
  }

  enter(path: readonly number[], slot: number, bits: number, now: number): void {
    const bundle = this.bundleOf(path, this.host.weightOf(slot), now);
    const touched = this.connected([bundle]);
    this.advance(touched, now);
    if (bundle.flows.length === 0) {
      bundle.sent = 0;
      for (const r of bundle.path) {
        // An idle capacity was not followed while it changed.
        if (r.bundles.size === 0) this.follow(r, now);
        r.bundles.add(bundle);
      }
      touched.push(bundle);
    }
    bundle.flows.push(bundle.sent + bits, bits, slot);
    this.share(touched, bundle.path, now);
  }

  /** Even entities are bundles with a flow that ends, odd ones capacities that change. */
  event(entity: number, generation: number, now: number): void {
    if (entity % 2 === 0) this.complete(this.bundles[entity >> 1]!, generation, now);
    else {
      const r = this.resources.get(entity >> 1);
      if (r !== undefined) this.change(r, generation, now);
    }
  }

  /** Integral of the used share of the capacity, up to `now`: seconds at full rate. */
  busySeconds(id: number, now: number): number {
    const r = this.resources.get(id);
    return r === undefined ? 0 : r.used + r.load * (now - r.since);
  }

  busyWithin(first: number, end: number, now: number): number {
    let sum = this.forgotten[this.host.wayOf(first)] ?? 0;
    if (end - first <= keptIdle) for (let id = first; id < end; id++) sum += this.busySeconds(id, now);
    else for (const id of this.resources.keys()) if (id >= first && id < end) sum += this.busySeconds(id, now);
    return sum;
  }

  private complete(bundle: Bundle, generation: number, now: number): void {
    if (generation !== bundle.generation || bundle.flows.length === 0) return;
    const touched = this.connected([bundle]);
    this.advance(touched, now);
    bundle.sent = Math.max(bundle.sent, bundle.flows.end);
    this.settle(touched, now);
  }

  private change(r: Resource, generation: number, now: number): void {
    if (generation !== r.generation || r.bundles.size === 0) return;
    const touched = this.connected([...r.bundles]);
    this.advance(touched, now);
    this.follow(r, now);
    // What ends at this very instant must not wait for a capacity that has gone.
    this.settle(touched, now);
  }

  /** Ends the flows that have sent all, and shares anew what there is. */
  private settle(touched: readonly Bundle[], now: number): void {
    const ended: number[] = [];
    for (const b of touched) {
      while (b.flows.length > 0 && b.flows.end - b.sent <= residue * b.flows.size) ended.push(b.flows.pop());
      if (b.flows.length === 0) for (const r of b.path) r.bundles.delete(b);
    }
    this.share(
      touched.filter((b) => b.flows.length > 0),
      touched.flatMap((b) => b.path),
      now,
    );
    for (const b of touched) if (b.flows.length === 0) this.rest(b);
    ended.sort((a, b) => this.host.orderOf(a) - this.host.orderOf(b));
    for (const slot of ended) this.host.sent(slot, 0, 0);
  }

  /** Takes the capacity of now, and asks to be told of its next change. */
  private follow(r: Resource, now: number): void {
    r.rate.forget(now);
    r.capacity = r.rate.at(now);
    r.generation = this.nextGeneration();
    this.host.scheduleFlow(r.rate.changeAfter(now), r.id * 2 + 1, r.generation);
  }

  private bundleOf(path: readonly number[], weight: number, now: number): Bundle {
    const key = `${path.join(" ")}/${weight}`;
    const known = this.byPath.get(key);
    if (known !== undefined) return known;
    const bundle: Bundle = {
      id: this.free.pop() ?? this.bundles.length,
      key,
      path: path.map((id) => this.resourceOf(id, now)),
      weight,
      cap: Math.min(...path.map((id) => this.host.capOf(id))),
      sent: 0,
      rate: 0,
      since: 0,
      flows: new FlowHeap((slot) => this.host.orderOf(slot)),
      generation: 0,
    };
    for (const r of bundle.path) r.paths++;
    this.bundles[bundle.id] = bundle;
    this.byPath.set(key, bundle);
    return bundle;
  }

  private nextGeneration(): number {
    this.generation = (this.generation + 1) & 0x3fffffff;
    return this.generation;
  }

  /** A bundle without flows is forgotten where there are many, and with it what only it crossed. */
  private rest(bundle: Bundle): void {
    if (this.byPath.size <= keptIdle) return;
    this.byPath.delete(bundle.key);
    this.free.push(bundle.id);
    for (const r of bundle.path) {
      if (--r.paths > 0) continue;
      const way = this.host.wayOf(r.id);
      this.forgotten[way] = (this.forgotten[way] ?? 0) + r.used;
      this.resources.delete(r.id);
    }
  }

  private resourceOf(id: number, now: number): Resource {
    const known = this.resources.get(id);
    if (known !== undefined) return known;
    const resource: Resource = {
      id,
      rate: this.host.rateOf(id),
      bundles: new Set(),
      paths: 0,
      capacity: 0,
      generation: 0,
      load: 0,
      used: 0,
      since: now,
      spare: 0,
      open: 0,
    };
    this.resources.set(id, resource);
    return resource;
  }

  /** Bundles in use that share a capacity with these, directly or through others. */
  private connected(start: readonly Bundle[]): Bundle[] {
    const found = new Set<Bundle>(start.filter((b) => b.flows.length > 0));
    const resources = new Set<Resource>(start.flatMap((b) => b.path));
    for (const r of resources) {
      for (const b of r.bundles) {
        found.add(b);
        for (const other of b.path) resources.add(other);
      }
    }
    return [...found];
  }

  private advance(bundles: readonly Bundle[], now: number): void {
    for (const b of bundles) {
      b.sent += b.rate * (now - b.since);
      b.since = now;
    }
  }

  /**
   * New rates for bundles that are all that is connected, and when the first flow of each ends.
   * @param left resources that they may have left
   */
  private share(bundles: readonly Bundle[], left: readonly Resource[], now: number): void {
    const resources = new Set<Resource>([...left, ...bundles.flatMap((b) => b.path)]);
    for (const r of resources) {
      r.used += r.load * (now - r.since);
      r.since = now;
      r.spare = r.capacity;
      r.open = 0;
      for (const b of r.bundles) r.open += b.flows.length * b.weight;
    }
    this.fill(bundles, resources, now);
    for (const r of resources) {
      r.load = r.bundles.size === 0 ? 0 : r.capacity === 0 ? 1 : Math.min(1, carried(r) / r.capacity);
    }
    for (const b of bundles) {
      b.since = now;
      b.generation = this.nextGeneration();
      const at = b.rate > 0 ? now + Math.max(0, b.flows.end - b.sent) / b.rate : Number.POSITIVE_INFINITY;
      this.host.scheduleFlow(at, b.id * 2, b.generation);
    }
  }

  /** Progressive filling: the level rises for all until a capacity is used up or a flow has all it may have. */
  private fill(bundles: readonly Bundle[], resources: Iterable<Resource>, now: number): void {
    const waiting = new Set(bundles);
    while (waiting.size > 0) {
      let level = Number.POSITIVE_INFINITY;
      let narrowest: Resource | null = null;
      for (const r of resources) {
        if (!(r.open > 0) || r.spare / r.open >= level) continue;
        level = r.spare / r.open;
        narrowest = r;
      }
      let fixed: Bundle[] = [];
      for (const b of waiting) {
        if (b.cap / b.weight < level) {
          level = b.cap / b.weight;
          fixed = [b];
        } else if (b.cap / b.weight === level && fixed.length > 0) fixed.push(b);
      }
      if (fixed.length === 0) {
        if (narrowest === null)
          throw new Error(`fluid links: ${waiting.size} bundles without a capacity at t=${now} s`);
        fixed = [...narrowest.bundles].filter((b) => waiting.has(b));
        // What rounding leaves open belongs to nobody.
        if (fixed.length === 0) narrowest.open = 0;
      }
      for (const b of fixed) {
        waiting.delete(b);
        b.rate = level * b.weight;
        for (const r of b.path) {
          r.spare = Math.max(0, r.spare - b.rate * b.flows.length);
          r.open -= b.weight * b.flows.length;
        }
      }
    }
  }
}

function carried(r: Resource): number {
  let rate = 0;
  for (const b of r.bundles) rate += b.rate * b.flows.length;
  return rate;
}
