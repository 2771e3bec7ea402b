/** What the event loop looks up, made once per replication from the setup. */
import type { Distribution } from "./distribution.ts";
import { Draw, type KeyRoot } from "./draw.ts";
import { attachment, findRoute } from "./routes.ts";
import type { Setup, Size } from "./setup.ts";

/** Trunk of a segment and the head after it, on one group for one stream. */
export interface Stage {
  readonly trunk: Draw;
  readonly head: Draw | null;
}

/** Bytes of a tensor or an answer. */
export interface Bulk {
  readonly rows: Uint32Array | Float64Array | null;
  readonly draw: Draw | null;
}

export class Tables {
  readonly groups: number;
  readonly segments: number;
  /** Exit whose head runs after a segment, else -1. */
  readonly exitAfter: Int32Array;
  /** [stream * groups + group] * segments + segment. */
  readonly stages: Stage[];
  /** Their time where neither trunk nor head varies, else NaN [s]. */
  readonly fixed: Float64Array;
  /** Null where nothing is to be done; indexed like `stages`, with the cut for the segment. */
  readonly encode: (Draw | null)[];
  readonly decode: (Draw | null)[];
  /** stream * segments + cut. */
  readonly sizes: Bulk[];
  readonly results: Bulk[];
  /** [stream][segment]: the group that runs it; null when the rule decides on the way. */
  readonly plans: (readonly number[] | null)[];
  /** from * groups + to. */
  readonly routes: (Int32Array | null)[];
  /** stream * groups + to: moduli that lead from a device to its machine there. */
  private readonly moduli: (readonly number[])[];
  /** First machine of each group; the last entry is their number. */
  readonly firstMachine: Int32Array;
  /** First device of each stream among all sources; the last entry is their number. */
  readonly firstSource: Int32Array;
  /** link * 2 + direction -> first resource, and which group numbers them (-1: one for all). */
  readonly firstResource: Int32Array;
  readonly resourceGroup: Int32Array;
  /** [link * 2 + direction][stream]. */
  readonly jitter: (Draw | null)[][];
  /** Consecutive shared links occur on a route, so that flows hold several capacities at once. */
  readonly fluid: boolean;

  constructor(setup: Setup, root: KeyRoot) {
    const { nodes, links, streams, model, policy } = setup;
    const [groups, segments] = [nodes.length, model.segments.length];
    this.groups = groups;
    this.segments = segments;
    const heads = new Set(policy.exit.heads({ exits: model.exits.map((e) => e.name), classes: classesOf(setup) }));
    heads.add(model.exits.length - 1);
    this.exitAfter = new Int32Array(segments).fill(-1);
    model.exits.forEach((exit, i) => {
      if (heads.has(i)) this.exitAfter[exit.after] = i;
    });
    const bind = (d: Distribution | null | undefined, ...purpose: (string | number)[]): Draw | null =>
      d === null || d === undefined || (d.kind === "constant" && d.value === 0) ? null : new Draw(d, root, ...purpose);

    this.stages = [];
    this.encode = [];
    this.decode = [];
    this.sizes = [];
    this.results = [];
    this.plans = streams.map((stream) => policy.place.plan(stream.source));
    streams.forEach((stream, s) => {
      for (let g = 0; g < groups; g++) {
        for (let k = 0; k < segments; k++) {
          const trunk = new Draw(model.trunk[s]![g]![k]!, root, "service", stream.name, model.segments[k]!, "trunk");
          const e = this.exitAfter[k]!;
          const head = e < 0 ? null : bind(model.head[s]![g]![e], "service", stream.name, model.segments[k]!, "head");
          this.stages.push({ trunk, head });
          this.encode.push(bind(model.encode[s]![g]![k], "service", stream.name, k, "encode"));
          this.decode.push(bind(model.decode[s]![g]![k], "service", stream.name, k, "decode"));
        }
      }
      for (let k = 0; k < segments; k++) this.sizes.push(bulk(model.size[s]![k]!, root, "size", stream.name, k));
      this.results.push(bulk(model.result[s]!, root, "size", stream.name, "result"));
    });

    this.fixed = Float64Array.from(this.stages, ({ trunk, head }) => trunk.constant + (head?.constant ?? 0));

    this.routes = [];
    this.moduli = streams.flatMap((s) => nodes.map((_, to) => attachment(setup, s.source, to) ?? []));
    for (let a = 0; a < groups; a++) {
      for (let b = 0; b < groups; b++) {
        const route = findRoute(setup, a, b);
        this.routes.push(route === null ? null : Int32Array.from(route));
      }
    }
    this.firstMachine = cumulate(nodes.map((n) => n.count));
    this.firstSource = cumulate(streams.map((s) => nodes[s.source]!.count));
    const resources = links.flatMap(
      (link) => Array(2).fill(link.per === null ? 1 : nodes[link.per]!.count) as number[],
    );
    this.firstResource = cumulate(resources);
    this.resourceGroup = Int32Array.from(links.flatMap((link) => [link.per ?? -1, link.per ?? -1]));
    this.jitter = links.flatMap((link) =>
      (["up", "down"] as const).map((way) =>
        streams.map((stream) => bind(link[way].jitter, "jitter", link.name, way, stream.name)),
      ),
    );
    this.fluid = this.routes.some((route) => route !== null && hasSharedRun(setup, route));
  }

  /** Machine within group `to` that a device of a stream is attached to. */
  attached(stream: number, device: number, to: number): number {
    const moduli = this.moduli[stream * this.groups + to]!;
    let i = device;
    for (let m = 0; m < moduli.length; m++) i %= moduli[m]!;
    return i;
  }
}

function classesOf(setup: Setup): number {
  return setup.model.outputs.kind === "table" ? setup.model.outputs.classes : 0;
}

function bulk(size: Size, root: KeyRoot, ...purpose: (string | number)[]): Bulk {
  return size.kind === "rows"
    ? { rows: size.bytes, draw: null }
    : { rows: null, draw: new Draw(size, root, ...purpose) };
}

function cumulate(counts: readonly number[]): Int32Array {
  const first = new Int32Array(counts.length + 1);
  counts.forEach((count, i) => {
    first[i + 1] = first[i]! + count;
  });
  return first;
}

function hasSharedRun(setup: Setup, route: Int32Array): boolean {
  const shared = (i: number): boolean => setup.links[route[i]! >> 1]?.kind === "shared";
  for (let i = 1; i < route.length; i++) if (shared(i) && shared(i - 1)) return true;
  return false;
}
