/** `links:`, what joins two nodes. */

import * as z from "zod";
import { cite } from "./cite.ts";
import { oneOf } from "./errors.ts";
import {
  energyReader,
  type Jitter,
  jitterReader,
  lossReader,
  outagesReader,
  presetEnergy,
  presetLoss,
} from "./link-features.ts";
import { cellFields, cellOf } from "./nr-cell.ts";
import type { LinkPreset } from "./presets.ts";
import {
  asList,
  field,
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
import type { ScenarioLink, ScenarioVarying } from "./scenario.ts";
import { child, type Tree } from "./tree.ts";
import { varying } from "./varying.ts";

export const linkKinds = ["fixed", "fifo", "shared", "nr-cell"] as const;

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
const capacity = orWord("unbounded", Number.POSITIVE_INFINITY, orVarying(constantRate, varying("rate")));
const latency = orVarying(quantity("time"), varying("time"));

function orVarying(constant: Reader<number>, changing: Reader<ScenarioVarying>): Reader<number | ScenarioVarying> {
  return {
    read: (tree, path, to) => (tree.kind === "map" ? changing : constant).read(tree, path, to),
    schema: () => z.union([constant.schema(), changing.schema()]),
  };
}

export const linkFields = {
  between: required("the two nodes it joins; up is from the first to the second", between),
  kind: field(
    "fixed: no contention; fifo: one message at a time; shared: all at once, max-min fair; nr-cell: 5G; a preset suggests one",
    word("a kind of link", linkKinds),
  ),
  preset: field(
    "a link preset, for figures that are not given here (offramp list links)",
    reference("a link preset", (to) => [...to.resources.links().keys()]),
  ),
  per: field(
    "the node each of whose machines has a resource of its own in each direction, or all",
    reference("one of the nodes it joins, or all", (to) => to.names.nodes, ["all"]),
  ),
  up: field("capacity from the first to the second node: constant, or over time", capacity),
  down: field("capacity from the second to the first node", capacity),
  latency: field("propagation, one way, both directions: constant, or over time", latency),
  jitter: field(
    "extra propagation of each message; a plain time is the mean of an exponential; bursts: spells in which nothing arrives",
    jitterReader,
  ),
  per_message: field("delay where a message starts and where it ends", quantity("time")),
  mtu: field(
    "payload of a packet",
    orWord("unbounded", Number.POSITIVE_INFINITY, quantity("size", { isPositive: true })),
  ),
  header: field("bytes added to each packet", quantity("size")),
  loss: field("probability that what is sent is lost and sent again, or none", lossReader),
  outages: field("times without service, or none", outagesReader),
  connection: field(
    "persistent, or new: every message waits for a handshake and slow start",
    word("a way to connect", ["persistent", "new"] as const),
  ),
  energy: field("what the radios of the first node draw, or none", energyReader),
  flow_cap: field(
    "most that one message gets of a shared link",
    orWord("unbounded", Number.POSITIVE_INFINITY, constantRate),
  ),
  attach: field(
    "all where a placement rule may choose among all machines, not only those attached to each other",
    word<"all">("all, or nothing", ["all"]),
  ),
  ...cellFields,
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
      if (preset.notes !== "") to.origins[at("preset")] = { kind: "preset", text: preset.notes };
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
      attach: given.attach ?? null,
      up: capacityOf("up", given, kind, preset, tree, path, to),
      down: capacityOf("down", given, kind, preset, tree, path, to),
      ...(kind === "nr-cell" ? cellDelays : delays)(given, preset, tree, path, to),
      perMessage: given.per_message ?? to.fill(at("per_message"), 0),
      mtu: given.mtu ?? to.fill(at("mtu"), Number.POSITIVE_INFINITY, "every message is one packet"),
      header: given.header ?? to.fill(at("header"), 0),
      ...features(given, kind, preset, tree, path, to),
      nr: cellOf(given, kind, given.preset, preset, tree, path, to),
    };
  },
};

type Given = Values<typeof linkFields>;

