/**
 * Mean values of the scenarios whose stationary distribution is known: networks of product form, open ones station by station, closed ones of a single stream as a whole.
 * Strict: what is not known to be one gets no theory.
 * @see J. R. Jackson, "Networks of waiting lines", Operations Research 5(4), 1957; F. Baskett, K. M. Chandy, R. R. Muntz, F. G. Palacios, "Open, closed, and mixed networks of queues with different classes of customers", JACM 22(2), 1975
 */
import { ByMachine } from "../scenario/by-machine.ts";
import { devicesByMachine, journey, type Step } from "../scenario/journey.ts";
import { exitShares } from "../scenario/offered-load.ts";
import type { Distribution } from "../sim/distribution.ts";
import { mean } from "../sim/distribution-moments.ts";
import { wireBytes } from "../sim/links/wire.ts";
import { findRoute } from "../sim/routes.ts";
import type { Link, LinkDirection, NodeGroup, Setup, Size } from "../sim/setup.ts";
import { closedNetwork } from "./closed-network.ts";
import type { Theory } from "./result.ts";

/** What comes to the machines of a node group. */
interface Station {
  readonly node: NodeGroup;
  /** Visits [1/s] and server seconds a second, by machine. */
  readonly visits: ByMachine;
  readonly work: ByMachine;
  /** Mean service of a visit; null before the first. */
  service: number | null;
}

/** Exit rules that decide by the evidence of this request alone, independently from request to request. */
const memoryless: readonly string[] = ["share", "never", "first", "max-probability", "margin", "entropy"];
export const isMemoryless = ({ name }: Setup["policy"]["exit"]): boolean => memoryless.includes(name);

/** Clients of a closed network beyond which nothing is computed: it would take seconds. */
const mostClients = 1000;

/** @returns null unless the setup is certainly a network of product form, with a load below 1 everywhere */
export function theoryOf(setup: Setup): Theory | null {
  if (!setup.nodes.every(isKnownNode) || !isMemoryless(setup.policy.exit)) return null;
  const [stream] = setup.streams;
  return setup.streams.length === 1 && stream!.arrivals.kind === "closed" ? closedTheory(setup) : openTheory(setup);
}

const stationsOf = (setup: Setup): Station[] =>
  setup.nodes.map((node) => ({
    node,
    visits: new ByMachine(node.count),
    work: new ByMachine(node.count),
    service: null,
  }));

function openTheory(setup: Setup): Theory | null {
  const stations = stationsOf(setup);
  let [rate, moving] = [0, 0];
  for (const [s, { arrivals, source }] of setup.streams.entries()) {
    if (arrivals.kind !== "poisson") return null;
    const found = addStream(setup, s, arrivals.rate, stations, () => false);
    if (found === null) return null;
    rate += arrivals.rate * setup.nodes[source]!.count;
    moving += found;
  }
  let inside = 0;
  const nodes: [string, Theory["nodes"][string]][] = [];
  for (const station of stations) {
    const here = numberInside(station);
    if (here === null) return null;
    const visits = station.visits.sum();
    inside += here;
    if (visits > 0) nodes.push([station.node.name, { residence_s: here / visits, in_system: here }]);
  }
  return rate === 0 ? null : { latency_mean_s: (inside + moving) / rate, nodes: Object.fromEntries(nodes) };
}

/** Of one stream whose clients all meet at the same machines, and otherwise have servers of their own. */
function closedTheory(setup: Setup): Theory | null {
  const { arrivals, source } = setup.streams[0]!;
  if (arrivals.kind !== "closed" || arrivals.query !== 1) return null;
  const devices = setup.nodes[source]!.count;
  const clients = arrivals.each ? arrivals.clients * devices : arrivals.clients;
  const each = arrivals.each ? arrivals.clients : Math.ceil(arrivals.clients / devices);
  if (clients > mostClients) return null;
  // Where there are as many servers as ever clients, nobody waits.
  const isDelay = (group: number): boolean => {
    const devices = devicesByMachine(setup, source, group);
    const most = typeof devices === "number" ? devices : devices.reduce((a, b) => Math.max(a, b), 0);
    return Math.min(clients, most * each) <= setup.nodes[group]!.servers;
  };
  const stations = stationsOf(setup);
  // Of one request: visits and work are what it brings to each machine on average.
  const moving = addStream(setup, 0, 1 / devices, stations, isDelay);
  if (moving === null) return null;
  const used = stations.flatMap((station, group) => {
    const visits = station.visits.sum();
    return visits === 0 ? [] : [{ station, visits, demand: station.work.sum(), isDelay: isDelay(group) }];
  });
  const queues = used.filter((use) => !use.isDelay && use.demand > 0);
  if (queues.some(({ station }) => station.node.count > 1)) return null;
  const own = used.reduce((time, use) => time + (use.isDelay ? use.demand : 0), moving);
  const think = mean(arrivals.think);
  if (!Number.isFinite(think) || own + think + queues.length === 0) return null;
  const found = closedNetwork(
    clients,
    own + think,
    queues.map(({ demand, station }) => ({ demand, servers: station.node.servers })),
  );
  const nodes = used.map((use): [string, Theory["nodes"][string]] => {
    const place = queues.indexOf(use);
    const inside = place < 0 ? found.throughput * use.demand : found.inside[place]!;
    return [use.station.node.name, { residence_s: inside / found.throughput / use.visits, in_system: inside }];
  });
  return { latency_mean_s: clients / found.throughput - think, nodes: Object.fromEntries(nodes) };
}

