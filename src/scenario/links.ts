/** `links:`, what joins two nodes. */

import { z } from "zod";
import { cite } from "./cite.ts";
import { distribution } from "./distribution.ts";
import { oneOf } from "./errors.ts";
import type { LinkPreset } from "./presets.ts";
import {
  asList,
  field,
  later,
  orWord,
  quantity,
  type Reader,
  record,
  reference,
  required,
  type Values,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { Leaf, ScenarioLink } from "./scenario.ts";
import { child, type Tree } from "./tree.ts";

export const linkKinds = ["fixed", "fifo", "shared"] as const;

const between: Reader<readonly [string, string]> = {
  read(tree, path, to) {
    const list = asList(tree, path, to, "two nodes, such as [camera, edge]");
    if (list === undefined) return undefined;
    if (list.items.length !== 2) return to.wrong(tree, path, "two nodes, such as [camera, edge]");
    const node = reference("a node", (r) => r.names.nodes);
    const [a, b] = list.items.map((item, i) => node.read(item, `${path}.${i}`, to));
    if (a === undefined || b === undefined) return undefined;
    return a === b ? to.report(tree.at, path, "two different nodes", `"${a}" twice`) : [a, b];
  },
  schema: () => z.tuple([z.string(), z.string()]),
};

const constantRate = quantity("rate", { isPositive: true });
const rate: Reader<number> = {
  read: (tree, path, to) =>
    tree.kind === "scalar"
      ? constantRate.read(tree, path, to)
      : to.later(tree.at, path, "a capacity that changes", ['a constant rate such as "50 Mbit/s"']),
  schema: constantRate.schema,
};
const capacity = orWord("unbounded", Number.POSITIVE_INFINITY, rate);

/** A plain time is the mean of an exponential: what jitter is, in a word. */
const jitter: Reader<Leaf> = distribution("time", {
  sequence: false,
  plain: (mean) => (mean === 0 ? { kind: "constant", value: 0 } : { kind: "exponential", mean }),
});

export const linkFields = {
  between: required("the two nodes it joins; up is from the first to the second", between),
  kind: field(
    "fixed: no contention; fifo: one message at a time; shared: all at once, max-min fair; a preset suggests one",
    word("a kind of link", linkKinds, ["nr-cell"]),
  ),
  preset: field(
    "a link preset, for figures that are not given here (offramp list links)",
    reference("a link preset", (to) => [...to.resources.links().keys()]),
  ),
  per: field(
    "the node each of whose machines has a resource of its own in each direction, or all",
    reference("one of the nodes it joins, or all", (to) => to.names.nodes, ["all"]),
  ),
  up: field("capacity from the first to the second node", capacity),
  down: field("capacity from the second to the first node", capacity),
  latency: field("propagation, one way, both directions", quantity("time")),
  jitter: field(
    "extra propagation of each message; a plain time is the mean of an exponential",
    orWord("none", null, jitter),
  ),
  per_message: field("delay where a message starts and where it ends", quantity("time")),
  mtu: field(
    "payload of a packet",
    orWord("unbounded", Number.POSITIVE_INFINITY, quantity("size", { isPositive: true })),
  ),
  header: field("bytes added to each packet", quantity("size")),
  loss: later,
  outages: later,
  connection: later,
  energy: later,
  attach: later,
};

const reader = record("a link", linkFields);

export const linkReader: Reader<Omit<ScenarioLink, "name">> = {
  schema: reader.schema,
  read(tree, path, to) {
    const given = reader.read(tree, path, to);
    if (given === undefined) return undefined;
    const preset = given.preset === undefined ? undefined : to.resources.links().get(given.preset);
    const kind = kindOf(given, preset, tree, path, to);
    const at = (key: string): string => `${path}.${key}`;
    if (preset !== undefined) {
      const loss = `its loss of ${Number((preset.loss.value * 100).toPrecision(3))} % is not simulated`;
      to.origins[at("preset")] = { kind: "preset", text: preset.notes === "" ? loss : `${loss}; ${preset.notes}` };
    }
    const { per, between: ends } = given;
    if (per !== undefined && per !== "all" && ends !== undefined && !ends.includes(per))
      to.report(
        child(tree, "per")!.at,
        at("per"),
        `${ends[0]}, ${ends[1]} or all`,
        `"${per}", which this link does not join`,
      );
    return {
      between: ends ?? ["", ""],
      kind: kind ?? "fifo",
      preset: given.preset ?? null,
      per: per === undefined ? to.fill(at("per"), null, "one resource for the whole link") : per === "all" ? null : per,
      up: capacityOf("up", given, kind, preset, tree, path, to),
      down: capacityOf("down", given, kind, preset, tree, path, to),
      ...delays(given, preset, path, to),
      perMessage: given.per_message ?? to.fill(at("per_message"), 0),
      mtu: given.mtu ?? to.fill(at("mtu"), Number.POSITIVE_INFINITY, "every message is one packet"),
      header: given.header ?? to.fill(at("header"), 0),
    };
  },
};

type Given = Values<typeof linkFields>;

function kindOf(
  given: Given,
  preset: LinkPreset | undefined,
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioLink["kind"] | null {
  if (given.kind !== undefined) return given.kind;
  if (child(tree, "kind") !== undefined) return null;
  if (preset === undefined) {
    if (given.preset === undefined && child(tree, "preset") === undefined)
      to.report(
        { ...tree.at, end: tree.at.start + 1 },
        `${path}.kind`,
        `a kind of link: ${oneOf(linkKinds)}`,
        "nothing",
      );
    return null;
  }
  to.origins[`${path}.kind`] = { kind: "preset", text: `suggested by preset ${given.preset}` };
  return preset.kind;
}

function capacityOf(
  way: "up" | "down",
  given: Given,
  kind: ScenarioLink["kind"] | null,
  preset: LinkPreset | undefined,
  tree: Tree,
  path: string,
  to: Reading,
): number {
  const value = given[way];
  const written = child(tree, way);
  const expected = 'a data rate such as "50 Mbit/s"';
  if (value !== undefined) {
    if (value === Number.POSITIVE_INFINITY && kind !== "fixed" && kind !== null)
      to.report(written!.at, `${path}.${way}`, expected, '"unbounded", which only fixed links can be');
    return value;
  }
  if (written !== undefined) return 1;
  const figure = preset?.[way];
  if (figure) {
    to.origins[`${path}.${way}`] = { kind: "preset", text: `median of ${cite(given.preset!, [figure])}` };
    return figure.p50;
  }
  if (kind === "fixed")
    return to.fill(`${path}.${way}`, Number.POSITIVE_INFINITY, "a fixed link without a rate is delay alone");
  // Without a kind it is not known whether a capacity is needed.
  if (kind !== null) {
    const hint = `a ${kind} link needs up and down, or a preset`;
    to.report({ ...tree.at, end: tree.at.start + 1 }, `${path}.${way}`, expected, "nothing", hint);
  }
  return 1;
}

function delays(
  given: Given,
  preset: LinkPreset | undefined,
  path: string,
  to: Reading,
): Pick<ScenarioLink, "latency" | "jitter"> {
  let { latency, jitter: spread } = given;
  if (latency === undefined && preset !== undefined) {
    latency = preset.latency.up.value;
    to.origins[`${path}.latency`] = { kind: "preset", text: cite(given.preset!, [preset.latency.up]) };
    // The spread belongs to the preset's latency: one that was written stands alone.
    if (spread === undefined) {
      spread =
        preset.jitter === null
          ? null
          : { kind: preset.jitter.distribution, mean: preset.jitter.mean, cv: preset.jitter.cv };
      const text =
        preset.jitter === null
          ? `none in preset ${given.preset}: ${preset.notes}`
          : cite(given.preset!, [preset.jitter]);
      to.origins[`${path}.jitter`] = { kind: "preset", text };
    }
  }
  return {
    latency: latency ?? to.fill(`${path}.latency`, 0),
    jitter:
      spread === undefined
        ? to.fill(`${path}.jitter`, null)
        : spread?.kind === "constant" && spread.value === 0
          ? null
          : spread,
  };
}
