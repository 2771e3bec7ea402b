/** How much of every node and link a policy asks for, from mean values: a warning before a run that cannot be steady. */

import { isOpen, meanRate, peakRate } from "../sim/arrivals/rate.ts";
import { mean } from "../sim/distribution-moments.ts";
import { availability } from "../sim/links/channels.ts";
import { attemptsOf } from "../sim/links/loss.ts";
import { wireBytes } from "../sim/links/wire.ts";
import { findRoute } from "../sim/routes.ts";
import { headsOf, sharesByDraws, sharesOnRows } from "../sim/rules/exit-shares.ts";
import { rowWeights } from "../sim/sample-mix.ts";
import type { ExitScores, Setup, Size, Stream } from "../sim/setup.ts";
import { ByMachine } from "./by-machine.ts";
import { devicesByMachine, journey } from "./journey.ts";

export interface OfferedLoad {
  /** Work offered to the busiest machine of each node / what its servers can do; 1 and more: its queue grows. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Of the busiest resource of a link in each direction; null where nothing contends (`fixed`). */
  readonly links: Readonly<Record<string, { readonly up: number | null; readonly down: number | null }>>;
}

/**
 * Nothing is dropped or queued here, and bytes are taken as independent of the exit: loads near 1 are estimates.
 * Null where the placement rule decides on the way.
 * @param rateOf of one device of a stream [1/s]: in the long run unless given
 */
export function offeredLoad(setup: Setup, rateOf: typeof meanRate = meanRate): OfferedLoad | null {
  const nodes = setup.nodes.map((node) => new ByMachine(node.count));
  const links = setup.links.flatMap((link) => {
    const resources = link.per === null ? 1 : setup.nodes[link.per]!.count;
    return [new ByMachine(resources), new ByMachine(resources)];
  });
  for (const [s, stream] of setup.streams.entries()) {
    const places = setup.policy.place.plan(stream.source);
    if (places === null) return null;
    addStream(setup, s, stream, places, nodes, links, rateOf);
  }
  return {
    nodes: Object.fromEntries(
      setup.nodes.map((node, g) => [
        node.name,
        nodes[g]!.most / ((node.autoscale?.max ?? node.servers) * available(node)),
      ]),
    ),
    links: Object.fromEntries(
      setup.links.map(({ name, kind }, l) => {
        const load = (d: 0 | 1): number | null => (kind === "fixed" ? null : links[2 * l + d]!.most);
        return [name, { up: load(0), down: load(1) }];
      }),
    ),
  };
}

/** Adds the server seconds a second of each machine, and the busy share of each resource of a link direction. */
function addStream(
  setup: Setup,
  s: number,
  stream: Stream,
  places: readonly number[],
  nodes: readonly ByMachine[],
  links: readonly ByMachine[],
  rateOf: typeof meanRate,
): void {
  // Closed workloads ask no faster than they are answered, and what comes all at once has no rate.
  const rate = rateOf(stream.arrivals, setup.nodes[stream.source]!.count) ?? 0;
  if (rate === 0) return;
  const attached = new Map<number, number | Float64Array>();
  const spread = (loads: ByMachine, group: number | null, perDevice: number): void => {
    if (group === null) {
      loads.add(setup.nodes[stream.source]!.count, perDevice);
      return;
    }
    let devices = attached.get(group);
    if (devices === undefined) {
      devices = devicesByMachine(setup, stream.source, group);
      attached.set(group, devices);
    }
    loads.add(devices, perDevice);
  };
  for (const step of journey(setup, s, places, exitShares(setup, places, stream))) {
    if (step.kind === "work") {
      spread(nodes[step.group]!, step.group, rate * step.share * mean(step.time));
      continue;
    }
    for (const hop of findRoute(setup, step.from, step.to) ?? []) {
      const link = setup.links[hop >> 1]!;
      const payload = meanSize(step.size);
      const bits = wireBytes(link, payload) * 8 * attemptsOf(link, payload);
      const capacity = link[(hop & 1) === 0 ? "up" : "down"].capacity * availability(link) * stationsOf(link);
      if (bits > 0) spread(links[hop]!, link.per, (rate * step.share * bits) / capacity);
    }
  }
}

/** Share of time that a server is not broken; what is done twice is not counted here. */
function available({ failures }: Setup["nodes"][number]): number {
  if (failures === null) return 1;
  const uptime = mean(failures.uptime);
  return uptime === Number.POSITIVE_INFINITY ? 1 : uptime / (uptime + mean(failures.repair));
}

function meanSize(size: Size): number {
  if (size.kind !== "rows") return mean(size);
  let sum = 0;
  for (const value of size.bytes) sum += value;
  return size.bytes.length === 0 ? 0 : sum / size.bytes.length;
}

