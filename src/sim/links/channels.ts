/** What changes with time on the links: capacities with their outages, delays and spells, each kept for the resource it belongs to. */
import type { Distribution } from "../distribution.ts";
import { mean } from "../distribution-moments.ts";
import type { KeyRoot } from "../draw.ts";
import type { Link, LinkDirection, Setup } from "../setup.ts";
import type { Tables } from "../tables.ts";
import { ConstantRate, type Rate } from "./link-kind.ts";
import {
  Constant,
  Marks,
  type PieceKey,
  type Pieces,
  Product,
  pieceKey,
  pieceMaker,
  TwoStates,
  turnsOf,
  Windows,
} from "./pieces.ts";
import { Timeline } from "./timeline.ts";
import { Timelines } from "./timelines.ts";
import type { Varying } from "./varying.ts";

const directions = ["up", "down"] as const;

export class Channels {
  private readonly firstResource: Tables["firstResource"];
  private readonly ways: readonly LinkDirection[];
  /** By link direction: one for all resources where all have the same capacity over time. */
  private readonly common: readonly (Rate | null)[];
  private readonly rates: readonly (Timelines | null)[];
  private readonly delays: readonly (Timelines | null)[];
  private readonly bursts: readonly (Timelines | null)[];

  constructor(setup: Setup, firstResource: Tables["firstResource"], root: KeyRoot) {
    this.firstResource = firstResource;
    this.ways = setup.links.flatMap((link) => [link.up, link.down]);
    const outages = setup.links.map((_, l) => new Marks(root, firstResource[2 * l + 1]! - firstResource[2 * l]!));
    const each = this.ways.map(
      (_, way) => new Origins(setup.links[way >> 1]!, way, root, firstResource, outages[way >> 1]!),
    );
    this.common = each.map((origins) => origins.common());
    this.rates = each.map((origins, way) => (this.common[way] === null ? origins.rates() : null));
    this.delays = each.map((origins) => origins.delays());
    this.bursts = each.map((origins) => origins.bursts());
  }

  /** Link direction that a resource belongs to. There are few of them, and may be a million resources. */
  way(resource: number): number {
    let way = 0;
    while (resource >= this.firstResource[way + 1]!) way++;
    return way;
  }

  /** Capacity over time, outages taken off. @param now nobody will ask about times before */
  rate(resource: number, now: number): Rate {
    const way = this.way(resource);
    return this.common[way] ?? this.rates[way]!.of(resource - this.firstResource[way]!, now);
  }

  /** When what has left at `leftAt` arrives, without jitter. */
  arrival(resource: number, leftAt: number, now: number): number {
    const way = this.way(resource);
    const lines = this.delays[way]!;
    if (lines === null) return leftAt + this.ways[way]!.latency;
    const delays = lines.of(resource - this.firstResource[way]!, now);
    delays.forget(now);
    return leftAt + delays.at(leftAt);
  }

  /** When what is due at `at` arrives: then, or when the spell it falls into ends. */
  afterSpell(resource: number, at: number, now: number): number {
    const way = this.way(resource);
    const lines = this.bursts[way]!;
    if (lines === null) return at;
    const spells = lines.of(resource - this.firstResource[way]!, now);
    spells.forget(now);
    return spells.at(at) > 0 ? at : spells.changeAfter(at);
  }
}

/** Where what changes at the resources of one link direction comes from. Traces of both directions begin together; processes are each direction's own. */
class Origins {
  private readonly link: Link;
  private readonly way: LinkDirection;
  private readonly direction: "up" | "down";
  private readonly root: KeyRoot;
  private readonly count: number;
  /** Marks of the link's outages, which are the same for both directions. */
  private readonly outages: Marks;

  constructor(link: Link, way: number, root: KeyRoot, firstResource: Tables["firstResource"], outages: Marks) {
    this.link = link;
    this.direction = directions[way & 1]!;
    this.way = link[this.direction];
    this.root = root;
    this.count = firstResource[way + 1]! - firstResource[way]!;
    this.outages = outages;
  }

  /** Capacity over time of all resources alike; null where each has its own. */
  common(): Rate | null {
    const { varying, capacity } = this.way;
    const { outages } = this.link;
    if (varying === null && outages === null) return new ConstantRate(capacity);
    const isDrawn = varying !== null && (varying.kind !== "steps" || varying.start === "random");
    return isDrawn || outages?.kind === "random" ? null : new Timeline(this.capacity()());
  }

  rates(): Timelines {
    return new Timelines(this.count, this.link.kind === "shared", this.capacity());
  }

  delays(): Timelines | null {
    const { delays } = this.way;
    return delays === null ? null : new Timelines(this.count, false, this.varying(delays, "delay"));
  }

  bursts(): Timelines | null {
    const { bursts } = this.way;
    if (bursts === null) return null;
    const spells = this.turns(
      bursts.every,
      bursts.lasts,
      this.key("bursts", this.direction),
      new Marks(this.root, this.count),
    );
    return new Timelines(this.count, false, spells);
  }

  private capacity(): () => Pieces {
    const { varying, capacity } = this.way;
    const own = varying === null ? () => new Constant(capacity) : this.varying(varying, "capacity");
    const { outages } = this.link;
    if (outages === null) return own;
    const service = this.service(outages);
    return () => new Product(own(), service());
  }

  /** 1 with service, 0 without: the same for both directions. */
  private service(outages: NonNullable<Link["outages"]>): () => Pieces {
    if (outages.kind === "windows") return () => new Windows(outages.windows);
    return this.turns(outages.up, outages.down, this.key("outages"), this.outages);
  }

  /** 1 and 0 in turn. */
  private turns(one: Distribution, zero: Distribution, key: PieceKey, marks: Marks): () => Pieces {
    const turns = turnsOf(1, 0, one, zero);
    return () => new TwoStates(turns, key, marks);
  }

  private varying(varying: Varying, what: string): () => Pieces {
    return pieceMaker(varying, this.key(what, this.direction), this.key("trace"), new Marks(this.root, this.count));
  }

  private key(what: string, ...more: string[]): PieceKey {
    return pieceKey(this.root, 0, what, this.link.name, ...more);
  }
}

/** Share of time in which a link has service, in the long run; outages by a timetable end and count for nothing. */
export function availability({ outages }: Pick<Link, "outages">): number {
  if (outages === null || outages.kind === "windows") return 1;
  const [up, down] = [mean(outages.up), mean(outages.down)];
  return up / (up + down);
}
