/**
 * Flows over several capacities at once, max-min fair by progressive filling. Exact: rates change only when a flow begins or ends, and
 * only in the connected part of the network that it touches. Work is in bits.
 */
import { type FlowHost, residue } from "./shared.ts";

interface Flow {
  readonly slot: number;
  readonly path: readonly number[];
  readonly size: number;
  remaining: number;
  rate: number;
  since: number;
}

interface Resource {
  readonly capacity: number;
  readonly flows: Set<number>;
  /** Bits carried. */
  carried: number;
}

export class FluidLinks {
  private readonly host: FlowHost;
  private readonly resources = new Map<number, Resource>();
  private readonly flows = new Map<number, Flow>();
  private readonly ids: number[] = [];
  /** By flow id, never reset: what was scheduled for an earlier flow of that id stays recognisable. */
  private readonly generations: number[] = [];
  private fresh = 0;

  constructor(host: FlowHost) {
    this.host = host;
  }

  /** @param path resources crossed, with their capacities [bit/s] in `capacities` @param size [bit] */
  enter(path: readonly number[], capacities: readonly number[], slot: number, size: number, now: number): void {
    const id = this.ids.pop() ?? this.fresh++;
    this.flows.set(id, { slot, path, size, remaining: size, rate: 0, since: now });
    path.forEach((resource, i) => {
      let r = this.resources.get(resource);
      if (r === undefined) {
        r = { capacity: capacities[i]!, flows: new Set(), carried: 0 };
        this.resources.set(resource, r);
      }
      r.flows.add(id);
    });
    this.settle(path, now);
  }

  complete(id: number, generation: number, now: number): void {
    const flow = this.flows.get(id);
    if (flow === undefined || this.generations[id] !== generation) return;
    flow.remaining = Math.min(flow.remaining, this.left(flow, now));
    const ended = [id];
    for (const other of this.connected(flow.path).flows) {
      const f = this.flows.get(other)!;
      if (other !== id && this.left(f, now) <= residue * f.size) ended.push(other);
    }
    ended.sort((a, b) => this.host.orderOf(this.flows.get(a)!.slot) - this.host.orderOf(this.flows.get(b)!.slot));
    const touched = new Set<number>();
    const slots: number[] = [];
    for (const end of ended) {
      const f = this.flows.get(end)!;
      for (const resource of f.path) {
        const r = this.resources.get(resource)!;
        r.carried += f.rate * (now - f.since);
        r.flows.delete(end);
        touched.add(resource);
      }
      slots.push(f.slot);
      this.flows.delete(end);
      this.ids.push(end);
    }
    this.settle([...touched], now);
    for (const slot of slots) this.host.flowEnds(slot);
  }

  /** Bits carried over the capacity, up to `now`: seconds at full rate. */
  busySeconds(resource: number, now: number): number {
    const r = this.resources.get(resource);
    if (r === undefined) return 0;
    let bits = r.carried;
    for (const id of r.flows) {
      const f = this.flows.get(id)!;
      bits += f.rate * (now - f.since);
    }
    return bits / r.capacity;
  }

  private left(flow: Flow, now: number): number {
    return flow.remaining - flow.rate * (now - flow.since);
  }

  private connected(start: readonly number[]): { resources: Set<number>; flows: Set<number> } {
    const resources = new Set(start);
    const flows = new Set<number>();
    for (const resource of resources) {
      for (const id of this.resources.get(resource)?.flows ?? []) {
        if (flows.has(id)) continue;
        flows.add(id);
        for (const other of this.flows.get(id)!.path) resources.add(other);
      }
    }
    return { resources, flows };
  }

  /** New rates for all that is connected with `start`. */
  private settle(start: readonly number[], now: number): void {
    const { resources, flows } = this.connected(start);
    for (const id of flows) {
      const f = this.flows.get(id)!;
      const sent = f.rate * (now - f.since);
      for (const resource of f.path) this.resources.get(resource)!.carried += sent;
      f.remaining = Math.max(0, f.remaining - sent);
      f.since = now;
    }
    const open = new Set(flows);
    const spare = new Map([...resources].map((r) => [r, this.resources.get(r)!.capacity]));
    const count = new Map([...resources].map((r) => [r, this.resources.get(r)!.flows.size]));
    while (open.size > 0) {
      let narrowest = -1;
      let share = Number.POSITIVE_INFINITY;
      for (const resource of resources) {
        const n = count.get(resource)!;
        if (n === 0) continue;
        const s = spare.get(resource)! / n;
        if (s < share) {
          share = s;
          narrowest = resource;
        }
      }
      for (const id of this.resources.get(narrowest)!.flows) {
        if (!open.delete(id)) continue;
        const f = this.flows.get(id)!;
        f.rate = share;
        for (const resource of f.path) {
          spare.set(resource, Math.max(0, spare.get(resource)! - share));
          count.set(resource, count.get(resource)! - 1);
        }
      }
    }
    for (const id of flows) {
      const f = this.flows.get(id)!;
      const generation = ((this.generations[id] ?? 0) + 1) & 0x3fffffff;
      this.generations[id] = generation;
      this.host.scheduleFlow(now + f.remaining / f.rate, id, generation);
    }
  }
}
