/** Where rules are asked: their state, what each of them may see, what they decided for requests on their way. */
import type { Agenda } from "./agenda.ts";
import type { KeyRoot } from "./draw.ts";
import type { HindsightExitRule } from "./exit-rules/exit-rule.ts";
import { type HindsightHost, RequestHindsight } from "./hindsight.ts";
import { takeReals } from "./large-arrays.ts";
import { LinkReports } from "./link-reports.ts";
import type { HindsightPlacementRule, NodeIndex, RequestView, Route } from "./placement-rules/placement-rule.ts";
import { deriveKey, KeyedRandom } from "./random.ts";
import { Reports, type ReportsHost } from "./reports.ts";
import {
  ARRIVED_AT,
  BYTES,
  DEVICE,
  GROUP,
  intWidth,
  LEAVES_AT,
  NUMBER,
  type Requests,
  STARTED_AT,
  STREAM,
} from "./requests.ts";
import { reachable } from "./routes.ts";
import { NetworkView } from "./rules/network.ts";
import type { LinkReport, NodeReport, Observation } from "./rules/observation.ts";
import type { Setup } from "./setup.ts";
import type { Tables } from "./tables.ts";

export interface DeskHost extends ReportsHost, HindsightHost {
  readonly root: KeyRoot;
  readonly requests: Requests;
  readonly agenda: Agenda;
  readonly tables: Tables;
}

interface Pair {
  readonly exit: HindsightExitRule;
  readonly place: HindsightPlacementRule;
}

/** Not decided yet. */
const OPEN = -1;

export class Desk {
  /** Some rule learns from completed requests, or says what they have earned. */
  readonly learns: boolean;
  /** The placement rule of some source decides on the way. */
  readonly isAsked: boolean;
  readonly reports: Reports;
  private readonly setup: Setup;
  private readonly host: DeskHost;
  private readonly pairs: (Pair | undefined)[] = [];
  private readonly random: readonly KeyedRandom[];
  private readonly view: View;
  private readonly request: Asking;
  private readonly hindsight: RequestHindsight;
  /** Of requests that are placed on their way, by slot: group of each segment, machine in each group, note, seconds owed. */
  private nodes = new Int32Array(0);
  private machines = new Int32Array(0);
  private notes = new Float64Array(0);
  private owing = new Float64Array(0);
  /** As measured by the last message, by source machine and link direction; 0 before. */
  private readonly rates: Float64Array;

  constructor(setup: Setup, root: KeyRoot, host: DeskHost) {
    const { policy } = setup;
    this.setup = setup;
    this.host = host;
    this.random = setup.streams.map(
      (s) => new KeyedRandom(deriveKey(root.seed, root.replication, "placement rule", s.name)),
    );
    this.isAsked = setup.streams.some((stream) => policy.place.plan(stream.source) === null);
    this.learns =
      policy.exit.learn !== undefined || policy.place.learn !== undefined || policy.place.reward !== undefined;
    const sources = host.tables.firstMachine[setup.nodes.length]!;
    this.rates = takeReals(root, this.isAsked ? sources * 2 * setup.links.length : 0);
    this.reports = new Reports(setup, host, root);
    this.view = new View(setup, host, this);
    this.request = new Asking(setup);
    this.hindsight = new RequestHindsight(host);
  }

  /** The rules that decide for a request: those of its source node. */
  rulesOf(slot: number): Pair {
    const { policy } = this.setup;
    if (policy.begin === undefined) return policy;
    const { int } = this.host.requests;
    const i = slot * intWidth;
    const source = this.setup.streams[int[i + STREAM]!]!.source;
    const node = policy.shared === true ? 0 : this.host.tables.firstMachine[source]! + int[i + DEVICE]!;
    this.pairs[node] ??= policy.begin();
    return this.pairs[node];
  }

  /** What may be known about a request now. Good until the next call. @param segment that it has run or is to run next */
  observe(slot: number, segment: number): Observation {
    this.view.set(slot, segment);
    return this.view;
  }