export interface ExitShares {
  /** Share of requests that leave at each exit; they add up to 1. */
  readonly leaves: readonly number[];
  /** Exits whose heads run. */
  readonly heads: readonly number[];
}

/** Share of a stream's requests that leave at each exit, by the rule itself over the evaluation rows as often as it asks them, or over draws. */
export function exitShares(setup: Setup, places: readonly number[], { source, samples }: Stream): ExitShares {
  const { model, policy } = setup;
  const { outputs } = model;
  const plan = { exits: model.exits.map((e) => e.name), classes: outputs.kind === "table" ? outputs.classes : 0 };
  const heads = headsOf(policy.exit, plan);
  if (outputs.kind === "share") return { leaves: sharesByDraws(policy.exit, outputs.share, plan), heads };
  const scores = model.exits.map((_, exit) => scoresAt(setup, places, source, exit));
  const weights = typeof samples === "string" ? null : rowWeights(samples, outputs.labels);
  return { leaves: sharesOnRows(policy.exit, { ...outputs, scores }, plan, weights), heads };
}

/** Base stations of a link, each with its whole capacity; as if devices were spread evenly. */
function stationsOf({ radio }: Setup["links"][number]): number {
  return radio?.mobility?.stations.length ?? 1;
}

/** Scores of an exit, those after the last lossy crossing before it where there was one. */
function scoresAt({ model }: Setup, places: readonly number[], source: number, exit: number): ExitScores {
  const { outputs } = model;
  const empty: ExitScores = {
    prediction: new Int32Array(),
    confidence: new Float64Array(),
    entropy: new Float64Array(),
    margin: new Float64Array(),
    logits: null,
  };
  if (outputs.kind !== "table") return empty;
  let scores = outputs.scores[exit]!;
  let at = source;
  for (let k = 0; k <= model.exits[exit]!.after; k++) {
    if (places[k] !== at) scores = outputs.crossed[k]?.[exit] ?? scores;
    at = places[k]!;
  }
  return scores;
}

/** Loads by what they are of: "edge", "cell.up". Where nothing contends there is none. */
export function loadsOf({ nodes, links }: OfferedLoad): [string, number][] {
  const ofLinks = Object.entries(links).flatMap(([link, ways]) =>
    (["up", "down"] as const).map((way): [string, number | null] => [`${link}.${way}`, ways[way]]),
  );
  return [...Object.entries(nodes), ...ofLinks].filter((entry): entry is [string, number] => entry[1] !== null);
}

/** What validate says of loads that are 1 and more only while rates that change with time are at their highest. */
export function peakNotes(setup: Setup, load: OfferedLoad): string[] {
  const peak = offeredLoad(setup, peakRate);
  const most = new Map(peak === null ? [] : loadsOf(peak));
  return loadsOf(load).flatMap(([what, mean]) => {
    const high = most.get(what) ?? 0;
    if (mean >= 1 || high < 1) return [];
    const [usual, highest] = [mean, high].map((value) => Number(value.toPrecision(3)));
    return [
      `note: ${setup.policy.name} offers ${what} ${usual} of what it can do, but ${highest} while rates are at their highest: what comes then waits`,
    ];
  });
}

/** What validate and run say beforehand: loads of 1 and more. */
export function loadWarnings(setup: Setup, load: OfferedLoad): string[] {
  const found: string[] = [];
  const check = (what: string, value: number | null, follows: string): void => {
    if (value === null || value < 1) return;
    const times =
      value === Number.POSITIVE_INFINITY ? "unbounded work" : `${Number(value.toPrecision(3))} times what it can do`;
    found.push(`warning: ${setup.policy.name} offers ${what} ${times}: ${follows}`);
  };
  const asking = setup.streams.filter(({ arrivals }) => isOpen(arrivals));
  const isLate = asking.length > 0 && asking.every(({ late, deadline }) => late === "drop" && deadline !== null);
  const ends = asking.length > 0 && asking.every(({ arrivals }) => arrivals.kind === "trace");
  const grows = isLate
    ? "it drops requests that have become late"
    : ends
      ? "its queue grows as long as the trace lasts"
      : "its queue grows without end";
  for (const { name, queue } of setup.nodes)
    check(
      name,
      load.nodes[name]!,
      queue.admit !== null
        ? "it turns requests away"
        : queue.places < Number.POSITIVE_INFINITY
          ? "its queue is full, and drops requests"
          : grows,
    );
  for (const [link, { up, down }] of Object.entries(load.links)) {
    check(`${link}.up`, up, grows);
    check(`${link}.down`, down, grows);
  }
  return found;
}
