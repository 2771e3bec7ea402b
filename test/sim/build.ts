/** Small setups for tests of the simulator, and what happened to each request in them. */
import { Window } from "../../src/experiment/window.ts";
import type { Replication } from "../../src/sim/collector.ts";
import { partNames } from "../../src/sim/collector.ts";
import type { Distribution } from "../../src/sim/distribution.ts";
import type { HindsightExitRule } from "../../src/sim/exit-rules/index.ts";
import type { Varying } from "../../src/sim/links/varying.ts";
import type { PlacementRule } from "../../src/sim/placement-rules/index.ts";
import type { Recorder } from "../../src/sim/recorder.ts";
import { ARRIVED_AT, DEVICE, EXIT, GROUP, intWidth, NUMBER, ORDER, STREAM } from "../../src/sim/requests.ts";
import type {
  Arrivals,
  Bursts,
  Link,
  LinkDirection,
  NodeGroup,
  RunLength,
  Setup,
  Stream,
} from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { bitsPerSecond, seconds } from "../../src/units.ts";

/** A number stands for a constant. */
export type Amount = number | Distribution;
export const amount = (a: Amount): Distribution => (typeof a === "number" ? { kind: "constant", value: a } : a);
export const exponential = (mean: number): Distribution => ({ kind: "exponential", mean });
export const sequence = (...values: number[]): Distribution => ({ kind: "sequence", values });

export const poisson = (rate: number): Arrivals => ({ kind: "poisson", rate });
export const at = (...instants: number[]): Arrivals => ({
  kind: "trace",
  instants: Float64Array.from(instants),
  each: false,
});
export const periodic = (period: number, phase: number | null = 0): Arrivals => ({
  kind: "periodic",
  period: seconds(period),
  phase: phase === null ? null : seconds(phase),
});

export interface NodeOptions extends Partial<Omit<NodeGroup, "queue">> {
  readonly queue?: Partial<NodeGroup["queue"]>;
}

export function node(name: string, options: NodeOptions = {}): NodeGroup {
  return {
    name,
    count: 1,
    servers: 1,
    failures: null,
    faults: [],
    autoscale: null,
    power: null,
    price: null,
    ...options,
    queue: { discipline: "fifo", places: Number.POSITIVE_INFINITY, batch: null, admit: null, ...options.queue },
  };
}

export interface LinkOptions extends Partial<Omit<Link, "up" | "down" | "perMessage">> {
  /** [bit/s] */
  readonly rate?: number;
  /** [s] */
  readonly latency?: number;
  readonly jitter?: Distribution;
  readonly varying?: Varying;
  readonly delays?: Varying;
  readonly bursts?: Bursts;
  /** [s] */
  readonly perMessage?: number;
}

/** Both directions alike. */
export function link(from: number, to: number, options: LinkOptions = {}): Link {
  const { rate, latency, jitter, varying, delays, bursts, perMessage, ...rest } = options;
  const way: LinkDirection = {
    capacity: bitsPerSecond(rate ?? Number.POSITIVE_INFINITY),
    latency: seconds(latency ?? 0),
    jitter: jitter ?? null,
    varying: varying ?? null,
    delays: delays ?? null,
    bursts: bursts ?? null,
  };
  return {
    name: `link-${from}-${to}`,
    kind: "fifo",
    from,
    to,
    per: null,
    up: way,
    down: way,
    perMessage: seconds(perMessage ?? 0),
    mtu: Number.POSITIVE_INFINITY,
    header: 0,
    loss: null,
    outages: null,
    connection: "persistent",
    energy: null,
    flowCap: bitsPerSecond(Number.POSITIVE_INFINITY),
    radio: null,
    ...rest,
  };
}

export function stream(options: Partial<Stream> = {}): Stream {
  return {
    name: "stream",
    source: 0,
    arrivals: at(0),
    samples: "random",
    deadline: null,
    late: "keep",
    priority: 0,
    answerTo: "nowhere",
    weight: 1,
    ...options,
  };
}

export interface Options {
  readonly nodes?: readonly NodeGroup[];
  readonly links?: readonly Link[];
  readonly routes?: readonly (readonly number[])[];
  readonly streams?: readonly Stream[];
  /** Time of each segment, the same on every node and for every stream, or `[stream][node][segment]`. */
  readonly times?: readonly Amount[];
  readonly table?: (stream: number, node: number, segment: number) => Amount;
  /** Time of each segment by batch size, on every node. */
  readonly batched?: readonly Readonly<Record<number, Amount>>[];
  /** Bytes over each cut; cut 0 is the raw input. */
  readonly sizes?: readonly Amount[];
  readonly result?: Amount;
  readonly encode?: readonly (Amount | null)[];
  readonly decode?: readonly (Amount | null)[];
  /** Share that leaves after each segment; the last is 1. Exits with share 0 are left out. */
  readonly share?: readonly number[];
  readonly accuracy?: readonly (number | null)[];
  /** Node that runs each segment. */
  readonly place?: readonly number[];
  readonly exit?: HindsightExitRule;
  readonly placement?: PlacementRule;
  readonly run?: Partial<RunLength>;
  readonly seed?: number;
}

