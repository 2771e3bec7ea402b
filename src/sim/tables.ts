/** What the event loop looks up, made once per replication from the setup. */
import { clientsPerDevice } from "./arrivals/closed.ts";
import { poissonGap } from "./arrivals/index.ts";
import { partNames } from "./collector.ts";
import type { Distribution } from "./distribution.ts";
import { Draw, type KeyRoot } from "./draw.ts";
import { shareKey } from "./evidence.ts";
import type { Ints, Reals } from "./pack.ts";
import { attachment, findRoute } from "./routes.ts";
import type { BatchTimes, Setup, Size } from "./setup.ts";
import { isPlain } from "./stations/index.ts";

/** Instants are sums of doubles: what ends a nanosecond past a deadline ends at it [s]. */
const clockRounding = 1e-9;

/** Trunk of a segment and the head after it, on one group for one stream. */
export interface Stage {
  readonly trunk: Draw;
  readonly head: Draw | null;
}

/** A stage by batch size; sizes of the two may differ. */
export interface BatchStage {
  readonly trunk: BatchDraws;
  readonly head: BatchDraws | null;
}

/** {@link BatchTimes}, bound to the keys of the times at batch 1. */
export interface BatchDraws {
  readonly sizes: readonly number[];
  readonly draws: readonly Draw[];
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
  readonly exitAfter: Ints;
  /** [stream * groups + group] * segments + segment. */
  readonly stages: Stage[];
  /** The same by batch size, on groups that batch. */
  readonly batched: (BatchStage | null)[];
  /** Their time where neither trunk nor head varies, else NaN [s]. */
  readonly fixed: Reals;
  /** Mean where the trunk is exponential and no head takes time, else NaN [s]; and the key of those draws. */
  readonly exponential: Reals;
  readonly k0: Ints;
  readonly k1: Ints;
  /** By stream: mean gap of Poisson arrivals, else NaN [s], and the key of its draws. */
  readonly gaps: Reals;
  readonly gapK0: Ints;
  readonly gapK1: Ints;
  /** Probability to leave at an exit where the rule leaves by draw, else NaN; and the key of that draw, [stream * exits + exit]. */
  readonly shares: Reals;
  readonly shareK0: Ints;
  readonly shareK1: Ints;
  /** By stream: group of its source; group where answers are due, -1 for nowhere; deadline, +Infinity for none [s], and what rounding of the clock may add to a latency. */
  readonly sourceOf: Ints;
  readonly due: Ints;
  readonly deadlines: Reals;
  /** By group; of a plain node. */
  readonly servers: Ints;
  readonly places: Ints;
  /** Null where nothing is to be done; indexed like `stages`, with the cut for the segment. */
  readonly encode: (Draw | null)[];
  readonly decode: (Draw | null)[];
  /** stream * (segments + 1) + cut; the last of each stream is its answer. */
  readonly sizes: Bulk[];
  /** Bytes where they never vary, else NaN. */
  readonly fixedSizes: Reals;
  /** stream * segments + segment: the group that runs it; -1 when the rule decides on the way. */
  readonly plan: Ints;
  /** from * groups + to: where the route begins in `hops`; 0, which ends at once, where there is none. */
  readonly firstHop: Ints;
  /** Links crossed (link * 2 + direction), one route after the other, each ended by -1. */
  readonly hops: Ints;
  /** stream * groups + to: moduli that lead from a device to its machine there. */
  private readonly moduli: (readonly number[])[];
  /** The only one of those; 0 where the device's own number is kept, -1 where there are several. */
  readonly modulus: Ints;
  /** First machine of each group; the last entry is their number. */
  readonly firstMachine: Ints;
  /** By stream: see {@link clientsPerDevice}. */
  readonly clients: Ints;
  /** First device (or, of a closed stream, first client) of each stream among all sources; the last entry is their number. */
  readonly firstSource: Ints;
  /** link * 2 + direction -> first resource, and which group numbers them (-1: one for all). */
  readonly firstResource: Ints;
  readonly resourceGroup: Ints;
  /** stream * ways + way: the resource that a device uses, like `modulus`; 1 where there is only one. */
  readonly wayModulus: Ints;
  /** [link * 2 + direction][stream]. */
  readonly jitter: (Draw | null)[][];
  /** Flows of shared links hold several capacities at once, or are limited or weighted. */
  readonly fluid: boolean;

