/** What crossing a link may cost beside size, rate and latency: loss, outages, spells of delay, connections, energy. */
import * as z from "zod";
import { cite } from "./cite.ts";
import { distribution } from "./distribution.ts";
import type { LinkPreset } from "./presets.ts";
import {
  asMap,
  field,
  listOf,
  namedSchema,
  orWord,
  quantity,
  type Reader,
  ratio,
  record,
  required,
  type Values,
  whole,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { Leaf, ScenarioBursts, ScenarioEnergy, ScenarioLoss, ScenarioOutages } from "./scenario.ts";
import type { Tree } from "./tree.ts";
import { lasting } from "./varying.ts";

const time = quantity("time");
const positiveTime = quantity("time", { isPositive: true });

/** Attempts unless given; assumed. */
const usualAttempts = 3;

const lossFields = {
  probability: field("that a message, or each packet, is lost", ratio),
  good: field("probability in the good state of a Gilbert-Elliott channel", ratio),
  bad: field("probability in the bad state", ratio),
  good_for: field("how long the good state lasts: a distribution, or the mean of an exponential", lasting),
  bad_for: field("how long the bad state lasts", lasting),
  per: field(
    "message, or packet: one lost packet loses its message",
    word("what is lost at once", ["message", "packet"] as const),
  ),
  retry: field("pause before it is sent again; at 0 s it keeps its place", time),
  attempts: field("in all; after the last the request is dropped", whole({ min: 1, max: 4000 })),
};

const lossMap = record("a loss", lossFields);

/** A share alone is a probability. */
export const lossReader: Reader<ScenarioLoss | null> = orWord("none", null, {
  read(tree, path, to) {
    if (tree.kind === "scalar") {
      const probability = ratio.read(tree, path, to);
      return probability === undefined ? undefined : { kind: "bernoulli", probability, ...sending({}, path, to) };
    }
    const before = to.problems.length;
    const given = lossMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const channel = [given.good, given.bad, given.good_for, given.bad_for];
    if (given.probability !== undefined) {
      if (channel.some((value) => value !== undefined))
        return to.wrong(tree, path, "a probability, or good, bad, good_for and bad_for");
      return { kind: "bernoulli", probability: given.probability, ...sending(given, path, to) };
    }
    if (channel.includes(undefined)) return to.wrong(tree, path, "a probability, or good, bad, good_for and bad_for");
    return {
      kind: "gilbert-elliott",
      good: given.good!,
      bad: given.bad!,
      goodFor: given.good_for!,
      badFor: given.bad_for!,
      ...sending(given, path, to),
    };
  },
  schema: () => z.union([ratio.schema(), lossMap.schema()]),
});

function sending(
  given: Partial<Values<typeof lossFields>>,
  path: string,
  to: Reading,
): Pick<ScenarioLoss, "per" | "retry" | "attempts"> {
  return {
    per: given.per ?? to.fill(`${path}.per`, "message" as const),
    retry: given.retry ?? to.fill(`${path}.retry`, 0, "it is sent again at once and keeps its place"),
    attempts: given.attempts ?? to.fill(`${path}.attempts`, usualAttempts, "assumed"),
  };
}

/** Loss of a preset: of whole messages, noticed after a round trip. */
export function presetLoss(name: string, preset: LinkPreset, path: string, to: Reading): ScenarioLoss | null {
  const { loss, rtt } = preset;
  const origin = { kind: "preset", text: cite(name, [loss]) } as const;
  if (loss.value === 0) {
    to.origins[path] = origin;
    return null;
  }
  to.origins[`${path}.probability`] = origin;
  to.origins[`${path}.retry`] = { kind: "preset", text: `median of ${cite(name, [rtt])}` };
  return {
    kind: "bernoulli",
    probability: loss.value,
    per: "message",
    retry: rtt.p50,
    attempts: to.fill(`${path}.attempts`, usualAttempts, "assumed"),
  };
}

const windowFields = {
  at: required("when it begins", time),
  for: required("how long it lasts", positiveTime),
};
const randomFields = {
  mtbf: required("time with service between two outages: a distribution, or the mean of an exponential", lasting),
  mttr: required("how long an outage lasts", lasting),
};
const windows = listOf("outage", record("an outage", windowFields), { min: 1, max: 100_000 });
const random = record("random outages", randomFields);

export const outagesReader: Reader<ScenarioOutages | null> = orWord("none", null, {
  read(tree, path, to) {
    const before = to.problems.length;
    if (tree.kind === "list") {
      const list = windows.read(tree, path, to);
      if (list === undefined || to.problems.length > before) return undefined;
      const all = list.map((w) => ({ at: w.at!, for: w.for! })).sort((a, b) => a.at - b.at);
      const merged: { at: number; for: number }[] = [];
      for (const w of all) {
        const last = merged.at(-1);
        if (last !== undefined && w.at <= last.at + last.for) last.for = Math.max(last.for, w.at + w.for - last.at);
        else merged.push({ ...w });
      }
      return { kind: "windows", windows: merged };
    }
    const map = asMap(tree, path, to, "a list of outages { at, for }, or { mtbf, mttr }");
    const given = map === undefined ? undefined : random.read(map, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    return { kind: "random", mtbf: given.mtbf!, mttr: given.mttr! };
  },
  schema: () => z.union([windows.schema(), random.schema()]),
});

/** A plain time is the mean of an exponential: what jitter is, in a word. */
const spread: Reader<Leaf> = distribution("time", {
  sequence: false,
  plain: (mean) => (mean === 0 ? { kind: "constant", value: 0 } : { kind: "exponential", mean }),
});
const burstFields = {
  every: required("time from one spell to the next: a distribution, or the mean of an exponential", lasting),
  for: required("how long a spell lasts", distribution("time", { sequence: false })),
};
const bursts = record("spells in which nothing arrives", burstFields);

export interface Jitter {
  readonly spread: Leaf | null;
  readonly bursts: ScenarioBursts | null;
}

/** A distribution, spells of delay, or both. */
export const jitterReader: Reader<Jitter> = orWord("none", { spread: null, bursts: null } as Jitter, {
  read(tree, path, to) {
    const entry = tree.kind === "map" ? tree.entries.find((e) => e.key === "bursts") : undefined;
    if (tree.kind !== "map" || entry === undefined) {
      const leaf = spread.read(tree, path, to);
      return leaf === undefined ? undefined : { spread: isNothing(leaf) ? null : leaf, bursts: null };
    }
    const before = to.problems.length;
    const given = bursts.read(entry.value, `${path}.bursts`, to);
    const rest: Tree = { ...tree, entries: tree.entries.filter((e) => e !== entry) };
    const leaf = rest.entries.length === 0 ? null : spread.read(rest, path, to);
    if (given === undefined || leaf === undefined || to.problems.length > before) return undefined;
    return {
      spread: leaf === null || isNothing(leaf) ? null : leaf,
      bursts: { every: given.every!, lasts: given.for! },
    };
  },
  schema: () =>
    namedSchema("jitter", () =>
      z.union([spread.schema(), z.object({ bursts: bursts.schema() }).catchall(z.unknown())]),
    ),
});

function isNothing(leaf: Leaf): boolean {
  return leaf.kind === "constant" && leaf.value === 0;
}

const power = quantity("power");
const perSize = quantity("energy-per-size");
const eachWay = record("an energy for each direction", {
  up: required("of what the first end sends", perSize),
  down: required("of what it receives", perSize),
});
const perByte: Reader<readonly [number, number]> = {
  read(tree, path, to) {
    if (tree.kind !== "map") {
      const both = perSize.read(tree, path, to);
      return both === undefined ? undefined : [both, both];
    }
    const given = eachWay.read(tree, path, to);
    return given?.up === undefined || given.down === undefined ? undefined : [given.up, given.down];
  },
  schema: () => z.union([perSize.schema(), eachWay.schema()]),
};

const energyFields = {
  sending: field("while the radio sends, on top of being connected", power),
  receiving: field("while it receives, on top of being connected", power),
  per_byte: field("for each byte on the wire, or { up, down }", perByte),
  connected: field("from when a message enters the link until the end of its tail", power),
  tail: field("how long a radio stays connected after its last message", time),
};
const energyMap = record("the energy of a radio", energyFields);

/** Of the radios of the first node that a link joins. */
export const energyReader: Reader<ScenarioEnergy | null> = orWord("none", null, {
  read(tree, path, to) {
    const before = to.problems.length;
    const given = energyMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const nothing = (key: string): number => to.fill(`${path}.${key}`, 0);
    const [perByteSent, perByteReceived] = given.per_byte ?? [nothing("per_byte"), 0];
    return {
      connected: given.connected ?? nothing("connected"),
      tail: given.tail ?? nothing("tail"),
      sending: given.sending ?? nothing("sending"),
      receiving: given.receiving ?? nothing("receiving"),
      perByteSent,
      perByteReceived,
    };
  },
  schema: energyMap.schema,
});

/** Energy of a preset; null where it does not know both directions. */
export function presetEnergy(name: string, preset: LinkPreset, path: string, to: Reading): ScenarioEnergy | null {
  const { up, down, connected, tail } = preset.energy;
  if (up === null || down === null) return to.fill(path, null, `unknown in preset ${name}`);
  to.origins[`${path}.per_byte`] = { kind: "preset", text: cite(name, [up, down]) };
  for (const [key, figure] of [
    ["connected", connected],
    ["tail", tail],
  ] as const)
    to.origins[`${path}.${key}`] = {
      kind: "preset",
      text: figure === null ? `unknown in preset ${name}, so left out` : cite(name, [figure]),
    };
  return {
    connected: connected?.value ?? 0,
    tail: tail?.value ?? 0,
    sending: to.fill(`${path}.sending`, 0, "the energy of a bit has it"),
    receiving: to.fill(`${path}.receiving`, 0, "the energy of a bit has it"),
    perByteSent: up.value * 8,
    perByteReceived: down.value * 8,
  };
}