const byShare: HindsightExitRule = {
  name: "share",
  pure: false,
  heads: (plan) => plan.exits.map((_, e) => e),
  decide: (reached) => {
    const e = reached.at(-1)!;
    return e.draw < e.share ? { kind: "answer", of: e.exit } : { kind: "go-on" };
  },
};

export function build(options: Options): Setup {
  const { nodes = [node("node")], links = [], streams = [stream()], times = [1], result = 0 } = options;
  const segments = options.share ?? times.map((_, k) => (k === times.length - 1 ? 1 : 0));
  const exits = segments.flatMap((share, after) => (share > 0 ? [{ name: `exit-${after}`, after, share }] : []));
  const cuts = segments.map((_, k) => k);
  const perNode = <T>(value: (s: number, g: number, k: number) => T): T[][][] =>
    streams.map((_, s) => nodes.map((_, g) => cuts.map((k) => value(s, g, k))));
  const codec = (costs: readonly (Amount | null)[] | undefined) =>
    perNode((_s, _g, k) => {
      const cost = costs?.[k] ?? null;
      return cost === null ? null : amount(cost);
    });
  const place = options.place ?? cuts.map(() => 0);
  return {
    nodes,
    links,
    routes: options.routes ?? [],
    streams,
    model: {
      segments: cuts.map((k) => `segment-${k}`),
      exits: exits.map(({ name, after }) => ({ name, after })),
      trunk: perNode((s, g, k) => amount(options.table?.(s, g, k) ?? times[k]!)),
      head: streams.map(() => nodes.map(() => exits.map(() => amount(0)))),
      batched:
        options.batched === undefined
          ? null
          : {
              trunk: perNode((_s, _g, k) => ({
                sizes: Object.keys(options.batched![k]!).map(Number),
                times: Object.values(options.batched![k]!).map(amount),
              })),
              head: streams.map(() => nodes.map(() => exits.map(() => null))),
            },
      encode: codec(options.encode),
      decode: codec(options.decode),
      size: streams.map(() => cuts.map((k) => amount(options.sizes?.[k] ?? 0))),
      result: streams.map(() => amount(result)),
      outputs: {
        kind: "share",
        share: exits.map((e) => e.share),
        accuracy: options.accuracy ?? exits.map(() => null),
      },
    },
    policy: {
      name: "policy",
      exit: options.exit ?? byShare,
      place: options.placement ?? { name: "fixed", plan: () => place, next: () => 0 },
    },
    run: { requests: null, duration: null, warmup: { kind: "requests", n: 0 }, ...lengthOf(options) },
    seed: options.seed ?? 1,
  };
}

/** Traces end by themselves; a limit beyond their end changes nothing. */
function lengthOf({ run }: Options): Partial<RunLength> {
  if (run === undefined) return { requests: 1_000_000 };
  return run;
}

export interface Told {
  readonly order: number;
  readonly stream: number;
  readonly device: number;
  readonly number: number;
  readonly end: string;
  readonly arrivedAt: number;
  readonly endedAt: number;
  readonly exit: number;
  readonly group: number;
  readonly correct: boolean | null;
  /** [group, queued, started, ended] in order. */
  readonly visits: readonly (readonly [number, number, number, number])[];
  /** [link direction, queued, started, left] in order. */
  readonly messages: readonly (readonly [number, number, number, number])[];
}

/** Runs a setup and tells what happened to each request, by arrival number. */
export function follow(setup: Setup, replication = 0): { requests: Told[]; replication: Replication; window: Window } {
  const requests: Told[] = [];
  const visits = new Map<number, [number, number, number, number][]>();
  const messages = new Map<number, [number, number, number, number][]>();
  const note = (map: typeof visits, slot: number, entry: [number, number, number, number]): void => {
    map.set(slot, [...(map.get(slot) ?? []), entry]);
  };
  const recorder: Recorder = {
    visit: (slot, group, queued, started, ended) => note(visits, slot, [group, queued, started, ended]),
    message: (slot, way, queued, started, left) => note(messages, slot, [way, queued, started, left]),
    ended(slot, { int, real, realWidth }, end, endedAt, _prediction, correct) {
      const i = slot * intWidth;
      requests.push({
        order: int[i + ORDER]!,
        stream: int[i + STREAM]!,
        device: int[i + DEVICE]!,
        number: int[i + NUMBER]!,
        end,
        arrivedAt: real[slot * realWidth + ARRIVED_AT]!,
        endedAt,
        exit: int[i + EXIT]!,
        group: int[i + GROUP]!,
        correct,
        visits: visits.get(slot) ?? [],
        messages: messages.get(slot) ?? [],
      });
      visits.delete(slot);
      messages.delete(slot);
    },
  };
  const done = simulate(setup, replication, recorder);
  requests.sort((a, b) => a.order - b.order);
  return { requests, replication: done, window: new Window(setup, done, 0) };
}

/** Instants at which the requests ended, by arrival number. */
export const endsOf = (setup: Setup): number[] => follow(setup).requests.map((r) => r.endedAt);

/** Sums of the parts of the latency over the completed requests of a window, by name. */
export function partsOf(setup: Setup, window: Window): Record<string, number> {
  const { parts } = window.completed(() => true);
  return Object.fromEntries([
    ...setup.nodes.map((n, g) => [n.name, parts[g]!] as const),
    ...partNames.map((name, i) => [name, parts[setup.nodes.length + i]!] as const),
  ]);
}
