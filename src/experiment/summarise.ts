/** A policy's replications as the figures of `result.json`. */
import { dropReasons, Message, type partNames, Visit } from "../sim/collector.ts";
import { combineFingerprints } from "../sim/fingerprint.ts";
import type { Selection } from "../sim/samples.ts";
import type { Setup } from "../sim/setup.ts";
import { mayVisit } from "../sim/visitable.ts";
import type { Estimator, Ratios } from "./estimator.ts";
import type {
  ExitResult,
  Interval,
  LatencySummary,
  LinkDirectionResult,
  NodeResult,
  Parts,
  PolicyResult,
  RequestCounts,
  StreamResult,
} from "./result.ts";
import { quantileRanks, smallestSample, studentFactor } from "./statistics/index.ts";
import type { Verdict } from "./verdict.ts";
import { type Completed, partIndex, type Window } from "./window.ts";

type I = Interval | null;
type Wanted = (stream: number, exit: number, group: number) => boolean;

export interface Warmup {
  readonly requests: number | null;
  readonly seconds: number | null;
  readonly found: boolean;
}

/**
 * @param windows one per replication, cut alike
 * @param batches of long runs, where there are too few replications for intervals; else none
 */
export function summarise(
  setup: Setup,
  windows: readonly Window[],
  batches: readonly Window[],
  warmup: Warmup,
  verdict: Verdict,
  estimator: Estimator,
): PolicyResult {
  const s = new Summary(setup, windows, batches, estimator);
  const all: Wanted = () => true;
  const exits = setup.model.exits;
  return {
    name: setup.policy.name,
    oracle: setup.policy.oracle === true,
    ...(setup.policy.bound === undefined ? {} : { bound: setup.policy.bound }),
    verdict,
    requests: s.counts(null),
    latency_s: s.latency(all),
    parts_s: s.parts(all),
    accuracy: s.accuracy(all),
    deadline_miss: s.deadlineMiss(null),
    throughput_per_s: s.means((w) => w.rate((at) => total(at.completed))),
    goodput_per_s: s.hasAccuracy ? s.means((w) => w.rate((at) => total(at.good))) : null,
    dropped: s.droppedShare(null),
    exits: exits.map((_, e) => s.exit(e, all)),
    answered: Object.fromEntries(
      setup.nodes.flatMap((node, g) => {
        const here: Wanted = (_s, _e, group) => group === g;
        return s.pooled(here) === 0
          ? []
          : [[node.name, { share: s.share(here, all), latency_s: s.latency(here) }] as const];
      }),
    ),
    in_system: s.means((w) => w.rate((at) => at.inSystem)),
    warmup,
    ...s.resources(),
    nodes: Object.fromEntries(setup.nodes.map((node, g) => [node.name, s.node(g)])),
    links: Object.fromEntries(
      setup.links.map((link, l) => [link.name, { up: s.direction(2 * l), down: s.direction(2 * l + 1) }]),
    ),
    streams: Object.fromEntries(setup.streams.map((stream, i) => [stream.name, s.stream(i)])),
    fingerprint: combineFingerprints(windows.map((w) => w.replication.fingerprint)),
  };
}

const total = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0);

type Reading = (window: Window) => number | null;

const ratios = (windows: readonly Window[], top: Reading, bottom: Reading): Ratios => ({
  tops: windows.map(top),
  bottoms: windows.map(bottom),
});

/** The same for a window asked before. */
function once<T>(read: (window: Window) => T): (window: Window) => T {
  const known = new Map<Window, T>();
  return (window) => {
    if (!known.has(window)) known.set(window, read(window));
    return known.get(window)!;
  };
}

/** Cells (stream, exit, answering group) that figures are of, and what tells them from others. */
interface Cells {
  readonly key: string;
  readonly list: readonly number[];
  readonly wanted: Wanted;
}

class Summary {
  private readonly setup: Setup;
  private readonly windows: readonly Window[];
  private readonly batches: readonly Window[];
  private readonly estimator: Estimator;
  readonly hasAccuracy: boolean;
  /** Numbers of the cells with any completed request, ascending. */
  private readonly used: readonly number[];
  /** One stream is all streams, an exit may be a place: the same figures are asked for under several names. */
  private readonly known = new Map<string, unknown>();