/**
 * Adds a stream to the stations; null where it is not of the kind.
 * @param rate requests of a device [1/s]
 * @param isDelay group at which nobody ever waits, whatever the times
 * @returns how many of its requests are on links on average
 */
function addStream(
  setup: Setup,
  s: number,
  rate: number,
  stations: readonly Station[],
  isDelay: (group: number) => boolean,
): number | null {
  const stream = setup.streams[s]!;
  const { source } = stream;
  const places = setup.policy.place.plan(source);
  if (places === null || (stream.late === "drop" && stream.deadline !== null)) return null;
  // Rows in order leave at exits in order.
  if (setup.model.outputs.kind === "table" && stream.samples !== "random") return null;
  const devices = setup.nodes[source]!.count;
  let moving = 0;
  const visits = new Map<number, Extract<Step, { kind: "work" }>[]>();
  for (const step of journey(setup, s, places, exitShares(setup, places, stream))) {
    if (step.kind === "work") {
      visits.set(step.visit, [...(visits.get(step.visit) ?? []), step]);
      continue;
    }
    const delay = delayOf(setup, step);
    if (delay === null) return null;
    moving += rate * devices * step.share * delay;
  }
  for (const steps of visits.values())
    if (!addVisit(setup, stations, rate, source, steps, isDelay(steps[0]!.group))) return null;
  return moving;
}

/** Adds one stay on a node group; false where its service is not of the kind that the discipline asks for. */
function addVisit(
  setup: Setup,
  stations: readonly Station[],
  rate: number,
  source: number,
  steps: readonly Extract<Step, { kind: "work" }>[],
  isDelay: boolean,
): boolean {
  const { group, share } = steps[0]!;
  const station = stations[group]!;
  const working = steps.filter(({ time }) => !isZero(time));
  const service = working.reduce((sum, step) => sum + (step.share / share) * mean(step.time), 0);
  if (station.node.queue.discipline === "fifo" && !isDelay) {
    // Exponential, and alike for all who come: whoever follows whom is then no matter.
    const isExponential =
      working.length === 1 && working[0]!.time.kind === "exponential" && working[0]!.share === share;
    if (working.length > 0 && !isExponential) return false;
    if (station.service !== null && Math.abs(station.service - service) > 1e-12 * service) return false;
  }
  station.service = service;
  const devices = devicesByMachine(setup, source, group);
  station.visits.add(devices, rate * share);
  station.work.add(devices, rate * share * service);
  return true;
}

/** Mean number at all machines, each an M/M/c queue in equilibrium, or insensitive to all but the mean where servers are shared; null at a load of 1. */
function numberInside({ node, work }: Station): number | null {
  if (work.most >= node.servers) return null;
  return work.sum((offered) => offered + (waitingShare(node.servers, offered) * offered) / (node.servers - offered));
}

/** Probability of waiting for one of c servers offered a < c erlang: Erlang's C by his B, B(k) = a B(k-1) / (k + a B(k-1)). */
function waitingShare(c: number, a: number): number {
  let b = 1;
  for (let k = 1; k <= c; k++) b = (a * b) / (k + a * b);
  return (c * b) / (c - a * (1 - b));
}

function isKnownNode(node: NodeGroup): boolean {
  const { name: _n, count: _c, servers: _s, queue, power: _p, price: _e, ...rest } = node;
  const { discipline, places, ...more } = queue;
  return (
    (discipline === "fifo" || discipline === "ps") &&
    places === Number.POSITIVE_INFINITY &&
    Object.values({ ...rest, ...more }).every(isNothing)
  );
}

/** Time on the way; null where messages may meet, or anything but a constant or independent delay happens to them. */
function delayOf(setup: Setup, { from, to, size }: Extract<Step, { kind: "send" }>): number | null {
  const route = (findRoute(setup, from, to) ?? []).map((hop) => ({
    link: setup.links[hop >> 1]!,
    way: setup.links[hop >> 1]![(hop & 1) === 0 ? "up" : "down"],
  }));
  let delay = (route[0]?.link.perMessage ?? 0) + (route.at(-1)?.link.perMessage ?? 0);
  for (const { link, way } of route) {
    const bytes = bytesOn(link, size);
    if (!isPureDelay(link, way) || bytes === null) return null;
    delay += (bytes * 8) / way.capacity + way.latency + (way.jitter === null ? 0 : mean(way.jitter));
  }
  return delay;
}

function isPureDelay(link: Link, way: LinkDirection): boolean {
  const {
    name: _n,
    kind,
    from: _f,
    to: _t,
    per: _p,
    up: _u,
    down: _d,
    perMessage: _s,
    mtu: _m,
    header: _h,
    ...rest
  } = link;
  const { connection, energy: _e, flowCap: _c, ...more } = rest;
  const { capacity: _a, latency: _l, jitter: _j, ...others } = way;
  return kind === "fixed" && connection === "persistent" && Object.values({ ...more, ...others }).every(isNothing);
}

/** Mean bytes; null where they are known by row, or packets make them no straight line. */
function bytesOn(link: Link, size: Size): number | null {
  if (size.kind === "rows") return null;
  if (size.kind === "constant") return wireBytes(link, Math.round(size.value));
  return link.header === 0 ? mean(size) : null;
}

const isZero = (time: Distribution): boolean => time.kind === "constant" && time.value === 0;
const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