  constructor(setup: Setup, root: KeyRoot) {
    const { nodes, links, streams, model, policy } = setup;
    const [groups, segments] = [nodes.length, model.segments.length];
    this.groups = groups;
    this.segments = segments;
    const heads = new Set(policy.exit.heads({ exits: model.exits.map((e) => e.name), classes: classesOf(setup) }));
    const varies = policy.exit.runs !== undefined || (policy.decision ?? 0) > 0;
    heads.add(model.exits.length - 1);
    this.exitAfter = new Int32Array(segments).fill(-1);
    model.exits.forEach((exit, i) => {
      if (heads.has(i)) this.exitAfter[exit.after] = i;
    });
    const bind = (d: Distribution | null | undefined, ...purpose: (string | number)[]): Draw | null =>
      d === null || d === undefined || (d.kind === "constant" && d.value === 0) ? null : new Draw(d, root, ...purpose);

    const bindBatch = (times: BatchTimes | null | undefined, ...purpose: string[]): BatchDraws | null =>
      times ? { sizes: times.sizes, draws: times.times.map((d) => new Draw(d, root, ...purpose)) } : null;

    this.stages = [];
    this.batched = [];
    this.encode = [];
    this.decode = [];
    this.sizes = [];
    this.plan = Int32Array.from(
      streams.flatMap((stream) => policy.place.plan(stream.source) ?? model.segments.map(() => -1)),
    );
    streams.forEach((stream, s) => {
      for (let g = 0; g < groups; g++) {
        for (let k = 0; k < segments; k++) {
          const trunk = new Draw(model.trunk[s]![g]![k]!, root, "service", stream.name, model.segments[k]!, "trunk");
          const e = this.exitAfter[k]!;
          const head = e < 0 ? null : bind(model.head[s]![g]![e], "service", stream.name, model.segments[k]!, "head");
          this.stages.push({ trunk, head });
          const trunks = bindBatch(
            model.batched === null ? null : model.batched.trunk[s]![g]![k],
            "service",
            stream.name,
            model.segments[k]!,
            "trunk",
          );
          const heads =
            e < 0
              ? null
              : bindBatch(
                  model.batched === null ? null : model.batched.head[s]![g]![e],
                  "service",
                  stream.name,
                  model.segments[k]!,
                  "head",
                );
          this.batched.push(trunks === null ? null : { trunk: trunks, head: heads });
          this.encode.push(bind(model.encode[s]![g]![k], "service", stream.name, k, "encode"));
          this.decode.push(bind(model.decode[s]![g]![k], "service", stream.name, k, "decode"));
        }
      }
      for (let k = 0; k < segments; k++) this.sizes.push(bulk(model.size[s]![k]!, root, "size", stream.name, k));
      this.sizes.push(bulk(model.result[s]!, root, "size", stream.name, "result"));
    });

    // Where rules say on the way which heads run, or deciding takes time, no stage is as long as the one before.
    this.fixed = Float64Array.from(this.stages, ({ trunk, head }) =>
      varies ? Number.NaN : trunk.constant + (head?.constant ?? 0),
    );
    this.exponential = Float64Array.from(this.stages, (s) =>
      s.head === null && !varies ? s.trunk.exponential : Number.NaN,
    );
    this.k0 = Int32Array.from(this.stages, (s) => s.trunk.k0);
    this.k1 = Int32Array.from(this.stages, (s) => s.trunk.k1);
    this.fixedSizes = Float64Array.from(this.sizes, ({ draw }) => Math.round(draw?.constant ?? Number.NaN));

    const hops: number[] = [-1];
    this.firstHop = new Int32Array(groups * groups);
    // Plain equal shares need no more than one resource at a time.
    this.fluid =
      links.some((link) => link.flowCap < Number.POSITIVE_INFINITY) || new Set(streams.map((s) => s.weight)).size > 1;
    this.moduli = streams.flatMap((s) => nodes.map((_, to) => attachment(setup, s.source, to) ?? []));
    this.sourceOf = Int32Array.from(streams, (s) => s.source);
    this.due = Int32Array.from(streams, (s) =>
      s.answerTo === "source" ? s.source : s.answerTo === "nowhere" ? -1 : s.answerTo,
    );
    this.deadlines = Float64Array.from(streams, (s) => (s.deadline ?? Number.POSITIVE_INFINITY) + clockRounding);
    // A group with a station of its own seems to have no server and less than no place.
    this.servers = Int32Array.from(nodes, (n) => (isPlain(n) ? n.servers : 0));
    this.places = Int32Array.from(nodes, (n) => (isPlain(n) ? Math.min(n.queue.places, 0x7fffffff) : -1));
    const { outputs } = model;
    const byDraw = outputs.kind === "share" && policy.exit.leavesByDraw === true;
    this.shares = Float64Array.from(model.exits, (_, e) => (byDraw ? outputs.share[e]! : Number.NaN));
    const shareKeys = streams.flatMap((s) => model.exits.map((exit) => shareKey(root, s.name, exit.name)));
    this.shareK0 = Int32Array.from(shareKeys, (key) => key.k0);
    this.shareK1 = Int32Array.from(shareKeys, (key) => key.k1);
    const gaps = streams.map((s) => poissonGap(s, root));
    this.gaps = Float64Array.from(gaps, (gap) => gap?.exponential ?? Number.NaN);
    this.gapK0 = Int32Array.from(gaps, (gap) => gap?.k0 ?? 0);
    this.gapK1 = Int32Array.from(gaps, (gap) => gap?.k1 ?? 0);
    // A rule that decides on the way may choose the machine, too.
    const chooses = streams.map((stream) => policy.place.plan(stream.source) === null);
    this.modulus = Int32Array.from(this.moduli, (m, place) => {
      const s = Math.floor(place / groups);
      if (chooses[s] && place % groups !== streams[s]!.source) return -1;
      return m.length > 1 ? -1 : (m[0] ?? 0);
    });
    for (let place = 0; place < groups * groups; place++) {
      const route = findRoute(setup, Math.floor(place / groups), place % groups) ?? [];
      if (route.length === 0) continue;
      this.firstHop[place] = hops.length;
      hops.push(...route, -1);
      this.fluid ||= hasSharedRun(setup, route);
    }
    this.hops = Int32Array.from(hops);
    this.firstMachine = cumulate(nodes.map((n) => n.count));
    this.clients = Int32Array.from(streams, (s) => clientsPerDevice(s, nodes[s.source]!.count));
    this.firstSource = cumulate(streams.map((s, i) => nodes[s.source]!.count * Math.max(1, this.clients[i]!)));
    const resources = links.flatMap(
      (link) => Array(2).fill(link.per === null ? 1 : nodes[link.per]!.count) as number[],
    );
    this.firstResource = cumulate(resources);
    this.resourceGroup = Int32Array.from(links.flatMap((link) => [link.per ?? -1, link.per ?? -1]));
    this.wayModulus = Int32Array.from(
      streams.flatMap((_, s) => Array.from(this.resourceGroup, (by) => (by < 0 ? 1 : this.modulus[s * groups + by]!))),
    );
    this.jitter = links.flatMap((link) =>
      (["up", "down"] as const).map((way) =>
        streams.map((stream) => bind(link[way].jitter, "jitter", link.name, way, stream.name)),
      ),
    );
  }