  constructor(setup: Setup, windows: readonly Window[], batches: readonly Window[], estimator: Estimator) {
    this.setup = setup;
    this.windows = windows;
    this.batches = batches;
    this.estimator = estimator;
    const { outputs } = setup.model;
    this.used = usedCells(windows);
    this.hasAccuracy = outputs.kind === "table" || outputs.accuracy.every((a) => a !== null);
  }

  private cells(wanted: Wanted): Cells {
    const { exits } = this.setup.model;
    const groups = this.setup.nodes.length;
    const list = this.used.filter((cell) => {
      const kind = Math.floor(cell / groups);
      return wanted(Math.floor(kind / exits.length), kind % exits.length, cell % groups);
    });
    return { key: list.join(), list, wanted };
  }

  /** What `make` gives, made once for every key. */
  private once<T>(key: string, make: () => T): T {
    if (!this.known.has(key)) this.known.set(key, make());
    return this.known.get(key) as T;
  }

  private done({ key, list }: Cells): (window: Window) => Completed {
    return (w) => w.completedIn(key, list);
  }

  means(value: (window: Window) => number | null): I {
    return this.estimator.mean(this.windows.map(value), this.batches.map(value));
  }

  private ratio(top: Reading, bottom: Reading): I {
    return this.estimator.ratio(ratios(this.windows, top, bottom), ratios(this.batches, top, bottom));
  }

  /** A ratio that is a share of trials. */
  private proportion(top: Reading, bottom: Reading): I {
    return this.estimator.share(ratios(this.windows, top, bottom), ratios(this.batches, top, bottom));
  }

  pooled(wanted: Wanted): number {
    const done = this.done(this.cells(wanted));
    return this.windows.reduce((sum, w) => sum + done(w).n, 0);
  }

  counts(stream: number | null): RequestCounts {
    const sum = (read: (w: Window) => number): number => this.windows.reduce((n, w) => n + read(w), 0);
    const dropped = Object.fromEntries(
      dropReasons.flatMap((name, reason) => {
        const n = sum((w) => w.dropped(reason, stream));
        return n === 0 ? [] : [[name, n] as const];
      }),
    );
    const mine: Wanted = (s) => stream === null || s === stream;
    return {
      arrived: sum((w) => w.arrived(stream)),
      completed: this.pooled(mine),
      dropped,
      in_flight: sum((w) => w.inFlight(stream)),
      deadline_missed: this.hasDeadline(stream) ? sum((w) => this.missed(w, stream)) : null,
    };
  }

  latency(wanted: Wanted): LatencySummary {
    const cells = this.cells(wanted);
    return this.once(`latency ${cells.key}`, () => this.latencyOf(cells));
  }

  private latencyOf(cells: Cells): LatencySummary {
    const done = this.done(cells);
    const mean = this.means((w) => (done(w).n > 0 ? done(w).latency / done(w).n : null));
    const spread = this.means((w) => (done(w).n > 1 ? done(w).variance : null));
    return {
      mean,
      sd: this.means((w) => (done(w).n > 1 ? Math.sqrt(done(w).variance) : null)),
      ...this.quantiles(
        this.windows.map((w) => w.latencies(cells.wanted)),
        this.independent(mean, spread),
      ),
    };
  }

  /** Independent values that tell as much about a mean as the correlated ones of a long run; null where replications are independent. */
  private independent(mean: I, variance: I): number | null {
    if (this.batches.length === 0 || mean === null || mean.low === null || mean.high === null) return null;
    const error = (mean.high - mean.low) / 2 / studentFactor(mean.confidence, mean.n - 1);
    return error > 0 && variance !== null ? variance.estimate / error ** 2 : Number.POSITIVE_INFINITY;
  }

  private quantiles(samples: readonly Selection[], independent: number | null): Omit<LatencySummary, "mean" | "sd"> {
    const max = samples.map((s) => s.max).filter((m) => m !== null);
    const at = (q: number): I => this.quantile(samples, q, independent);
    return {
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      p999: at(0.999),
      max: max.length === 0 ? null : Math.max(...max),
    };
  }

