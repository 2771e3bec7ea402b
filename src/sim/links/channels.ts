/** What changes with time on the links: capacities with their outages, delays and spells, each kept for the resource it belongs to. */
import { mean } from "../distribution-moments.ts";
import type { KeyRoot } from "../draw.ts";
import type { Link, LinkDirection, Setup } from "../setup.ts";
import type { Tables } from "../tables.ts";
import { ConstantRate, type Rate } from "./link-kind.ts";
import { Constant, type PieceKey, type Pieces, Product, pieceKey, piecesOf, TwoStates, Windows } from "./pieces.ts";
import { Timeline } from "./timeline.ts";

const directions = ["up", "down"] as const;

export class Channels {
  private readonly links: readonly Link[];
  private readonly ways: readonly LinkDirection[];
  private readonly root: KeyRoot;
  private readonly firstResource: Tables["firstResource"];
  /** By link direction: one for all resources whose capacity never changes. */
  private readonly constants: readonly Rate[];
  private readonly rates: (Rate | undefined)[] = [];
  private readonly delays: (Timeline | undefined)[] = [];
  private readonly bursts: (Timeline | undefined)[] = [];

  constructor(setup: Setup, firstResource: Tables["firstResource"], root: KeyRoot) {
    this.links = setup.links;
    this.ways = setup.links.flatMap((link) => [link.up, link.down]);
    this.root = root;
    this.firstResource = firstResource;
    this.constants = this.ways.map(({ capacity }) => new ConstantRate(capacity));
  }

  /** Link direction that a resource belongs to. There are few of them, and may be a million resources. */
  way(resource: number): number {
    let way = 0;
    while (resource >= this.firstResource[way + 1]!) way++;
    return way;
  }

  /** Capacity over time, outages taken off. */
  rate(resource: number): Rate {
    const way = this.way(resource);
    if (this.ways[way]!.varying === null && this.links[way >> 1]!.outages === null) return this.constants[way]!;
    this.rates[resource] ??= this.makeRate(resource);
    return this.rates[resource];
  }

  /** When what has left at `leftAt` arrives, without jitter. */
  arrival(resource: number, leftAt: number, now: number): number {
    const way = this.ways[this.way(resource)]!;
    if (way.delays === null) return leftAt + way.latency;
    this.delays[resource] ??= new Timeline(this.pieces(resource, way.delays, "delay"));
    const delays = this.delays[resource];
    delays.forget(now);
    return leftAt + delays.at(leftAt);
  }

  /** When what is due at `at` arrives: then, or when the spell it falls into ends. */
  afterSpell(resource: number, at: number, now: number): number {
    const way = this.way(resource);
    const { bursts } = this.ways[way]!;
    if (bursts === null) return at;
    this.bursts[resource] ??= new Timeline(
      new TwoStates(1, 0, bursts.every, bursts.lasts, this.key(resource, "bursts", directions[way & 1]!)),
    );
    const spells = this.bursts[resource];
    spells.forget(now);
    return spells.at(at) > 0 ? at : spells.changeAfter(at);
  }

  private makeRate(resource: number): Rate {
    const way = this.way(resource);
    const { capacity, varying } = this.ways[way]!;
    const { outages } = this.links[way >> 1]!;
    const own = varying === null ? new Constant(capacity) : this.pieces(resource, varying, "capacity");
    return new Timeline(outages === null ? own : new Product(own, this.service(resource, outages)));
  }

  /** 1 with service, 0 without: the same for both directions. */
  private service(resource: number, outages: NonNullable<Link["outages"]>): Pieces {
    if (outages.kind === "windows") return new Windows(outages.windows);
    return new TwoStates(1, 0, outages.up, outages.down, this.key(resource, "outages"));
  }

  /** Traces of both directions begin together; processes are each direction's own. */
  private pieces(resource: number, varying: NonNullable<LinkDirection["varying"]>, what: string): Pieces {
    const direction = directions[this.way(resource) & 1]!;
    return piecesOf(varying, this.key(resource, what, direction), this.key(resource, "trace"));
  }

  private key(resource: number, what: string, ...more: string[]): PieceKey {
    const way = this.way(resource);
    const number = resource - this.firstResource[way]!;
    return pieceKey(this.root, number, what, this.links[way >> 1]!.name, ...more);
  }
}

/** Share of time in which a link has service, in the long run; outages by a timetable end and count for nothing. */
export function availability({ outages }: Pick<Link, "outages">): number {
  if (outages === null || outages.kind === "windows") return 1;
  const [up, down] = [mean(outages.up), mean(outages.down)];
  return up / (up + down);
}
