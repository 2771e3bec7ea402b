/** How much of every node and link a policy asks for, from mean values: a warning before a run that cannot be steady. */

import { meanRate } from "../sim/arrivals/rate.ts";
import { batchMean } from "../sim/batch-times.ts";
import type { Distribution } from "../sim/distribution.ts";
import { mean } from "../sim/distribution-moments.ts";
import { availability } from "../sim/links/channels.ts";
import { attemptsOf } from "../sim/links/loss.ts";
import { wireBytes } from "../sim/links/wire.ts";
import { findRoute } from "../sim/routes.ts";
import { headsOf, sharesByDraws, sharesOnRows } from "../sim/rules/exit-shares.ts";
import { rowWeights } from "../sim/sample-mix.ts";
import type { ExitScores, Setup, Size, Stream } from "../sim/setup.ts";

export interface OfferedLoad {
  /** Work offered to the busiest machine of each node / what its servers can do; 1 and more: its queue grows. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Of the busiest resource of a link in each direction; null where nothing contends (`fixed`). */
  readonly links: Readonly<Record<string, { readonly up: number | null; readonly down: number | null }>>;
}

/**
 * Nothing is dropped or queued here, and bytes are taken as independent of the exit: loads near 1 are estimates.
 * Null where the placement rule decides on the way.
 */
export function offeredLoad(setup: Setup): OfferedLoad | null {
  const nodes = new Map<string, number>(setup.nodes.map((node) => [node.name, 0]));
  const links = new Map<string, number>(
    setup.links.flatMap((link) => [
      [`${link.name}.up`, 0],
      [`${link.name}.down`, 0],
    ]),
  );
  for (const [s, stream] of setup.streams.entries()) {
    const places = setup.policy.place.plan(stream.source);
    if (places === null) return null;
    addStream(setup, s, stream, places, nodes, links);
  }
  return {
    nodes: Object.fromEntries(nodes),
    links: Object.fromEntries(
      setup.links.map(({ name, kind }) => {
        const load = (way: string): number | null => (kind === "fixed" ? null : links.get(`${name}.${way}`)!);
        return [name, { up: load("up"), down: load("down") }];
      }),
    ),
  };
}

function addStream(
  setup: Setup,
  s: number,
  stream: Stream,
  places: readonly number[],
  nodes: Map<string, number>,
  links: Map<string, number>,
): void {
  const { model } = setup;
  // Closed workloads ask no faster than they are answered, and what comes all at once has no rate.
  const rate = meanRate(stream.arrivals, setup.nodes[stream.source]!.count) ?? 0;
  if (rate === 0) return;
  const { leaves, heads } = exitShares(setup, places, stream);
  const work = (group: number, time: Distribution | null | undefined, share: number): void => {
    if (time === null || time === undefined || share === 0) return;
    const node = setup.nodes[group]!;
    nodes.set(
      node.name,
      nodes.get(node.name)! +
        (rate * devicesPer(setup, stream.source, node.count) * share * mean(time)) / (node.servers * available(node)),
    );
  };
  const send = (from: number, to: number, size: Size, share: number): void => {
    if (share === 0) return;
    for (const hop of findRoute(setup, from, to) ?? []) {
      const link = setup.links[hop >> 1]!;
      const way = (hop & 1) === 0 ? "up" : "down";
      const sources =
        link.per === null
          ? setup.nodes[stream.source]!.count
          : devicesPer(setup, stream.source, setup.nodes[link.per]!.count);
      const payload = meanSize(size);
      const bits = wireBytes(link, payload) * 8 * attemptsOf(link, payload);
      const key = `${link.name}.${way}`;
      const capacity = link[way].capacity * availability(link);
      links.set(key, links.get(key)! + (rate * sources * share * bits) / capacity);
    }
  };
  let at = stream.source;
  let here = 1;
  places.forEach((group, k) => {
    if (group !== at) {
      work(at, model.encode[s]![at]![k], here);
      send(at, group, model.size[s]![k]!, here);
      work(group, model.decode[s]![group]![k], here);
      at = group;
    }
    work(group, perRequest(setup, s, group, k), here);
    const exit = model.exits.findIndex((e) => e.after === k);
    if (exit < 0) return;
    if (heads.includes(exit)) work(group, perRequest(setup, s, group, exit, "head"), here);
    const due = stream.answerTo === "source" ? stream.source : stream.answerTo;
    if (due !== "nowhere") send(group, due, model.result[s]!, leaves[exit]!);
    here -= leaves[exit]!;
  });
}

/** Share of time that a server is not broken; what is done twice is not counted here. */
function available({ failures }: Setup["nodes"][number]): number {
  if (failures === null) return 1;
  const uptime = mean(failures.uptime);
  return uptime === Number.POSITIVE_INFINITY ? 1 : uptime / (uptime + mean(failures.repair));
}

/** Time of a segment or head for one request; its share of the largest batch, where there are batches. */
function perRequest(
  { nodes, model }: Setup,
  s: number,
  group: number,
  index: number,
  which: "trunk" | "head" = "trunk",
): Distribution | undefined {
  const { batch } = nodes[group]!.queue;
  const times = model.batched === null ? null : model.batched[which][s]![group]![index];
  if (!times || batch === null) return model[which][s]![group]![index];
  return { kind: "constant", value: batchMean(times, batch.max) / batch.max };
}

/** Devices of the source that the busiest machine of a group serves. */
function devicesPer(setup: Setup, source: number, count: number): number {
  return Math.ceil(setup.nodes[source]!.count / count);
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

/** What validate and run say beforehand: loads of 1 and more. */
export function loadWarnings(policy: string, load: OfferedLoad): string[] {
  const found: string[] = [];
  const check = (what: string, value: number | null): void => {
    if (value !== null && value >= 1)
      found.push(
        `warning: ${policy} offers ${what} ${value === Number.POSITIVE_INFINITY ? "unbounded work" : `${Number(value.toPrecision(3))} times what it can do`}: its queue grows without end`,
      );
  };
  for (const [node, value] of Object.entries(load.nodes)) check(node, value);
  for (const [link, { up, down }] of Object.entries(load.links)) {
    check(`${link}.up`, up);
    check(`${link}.down`, down);
  }
  return found;
}