  /** Limits from replications, or of a long run from order statistics; none where there are too few values. */
  private quantile(samples: readonly Selection[], q: number, independent: number | null): I {
    const interval = this.estimator.mean(samples.map((s) => s.quantile(q)));
    if (interval === null) return null;
    const { confidence } = this.estimator;
    const pooled = samples.reduce((n, s) => n + s.count, 0);
    const worth = independent === null ? pooled : Math.min(pooled, Math.floor(independent));
    if (worth < smallestSample(q, confidence)) return { ...interval, low: null, high: null };
    if (independent === null) return interval;
    const ranks = quantileRanks(worth, q, confidence)!;
    const all = samples.reduce((a, b) => a.merge(b));
    return {
      ...interval,
      low: all.ranked(Math.max(1, Math.floor((ranks.low * pooled) / worth))),
      high: all.ranked(Math.min(pooled, Math.ceil((ranks.high * pooled) / worth))),
      n: worth,
    };
  }

  parts(wanted: Wanted): Parts {
    const cells = this.cells(wanted);
    return this.once(`parts ${cells.key}`, () => this.partsOf(this.done(cells)));
  }

  private partsOf(done: (window: Window) => Completed): Parts {
    const mean = (index: number): I => this.means((w) => (done(w).n > 0 ? done(w).parts[index]! / done(w).n : null));
    const { nodes } = this.setup;
    const part = (name: (typeof partNames)[number]): I => mean(partIndex(nodes.length, name));
    return {
      compute: Object.fromEntries(nodes.map((node, g) => [node.name, mean(g)])),
      queue: part("queue"),
      access: part("access"),
      transmit: part("transmit"),
      propagate: part("propagate"),
      codec: part("codec"),
      response: part("response"),
    };
  }

  share(wanted: Wanted, among: Wanted): I {
    const [part, whole] = [this.cells(wanted), this.cells(among)];
    const [done, all] = [this.done(part), this.done(whole)];
    return this.once(`share ${part.key} of ${whole.key}`, () =>
      this.proportion(
        (w) => done(w).n,
        (w) => all(w).n,
      ),
    );
  }

  /** Null where some exit's accuracy is not known: its answers would count as wrong. */
  accuracy(wanted: Wanted): I {
    return this.hasAccuracy ? this.rightShare(wanted) : null;
  }

  private rightShare(wanted: Wanted): I {
    const done = this.done(this.cells(wanted));
    const [right, given]: [Reading, Reading] = [(w) => done(w).correct, (w) => done(w).n];
    return this.estimator.accuracy(
      ratios(this.windows, right, given),
      this.windows.map((w) => w.rows((stream, exit) => wanted(stream, exit, -1))),
      ratios(this.batches, right, given),
    );
  }

  exit(exit: number, among: Wanted): ExitResult {
    const here: Wanted = (s, e, g) => e === exit && among(s, e, g);
    const latency = this.latency(here);
    return {
      name: this.setup.model.exits[exit]!.name,
      share: this.share(here, among),
      accuracy: this.exitHasAccuracy(exit) ? this.rightShare(here) : null,
      latency_s: { mean: latency.mean, p50: latency.p50, p95: latency.p95, p99: latency.p99 },
    };
  }

  private exitHasAccuracy(exit: number): boolean {
    const { outputs } = this.setup.model;
    return outputs.kind === "table" || outputs.accuracy[exit] !== null;
  }

  private hasDeadline(stream: number | null): boolean {
    const { streams } = this.setup;
    return stream === null ? streams.some((s) => s.deadline !== null) : streams[stream]!.deadline !== null;
  }

  private missed(w: Window, stream: number | null): number {
    let missed = 0;
    this.setup.streams.forEach((s, i) => {
      if (s.deadline === null || (stream !== null && i !== stream)) return;
      const done = this.done(this.cells((of) => of === i))(w);
      missed += done.n - done.inTime + w.allDropped(i) + w.inFlightLate(i);
    });
    return missed;
  }

  deadlineMiss(stream: number | null): I {
    if (!this.hasDeadline(stream)) return null;
    const withDeadline = (w: Window): number =>
      this.setup.streams.reduce(
        (n, s, i) => (s.deadline === null || (stream !== null && i !== stream) ? n : n + w.arrived(i)),
        0,
      );
    return this.proportion((w) => this.missed(w, stream), withDeadline);
  }

  droppedShare(stream: number | null): I {
    return this.proportion(
      (w) => w.allDropped(stream),
      (w) => w.arrived(stream),
    );
  }