function features(
  given: Given,
  kind: ScenarioLink["kind"] | null,
  preset: LinkPreset | undefined,
  tree: Tree,
  path: string,
  to: Reading,
): Pick<ScenarioLink, "loss" | "outages" | "connection" | "energy" | "flowCap"> {
  const at = (key: string): string => `${path}.${key}`;
  // What was written but is wrong has been said to be.
  const isOpen = (key: string): boolean => child(tree, key) === undefined;
  const isLimited = given.flow_cap !== undefined && given.flow_cap < Number.POSITIVE_INFINITY;
  if (isLimited && kind !== "shared" && kind !== null)
    to.report(
      child(tree, "flow_cap")!.at,
      at("flow_cap"),
      "a limit of flows on a shared link",
      `a link of kind ${kind}`,
    );
  const loss = (): ScenarioLink["loss"] =>
    preset === undefined ? to.fill(at("loss"), null) : presetLoss(given.preset!, preset, at("loss"), to);
  const energy = (): ScenarioLink["energy"] =>
    preset === undefined ? to.fill(at("energy"), null) : presetEnergy(given.preset!, preset, at("energy"), to);
  return {
    loss: isOpen("loss") ? loss() : (given.loss ?? null),
    outages: isOpen("outages") ? to.fill(at("outages"), null) : (given.outages ?? null),
    connection: given.connection ?? to.fill(at("connection"), "persistent" as const),
    energy: isOpen("energy") ? energy() : (given.energy ?? null),
    flowCap: given.flow_cap ?? to.fill(at("flow_cap"), Number.POSITIVE_INFINITY),
  };
}

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
): number | ScenarioVarying {
  const value = given[way];
  const written = child(tree, way);
  if (kind === "nr-cell" && child(tree, "radio") !== undefined) {
    if (written !== undefined)
      to.report(
        written.at,
        `${path}.${way}`,
        "radio, or up and down",
        "both",
        "with a radio capacities follow from it",
      );
    return 0;
  }
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
  // Without a kind it is not known whether a capacity is needed, nor with a preset that is not known.
  if (kind !== null && (preset !== undefined || child(tree, "preset") === undefined)) {
    const hint = `a ${kind} link needs up and down, ${kind === "nr-cell" ? "a radio, " : ""}or a preset`;
    to.report({ ...tree.at, end: tree.at.start + 1 }, `${path}.${way}`, expected, "nothing", hint);
  }
  return 1;
}

function delays(
  given: Given,
  preset: LinkPreset | undefined,
  tree: Tree,
  path: string,
  to: Reading,
): Pick<ScenarioLink, "latency" | "jitter" | "bursts"> {
  const isOpen = (key: string): boolean => child(tree, key) === undefined;
  const written: Jitter | undefined = given.jitter ?? (isOpen("jitter") ? undefined : { spread: null, bursts: null });
  if (!isOpen("latency") || preset === undefined) {
    const delay = given.latency ?? (isOpen("latency") ? to.fill(`${path}.latency`, 0) : 0);
    const jitter = written ?? to.fill(`${path}.jitter`, { spread: null, bursts: null });
    return { latency: delay, jitter: jitter.spread, bursts: jitter.bursts };
  }
  to.origins[`${path}.latency`] = { kind: "preset", text: cite(given.preset!, [preset.latency.up]) };
  const delay = preset.latency.up.value;
  // The spread belongs to the preset's latency: one that was written stands alone.
  if (written !== undefined) return { latency: delay, jitter: written.spread, bursts: written.bursts };
  const { jitter } = preset;
  to.origins[preset.bursts === null || jitter === null ? `${path}.jitter` : `${path}.jitter.${jitter.distribution}`] = {
    kind: "preset",
    text: jitter === null ? `none in preset ${given.preset}: ${preset.notes}` : cite(given.preset!, [jitter]),
  };
  return {
    latency: delay,
    jitter: jitter === null ? null : { kind: jitter.distribution, mean: jitter.mean, cv: jitter.cv },
    bursts: preset.bursts === null ? null : burstsOf(given.preset!, preset.bursts, path, to),
  };
}

/** What a preset was measured to take has the access in it that a cell simulates: its latency is what is left, and its spread goes. */
function cellDelays(
  given: Given,
  preset: LinkPreset | undefined,
  tree: Tree,
  path: string,
  to: Reading,
): Pick<ScenarioLink, "latency" | "jitter" | "bursts"> {
  if (preset === undefined || child(tree, "latency") !== undefined) return delays(given, undefined, tree, path, to);
  if (preset.nr === null) {
    const expected = "a preset of a 5G cell, or a latency of what lies behind the cell";
    to.report(child(tree, "preset")!.at, `${path}.preset`, expected, `"${given.preset}"`);
    return { latency: 0, jitter: null, bursts: null };
  }
  to.origins[`${path}.latency`] = { kind: "preset", text: cite(given.preset!, [preset.nr.latency]) };
  const latency = preset.nr.latency.value;
  const { jitter } = given;
  if (jitter !== undefined || child(tree, "jitter") !== undefined)
    return { latency, jitter: jitter?.spread ?? null, bursts: jitter?.bursts ?? null };
  if (preset.bursts === null)
    return { latency, jitter: to.fill(`${path}.jitter`, null, "access has a spread of its own"), bursts: null };
  return { latency, jitter: null, bursts: burstsOf(given.preset!, preset.bursts, path, to) };
}

function burstsOf(
  name: string,
  bursts: NonNullable<LinkPreset["bursts"]>,
  path: string,
  to: Reading,
): ScenarioLink["bursts"] {
  to.origins[`${path}.jitter.bursts`] = { kind: "preset", text: cite(name, [bursts.every, bursts.for]) };
  return {
    every: { kind: "exponential", mean: bursts.every.value },
    lasts: { kind: "constant", value: bursts.for.value },
  };
}