  /** Group that runs a segment, where the placement rule decides on the way. */
  place(slot: number, segment: number, at: NodeIndex): NodeIndex {
    const { requests } = this.host;
    const { segments } = this.host.tables;
    if (segment === 0) this.open(slot);
    const decided = this.nodes[slot * segments + segment]!;
    if (decided !== OPEN) return decided;
    const { int } = requests;
    const i = slot * intWidth;
    const random = this.random[int[i + STREAM]!]!;
    random.set(int[i + NUMBER]!, int[i + DEVICE]!);
    this.request.set(int[i + STREAM]!, int[i + DEVICE]!, segment, at);
    const choice = this.rulesOf(slot).place.next(
      this.request,
      this.observe(slot, segment),
      random,
      this.hindsight.of(slot),
    );
    this.owing[slot]! += this.setup.policy.decision ?? 0;
    if (typeof choice === "number") return choice;
    this.keep(slot, segment, choice);
    return choice.nodes[0]!;
  }

  private keep(slot: number, segment: number, route: Route): void {
    const { segments, groups } = this.host.tables;
    route.nodes.forEach((node, k) => {
      if (segment + k >= segments) return;
      this.nodes[slot * segments + segment + k] = node;
      const machine = route.machines?.[k];
      if (machine !== null && machine !== undefined) this.machines[slot * groups + node] = machine;
    });
    if (route.note !== undefined) this.notes[slot] = route.note;
  }

  /** Supposes a machine, or sends a request there. */
  choose(slot: number, group: number, machine: number): void {
    this.machines[slot * this.host.tables.groups + group] = machine;
  }

  /** A request arrives: nothing is decided for it. */
  private open(slot: number): void {
    const { segments, groups } = this.host.tables;
    if (slot >= this.notes.length) this.grow(Math.max(64, 2 * slot));
    this.nodes.fill(OPEN, slot * segments, (slot + 1) * segments);
    this.machines.fill(OPEN, slot * groups, (slot + 1) * groups);
    this.notes[slot] = Number.NaN;
    this.owing[slot] = 0;
  }

  private grow(slots: number): void {
    const { segments, groups } = this.host.tables;
    const copy = <T extends Int32Array | Float64Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.nodes = copy(new Int32Array(slots * segments), this.nodes);
    this.machines = copy(new Int32Array(slots * groups), this.machines);
    this.notes = copy(new Float64Array(slots), this.notes);
    this.owing = copy(new Float64Array(slots), this.owing);
  }

  /** Machine of a group that a request goes to: the one chosen, else the one attached to its device. */
  machine(slot: number, group: number): number {
    const { requests, tables } = this.host;
    if (this.isAsked) {
      const chosen = this.machines[slot * tables.groups + group]!;
      if (chosen !== OPEN) return chosen;
    }
    const i = slot * intWidth;
    return tables.attached(requests.int[i + STREAM]!, requests.int[i + DEVICE]!, group);
  }

  /** Group that is expected to run a segment: planned, decided, or else where the request is. */
  expected(slot: number, segment: number, at: number): number {
    const { tables, requests } = this.host;
    const planned = tables.plan[requests.int[slot * intWidth + STREAM]! * tables.segments + segment]!;
    if (planned >= 0) return planned;
    const decided = this.nodes[slot * tables.segments + segment]!;
    return decided === OPEN ? at : decided;
  }

  note(slot: number): number {
    return this.isAsked ? this.notes[slot]! : Number.NaN;
  }

  /** Whether a head that the rule named runs for this request. */
  runsHead(slot: number, exit: number): boolean {
    const { exit: rule } = this.rulesOf(slot);
    if (rule.runs === undefined || exit === this.setup.model.exits.length - 1) return true;
    return rule.runs(exit, this.note(slot));
  }

  /** Decision time not yet spent by a request [s]; it is now. */
  spend(slot: number): number {
    if (!this.isAsked) return 0;
    const time = this.owing[slot]!;
    this.owing[slot] = 0;
    return time;
  }

  /** A message has come to the end of a hop. */
  measured(slot: number, way: number): void {
    const { real, realWidth } = this.host.requests;
    const r = slot * realWidth;
    const time = real[r + LEAVES_AT]! - real[r + STARTED_AT]!;
    const bits = real[r + BYTES]! * 8;
    if (bits > 0 && time > 0) this.rates[this.rateKey(slot, way)] = bits / time;
  }

  /** As measured by the last message from the same source node; null before. */
  rate(slot: number, way: number): number | null {
    const rate = this.rates[this.rateKey(slot, way)] ?? 0;
    return rate > 0 ? rate : null;
  }