  stream(stream: number): StreamResult {
    const mine: Wanted = (s) => s === stream;
    return {
      requests: this.counts(stream),
      latency_s: this.latency(mine),
      parts_s: this.parts(mine),
      accuracy: this.accuracy(mine),
      deadline_miss: this.deadlineMiss(stream),
      dropped: this.droppedShare(stream),
      throughput_per_s: this.means((w) => w.rate((at) => at.completed[stream]!)),
      exits: this.setup.model.exits.map((_, e) => this.exit(e, mine)),
    };
  }

  /** Energy, bytes and cost over the window, per request completed in it. */
  resources(): Pick<PolicyResult, "energy_j" | "bytes" | "cost_usd"> {
    const { setup } = this;
    const done = (w: Window): number | null => w.over((at) => total(at.completed));
    const visited = setup.nodes.map((_, g) => this.isVisitable(g));
    const active = (w: Window, g: number): number | null => {
      const { power, servers } = setup.nodes[g]!;
      const busy = w.over((at) => at.busy[g]!);
      if (!visited[g]) return 0;
      return power === null || busy === null ? null : ((power.busy - power.idle) / servers) * busy;
    };
    const idle = (w: Window, g: number): number | null => {
      const { power, count, servers } = setup.nodes[g]!;
      if (!visited[g]) return 0;
      if (power === null || w.seconds === null) return null;
      const on = w.serversOn(g);
      return on === null ? power.idle * count * w.seconds : (power.idle * on) / servers;
    };
    const sum = (values: readonly (number | null)[]): number | null =>
      values.includes(null) ? null : values.reduce<number>((a, b) => a + b!, 0);
    const groups = setup.nodes.map((_, g) => g);
    const radios = setup.links.flatMap((link, l) => (link.energy === null ? [] : [l]));
    const radio = (w: Window, l: number): number | null =>
      setup.links[l]!.energy === null ? null : w.over((at) => at.linkEnergy[l]!);
    return {
      energy_j: {
        nodes: Object.fromEntries(
          setup.nodes.map((node, g) => [
            node.name,
            { active: this.ratio((w) => active(w, g), done), idle: this.ratio((w) => idle(w, g), done) },
          ]),
        ),
        links: Object.fromEntries(setup.links.map((link, l) => [link.name, this.ratio((w) => radio(w, l), done)])),
        // A link without figures has no radio that anybody pays for.
        total: this.ratio(
          (w) => sum([...groups.flatMap((g) => [active(w, g), idle(w, g)]), ...radios.map((l) => radio(w, l))]),
          done,
        ),
      },
      bytes: {
        up: this.ratio((w) => w.over((at) => alternate(at.linkBytes, 0)), done),
        down: this.ratio((w) => w.over((at) => alternate(at.linkBytes, 1)), done),
      },
      cost_usd: this.ratio(
        (w) =>
          sum(
            setup.nodes.map(({ price, count, servers }, g) => {
              if (!visited[g]) return 0;
              if (price === null || w.seconds === null) return null;
              const on = w.serversOn(g);
              return (price * (on === null ? count * w.seconds : on / servers)) / 3600;
            }),
          ),
        done,
      ),
    };
  }

  /** Whether a request of this policy could be served by a node group. */
  private isVisitable(group: number): boolean {
    return this.setup.streams.some((_, stream) => mayVisit(this.setup, stream, group));
  }