  /** Machine within group `to` that a device of a stream is attached to. */
  attached(stream: number, device: number, to: number): number {
    const modulus = this.modulus[stream * this.groups + to]!;
    if (modulus >= 0) return modulus === 0 ? device : device % modulus;
    const moduli = this.moduli[stream * this.groups + to]!;
    let i = device;
    for (let m = 0; m < moduli.length; m++) i %= moduli[m]!;
    return i;
  }
}

/**
 * By stream and segment: the parts of the latency that a request answered after it can have, ascending, ended by -1; each list takes
 * groups + 7 places. All but what needs a connection to be made, a codec, a link or an answer that travels.
 */
export function livingParts(setup: Setup, tables: Tables): Ints {
  const { nodes, streams, model } = setup;
  const { segments } = tables;
  const width = nodes.length + partNames.length + 1;
  const lists = new Int32Array(streams.length * segments * width).fill(-1);
  streams.forEach((stream, s) => {
    const ofStream = <T>(table: readonly T[]): readonly T[] =>
      table.slice(s * tables.groups * tables.segments, (s + 1) * tables.groups * tables.segments);
    const codec = [...ofStream(tables.encode), ...ofStream(tables.decode)].some((draw) => draw !== null);
    model.segments.forEach((_, segment) => {
      const plan = tables.plan.subarray(s * segments, s * segments + segment + 1);
      const computes = (g: number): boolean => plan.includes(-1) || plan.includes(g);
      const travels = plan.some((g) => g !== stream.source);
      const living = {
        queue: true,
        access: travels && setup.links.some((link) => link.connection === "new" || link.kind === "nr-cell"),
        transmit: travels,
        propagate: travels,
        codec,
        response: tables.due[s]! >= 0,
      };
      const parts = [...nodes.keys()].filter(computes);
      partNames.forEach((name, i) => {
        if (living[name]) parts.push(nodes.length + i);
      });
      lists.set(parts, (s * segments + segment) * width);
    });
  });
  return lists;
}

function classesOf(setup: Setup): number {
  return setup.model.outputs.kind === "table" ? setup.model.outputs.classes : 0;
}

function bulk(size: Size, root: KeyRoot, ...purpose: (string | number)[]): Bulk {
  return size.kind === "rows"
    ? { rows: size.bytes, draw: null }
    : { rows: null, draw: new Draw(size, root, ...purpose) };
}

function cumulate(counts: readonly number[]): Ints {
  const first = new Int32Array(counts.length + 1);
  counts.forEach((count, i) => {
    first[i + 1] = first[i]! + count;
  });
  return first;
}

function hasSharedRun(setup: Setup, route: readonly number[]): boolean {
  const shared = (i: number): boolean => setup.links[route[i]! >> 1]?.kind === "shared";
  for (let i = 1; i < route.length; i++) if (shared(i) && shared(i - 1)) return true;
  return false;
}