  private rateKey(slot: number, way: number): number {
    const { int } = this.host.requests;
    const i = slot * intWidth;
    const source = this.setup.streams[int[i + STREAM]!]!.source;
    return (this.host.tables.firstMachine[source]! + int[i + DEVICE]!) * 2 * this.setup.links.length + way;
  }
}

/** What rules see of the request at hand and of the world. */
class View implements Observation {
  now = 0;
  elapsed = 0;
  deadline = Number.POSITIVE_INFINITY;
  number = Number.NaN;
  private readonly network: NetworkView;
  private readonly host: DeskHost;
  private readonly desk: Desk;
  private slot = 0;
  private segment = 0;
  private stream = 0;
  private at = 0;
  private readonly streams: Setup["streams"];
  private readonly setup: Setup;
  /** Made when somebody asks. */
  private links: LinkReports | null = null;

  constructor(setup: Setup, host: DeskHost, desk: Desk) {
    this.setup = setup;
    this.network = new NetworkView(setup);
    this.streams = setup.streams;
    this.host = host;
    this.desk = desk;
  }

  set(slot: number, segment: number): void {
    const { requests, agenda } = this.host;
    const i = slot * intWidth;
    this.slot = slot;
    this.segment = segment;
    this.stream = requests.int[i + STREAM]!;
    this.at = requests.int[i + GROUP]!;
    this.now = agenda.now;
    this.number = requests.int[i + NUMBER]!;
    this.elapsed = agenda.now - requests.real[slot * requests.realWidth + ARRIVED_AT]!;
    this.deadline = this.streams[this.stream]!.deadline ?? Number.POSITIVE_INFINITY;
  }

  get note(): number {
    return this.desk.note(this.slot);
  }

  get waiting(): number {
    return this.host.waitingAt(this.at, this.desk.machine(this.slot, this.at));
  }

  timeTo(exit: number): number {
    const { network, stream } = this;
    const { exitAfter } = this.host.tables;
    let time = 0;
    let at = this.at;
    for (let k = this.segment + 1; k <= network.exitAfter[exit]!; k++) {
      const node = this.desk.expected(this.slot, k, at);
      time += network.hop(stream, k, at, node) + network.trunk(stream, node, k);
      const head = exitAfter[k]!;
      if (head >= 0 && this.desk.runsHead(this.slot, head)) time += network.head(stream, node, head);
      at = node;
    }
    return time;
  }

  timeBack(exit: number): number {
    const after = this.network.exitAfter[exit]!;
    const at = after <= this.segment ? this.at : this.desk.expected(this.slot, after, this.at);
    return this.network.timeBack(this.stream, at);
  }

  node(node: number, machine: number): NodeReport {
    const isHere = node === this.at && machine === this.desk.machine(this.slot, node);
    return isHere
      ? { present: this.host.presentAt(node, machine), at: this.now }
      : this.desk.reports.of(node, machine, this.now);
  }

  link(way: number): LinkReport {
    const { transport, tables, root } = this.host;
    this.links ??= new LinkReports(this.setup, tables, root);
    const { from, to } = this.setup.links[way >> 1]!;
    return this.links.of(transport.resource(this.slot, way), this.now, from === this.at || to === this.at);
  }

  rate(way: number): number {
    return this.desk.rate(this.slot, way) ?? this.network.rate(way);
  }
}

/** Lists of machines that are kept. */
const mostKnown = 1 << 14;

/** The request that is asked about. */
class Asking implements RequestView {
  source = 0;
  stream = 0;
  device = 0;
  segment = 0;
  at = 0;
  private readonly setup: Setup;
  private readonly known = new Map<number, readonly number[]>();

  constructor(setup: Setup) {
    this.setup = setup;
  }

  set(stream: number, device: number, segment: number, at: number): void {
    this.stream = stream;
    this.source = this.setup.streams[stream]!.source;
    this.device = device;
    this.segment = segment;
    this.at = at;
  }

  machines(node: NodeIndex): readonly number[] {
    const { nodes } = this.setup;
    const key = (this.source * nodes.length + node) * nodes[this.source]!.count + this.device;
    let found = this.known.get(key);
    if (found === undefined) {
      if (this.known.size >= mostKnown) this.known.clear();
      found = reachable(this.setup, this.source, this.device, node) ?? [];
      this.known.set(key, found);
    }
    return found;
  }
}