  node(g: number): NodeResult {
    const { count, servers, failures, faults, autoscale } = this.setup.nodes[g]!;
    const canFail = failures !== null || faults.length > 0;
    const visits = once((w) => w.visits(g));
    const waiting = this.windows.map((w) => w.waiting(g));
    const of = (read: (v: Float64Array, w: Window) => number | null, least = 1): I =>
      this.means((w) => (visits(w)[Visit.n]! >= least ? read(visits(w), w) : null));
    const service = (v: Float64Array, w: Window): number => {
      const shift = w.replication.collector.serviceShift[g]!;
      return Number.isNaN(shift) ? 0 : v[Visit.n]! * shift + v[Visit.service]!;
    };
    const spread = (v: Float64Array, w: Window, first: number, square: number): number => {
      const n = v[Visit.n]!;
      return w.withoutDust((v[square]! - v[first]! ** 2 / n) / (n - 1));
    };
    const meanWait = of((v) => v[Visit.waiting]! / v[Visit.n]!);
    const independent = this.independent(
      meanWait,
      of((v, w) => spread(v, w, Visit.waiting, Visit.waitingSquare), 2),
    );
    const max = waiting.map((s) => s.max).filter((m) => m !== null);
    return {
      utilization: this.means((w) => {
        const on = w.serversOn(g);
        if (on !== null) return on > 0 ? w.over((at) => at.busy[g]!)! / on : null;
        return scaled(
          w.rate((at) => at.busy[g]!),
          1 / (count * servers),
        );
      }),
      utilization_max: this.means((w) => {
        if (autoscale !== null) return w.busiestShare(g);
        const busiest = w.busiest(g);
        return busiest === null || w.seconds === null ? null : busiest / w.seconds / servers;
      }),
      in_system: this.means((w) => w.rate((at) => at.stations[g]?.inside ?? at.busy[g]! + at.waiting[g]!)),
      queue_length: this.means((w) => w.rate((at) => at.waiting[g]!)),
      waiting_s: {
        mean: meanWait,
        sd: of((v, w) => Math.sqrt(spread(v, w, Visit.waiting, Visit.waitingSquare)), 2),
        p95: this.quantile(waiting, 0.95, independent),
        p99: this.quantile(waiting, 0.99, independent),
        max: max.length === 0 ? null : Math.max(...max),
      },
      waited: this.proportion(
        (w) => visits(w)[Visit.waited]!,
        (w) => visits(w)[Visit.n]!,
      ),
      service_s: {
        mean: of((v, w) => service(v, w) / v[Visit.n]!),
        sd: of((v, w) => Math.sqrt(spread(v, w, Visit.service, Visit.serviceSquare)), 2),
      },
      residence_s: of((v, w) => (v[Visit.waiting]! + service(v, w)) / v[Visit.n]!),
      throughput_per_s: this.means((w) => w.rate((at) => at.departed[g]!)),
      batch_size: this.ratio(
        (w) => this.ofBatches(w, g, "batched"),
        (w) => this.ofBatches(w, g, "batches"),
      ),
      availability: this.ratio(
        (w) => (canFail ? w.over((at) => at.stations[g]!.up) : null),
        (w) => w.over((at) => at.stations[g]?.started ?? 0),
      ),
    };
  }

  private ofBatches(w: Window, g: number, which: "batches" | "batched"): number | null {
    return this.setup.nodes[g]!.queue.batch === null ? null : w.over((at) => at.stations[g]![which]);
  }

  direction(way: number): LinkDirectionResult {
    const link = this.setup.links[way >> 1]!;
    const resources = link.per === null ? 1 : this.setup.nodes[link.per]!.count;
    const messages = once((w) => w.messages(way));
    const per = (column: number): I =>
      this.means((w) => (messages(w)[Message.n]! > 0 ? messages(w)[column]! / messages(w)[Message.n]! : null));
    return {
      utilization:
        link.kind === "fixed"
          ? null
          : this.means((w) =>
              scaled(
                w.rate((at) => at.linkBusy[way]!),
                1 / resources,
              ),
            ),
      in_system: this.means((w) => w.rate((at) => at.linkInside[way]!)),
      waiting_s: per(Message.waiting),
      residence_s: per(Message.residence),
      throughput_per_s: this.means((w) => w.rate((at) => at.linkLeft[way]!)),
      rate_bps: this.means((w) =>
        scaled(
          w.rate((at) => at.linkBytes[way]!),
          8,
        ),
      ),
      attempts: per(Message.attempts),
      lost: this.proportion(
        (w) => messages(w)[Message.lost]!,
        (w) => messages(w)[Message.attempts]!,
      ),
      bytes: this.means((w) => w.over((at) => at.linkBytes[way]!)),
    };
  }
}

function usedCells(windows: readonly Window[]): number[] {
  const used = new Set<number>();
  for (const { replication } of windows) {
    const { cells, width, shape } = replication.collector;
    for (let row = 0; row < cells.length / width; row++) {
      if (cells[row * width]! > 0) used.add(Math.floor(row / shape.slices));
    }
  }
  return [...used].sort((a, b) => a - b);
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

function alternate(values: Float64Array, first: number): number {
  let sum = 0;
  for (let i = first; i < values.length; i += 2) sum += values[i]!;
  return sum;
}
