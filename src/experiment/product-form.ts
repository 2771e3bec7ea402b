/**
 * Mean values of the scenarios whose stationary distribution is known: open networks of product form, station by station.
 * Strict: what is not known to be one gets no theory.
 * @see J. R. Jackson, "Networks of waiting lines", Operations Research 5(4), 1957; F. Baskett, K. M. Chandy, R. R. Muntz, F. G. Palacios, "Open, closed, and mixed networks of queues with different classes of customers", JACM 22(2), 1975
 */
import { devicesByMachine, journey, type Step } from "../scenario/journey.ts";
import { exitShares } from "../scenario/offered-load.ts";
import type { Distribution } from "../sim/distribution.ts";
import { mean } from "../sim/distribution-moments.ts";
import { wireBytes } from "../sim/links/wire.ts";
import { findRoute } from "../sim/routes.ts";
import type { Link, LinkDirection, NodeGroup, Setup, Size, Stream } from "../sim/setup.ts";
import type { Theory } from "./result.ts";

/** What comes to the machines of a node group. */
interface Station {
  readonly node: NodeGroup;
  /** Visits [1/s] and server seconds a second, by machine. */
  readonly visits: Float64Array;
  readonly work: Float64Array;
  /** Mean service of a visit; null before the first. */
  service: number | null;
}

/** Exit rules that decide by the evidence of this request alone, independently from request to request. */
const memoryless: readonly string[] = ["share", "never", "first", "max-probability", "margin", "entropy"];
export const isMemoryless = ({ name }: Setup["policy"]["exit"]): boolean => memoryless.includes(name);

/** @returns null unless the setup is certainly an open network of product form, with a load below 1 everywhere */
export function theoryOf(setup: Setup): Theory | null {
  if (!setup.nodes.every(isKnownNode) || !isMemoryless(setup.policy.exit)) return null;
  const stations = setup.nodes.map(
    (node): Station => ({
      node,
      visits: new Float64Array(node.count),
      work: new Float64Array(node.count),
      service: null,
    }),
  );
  let [rate, moving] = [0, 0];
  for (const [s, stream] of setup.streams.entries()) {
    const found = addStream(setup, s, stream, stations);
    if (found === null) return null;
    rate += found.rate;
    moving += found.moving;
  }
  let inside = 0;
  const nodes: [string, Theory["nodes"][string]][] = [];
  for (const station of stations) {
    const here = numberInside(station);
    if (here === null) return null;
    const visits = station.visits.reduce((a, b) => a + b, 0);
    inside += here;
    if (visits > 0) nodes.push([station.node.name, { residence_s: here / visits, in_system: here }]);
  }
  return rate === 0 ? null : { latency_mean_s: (inside + moving) / rate, nodes: Object.fromEntries(nodes) };
}

/** Adds a stream to the stations; null where it is not of the kind. @returns requests [1/s], and how many of them are on links on average */
function addStream(
  setup: Setup,
  s: number,
  stream: Stream,
  stations: readonly Station[],
): { readonly rate: number; readonly moving: number } | null {
  const { arrivals, source } = stream;
  const places = setup.policy.place.plan(source);
  if (places === null || arrivals.kind !== "poisson" || (stream.late === "drop" && stream.deadline !== null))
    return null;
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
    moving += arrivals.rate * devices * step.share * delay;
  }
  for (const steps of visits.values()) if (!addVisit(setup, stations, arrivals.rate, source, steps)) return null;
  return { rate: arrivals.rate * devices, moving };
}

/** Adds one stay on a node group; false where its service is not of the kind that the discipline asks for. */
function addVisit(
  setup: Setup,
  stations: readonly Station[],
  rate: number,
  source: number,
  steps: readonly Extract<Step, { kind: "work" }>[],
): boolean {
  const { group, share } = steps[0]!;
  const station = stations[group]!;
  const working = steps.filter(({ time }) => !isZero(time));
  const service = working.reduce((sum, step) => sum + (step.share / share) * mean(step.time), 0);
  if (station.node.queue.discipline === "fifo") {
    // Exponential, and alike for all who come: whoever follows whom is then no matter.
    const isExponential =
      working.length === 1 && working[0]!.time.kind === "exponential" && working[0]!.share === share;
    if (working.length > 0 && !isExponential) return false;
    if (station.service !== null && Math.abs(station.service - service) > 1e-12 * service) return false;
  }
  station.service = service;
  devicesByMachine(setup, source, group).forEach((devices, m) => {
    station.visits[m]! += rate * devices * share;
    station.work[m]! += rate * devices * share * service;
  });
  return true;
}

/** Mean number at all machines, each an M/M/c queue in equilibrium, or insensitive to all but the mean where servers are shared; null at a load of 1. */
function numberInside({ node, work }: Station): number | null {
  let total = 0;
  for (const offered of work) {
    if (offered >= node.servers) return null;
    total += offered + (waitingShare(node.servers, offered) * offered) / (node.servers - offered);
  }
  return total;
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
