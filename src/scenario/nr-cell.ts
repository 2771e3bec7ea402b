/** What a link of kind `nr-cell` says beside what all links say: access, sharing, idle radios, interruptions, and where devices are. */
import * as z from "zod";
import { umi } from "../sim/links/nr/path-loss.ts";
import { bandwidths } from "../sim/links/nr/spectrum.ts";
import { cite } from "./cite.ts";
import { distribution } from "./distribution.ts";
import { oneOf } from "./errors.ts";
import { mobilityReader, type ScenarioMobility } from "./mobility.ts";
import type { LinkPreset } from "./presets.ts";
import { formatQuantity } from "./quantity.ts";
import {
  field,
  flag,
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
import type { Leaf } from "./scenario.ts";
import { child, type Tree } from "./tree.ts";
import { lasting } from "./varying.ts";

type Pair = readonly [up: number, down: number];

export interface ScenarioAccess {
  readonly numerology: number;
  /** Slots such as `DDDSU`, or `fdd`. */
  readonly tdd: string;
  readonly special: number;
  readonly grant: "dynamic" | "configured";
  /** [s]; 0: every uplink slot. */
  readonly occasions: number;
  /** [slots] */
  readonly device: number;
  readonly station: number;
  readonly n1: number;
  readonly k2: number;
  readonly decode: number;
  readonly error: number;
  readonly errorFalls: number;
  readonly retransmissions: number;
}

/** Lengths in m, frequencies in Hz, levels in dBm and dB; pairs are of uplink and downlink. */
export interface ScenarioRadio {
  /** Of the disc in which devices are; null where `distance` is given. */
  readonly radius: number | null;
  readonly distance: Leaf | null;
  readonly carrier: number;
  readonly bandwidth: number;
  readonly sight: "drawn" | "always" | "never";
  readonly shadowing: boolean;
  readonly fading: { readonly branches: number; readonly speed: number } | null;
  readonly rate: "shannon" | "table";
  readonly layers: Pair;
  readonly power: Pair;
  readonly gain: number;
  readonly noiseFigure: Pair;
  readonly interference: Pair;
}

export interface ScenarioCell {
  readonly access: ScenarioAccess;
  readonly share: "resource-fair" | "rate-fair";
  readonly idle: { readonly after: number; readonly promotion: Leaf } | null;
  readonly interruptions: { readonly every: Leaf; readonly lasts: Leaf } | null;
  readonly radio: ScenarioRadio | null;
  readonly mobility: ScenarioMobility | null;
}

const pattern: Reader<string> = {
  read(tree, path, to) {
    const value = tree.kind === "scalar" ? tree.value : null;
    if (value === "fdd") return value;
    const expected =
      "slots such as DDDSU (D downlink, S downlink and switch, U uplink), both directions among them, or fdd";
    if (typeof value !== "string" || !/^[DSU]{2,80}$/.test(value)) return to.wrong(tree, path, expected);
    return value.includes("U") && /[DS]/.test(value) ? value : to.wrong(tree, path, expected);
  },
  schema: () => z.union([z.literal("fdd"), z.string().regex(/^[DSU]{2,80}$/)]),
};

const slots = whole({ min: 0, max: 64 });
const time = quantity("time");

const accessFields = {
  numerology: field("mu, 0 to 4: slots of 1 ms / 2^mu, subcarriers of 15 kHz x 2^mu", whole({ min: 0, max: 4 })),
  tdd: field("what slots are for, such as DDDSU, or fdd", pattern),
  special: field("part of an S slot that is downlink", ratio),
  grant: field(
    "of uplink: dynamic, asked for each time, or configured",
    word("a kind of grant", ["dynamic", "configured"] as const),
  ),
  occasions: field(
    "time between occasions of a scheduling request, or of a configured grant; every-slot: in every uplink slot",
    orWord("every-slot", 0, quantity("time", { isPositive: true })),
  ),
  device: field("slots from a message in the device to a request that may be sent", slots),
  station: field("slots that a base station needs between what it gets and what it sends", slots),
  n1: field("least slots from a downlink block to its acknowledgement", slots),
  k2: field("least slots from an uplink grant to what it grants", slots),
  decode: field("slots from the end of a block to the message", slots),
  error: field("share of blocks that fail when they are first sent", ratio),
  error_falls: field("what that share is multiplied by each time that a block is sent again", ratio),
  retransmissions: field("most times that a block is sent again", whole({ min: 0, max: 16 })),
};

function bothWays(dimension: "power-level" | "ratio-level"): Reader<Pair> {
  const one = quantity(dimension);
  return pairOf(one);
}

function pairOf(one: Reader<number>): Reader<Pair> {
  const two = record("one for each direction", { up: required("uplink", one), down: required("downlink", one) });
  return {
    read(tree, path, to) {
      if (tree.kind !== "map") {
        const value = one.read(tree, path, to);
        return value === undefined ? undefined : [value, value];
      }
      const given = two.read(tree, path, to);
      return given?.up === undefined || given.down === undefined ? undefined : [given.up, given.down];
    },
    schema: () => z.union([one.schema(), two.schema()]),
  };
}

function within(reader: Reader<number>, least: number, most: number, expected: string): Reader<number> {
  return {
    read(tree, path, to) {
      const value = reader.read(tree, path, to);
      return value === undefined || (value >= least && value <= most) ? value : to.wrong(tree, path, expected);
    },
    schema: reader.schema,
  };
}

const fadingFields = {
  branches: field("independent branches that a receiver adds up; 1 is Rayleigh fading", whole({ min: 1, max: 64 })),
  speed: field("of what moves, which says how long a channel stays the same", quantity("speed", { isPositive: true })),
};
const fading = record("fading", fadingFields);

const { distance: reach, carrier: band } = umi;
const reachText = "10 m to 5 km, where the path loss of TR 38.901 UMi holds";

const radioFields = {
  radius: field(
    "devices are anywhere in a disc of this radius, but 10 m from the base station",
    within(quantity("length"), reach.least, reach.most, `a radius from ${reachText}`),
  ),
  distance: field(
    "instead: distance of each device on the ground, drawn once",
    distribution("length", { sequence: false }),
  ),
  carrier: field(
    "frequency",
    within(
      quantity("bandwidth"),
      band.least,
      band.most,
      "a carrier from 0.5 GHz to 100 GHz, where the path loss of TR 38.901 UMi holds",
    ),
  ),
  bandwidth: field("of the channel, as the numerology has them", quantity("bandwidth", { isPositive: true })),
  sight: field(
    "of the base station: drawn by distance, always or never",
    word("a kind of sight", ["drawn", "always", "never"] as const),
  ),
  shadowing: field("loss by obstacles, drawn for each device", flag),
  fading: field("how received power varies with time, or none", orWord("none", null, fading)),
  rate: field(
    "how a rate follows from signal and noise: shannon (truncated), or table (CQI)",
    word("a way to a rate", ["shannon", "table"] as const),
  ),
  layers: field("streams of data at once, or { up, down }", pairOf(whole({ min: 1, max: 8 }))),
  power: field("of the sender, or { up, down }", bothWays("power-level")),
  gain: field("of both antennas together", quantity("ratio-level")),
  noise_figure: field("of the receiver, or { up, down }", bothWays("ratio-level")),
  interference: field("what other cells add to the noise, or { up, down }", bothWays("ratio-level")),
};

const idleFields = {
  after: field("silence after which a radio is idle", time),
  promotion: field(
    "time until an idle radio is connected: a time or a distribution",
    distribution("time", { sequence: false }),
  ),
};
const interruptionFields = {
  every: required("time with service between two: a distribution, or the mean of an exponential", lasting),
  for: required("how long one lasts: a time or a distribution", distribution("time", { sequence: false })),
};

const access = record("access", accessFields);
const radio = record("a radio", radioFields);
const idle = record("idle radios", idleFields);
const interruptions = record("interruptions", interruptionFields);

/** Keys of a link that only an `nr-cell` has. */
export const cellFields = {
  access: field("nr-cell: slots, grants and blocks that are sent again", access),
  share: field(
    "nr-cell: what devices that send at once share equally: airtime (resource-fair) or bits (rate-fair)",
    word("a way to share", ["resource-fair", "rate-fair"] as const),
  ),
  idle: field("nr-cell: radios that were silent are connected again first, or never", orWord("never", null, idle)),
  interruptions: field(
    "nr-cell: spells without service of each device, as at a handover, or none",
    orWord("none", null, interruptions),
  ),
  radio: field("nr-cell: capacities follow from where devices are, instead of up and down", radio),
  mobility: field("nr-cell: base stations, and how devices move between them", mobilityReader),
};

type Given = Values<typeof cellFields>;

/** @returns null for links of other kinds, of which nothing of this may be said */
export function cellOf(
  given: Given,
  kind: string | null,
  presetName: string | undefined,
  preset: LinkPreset | undefined,
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioCell | null {
  if (kind !== "nr-cell") {
    for (const key of Object.keys(cellFields)) {
      const written = child(tree, key);
      if (written !== undefined && kind !== null)
        to.report(written.at, `${path}.${key}`, "a link of kind nr-cell", `${key} of a ${kind} link`);
    }
    return null;
  }
  const at = (key: string): string => `${path}.${key}`;
  const slotted = accessOf(given.access ?? {}, presetName, preset, tree, at("access"), to);
  return {
    access: slotted,
    share:
      given.share ?? to.fill(at("share"), "resource-fair" as const, "close to proportional fair, the usual scheduler"),
    idle: idleOf(given.idle, tree, at("idle"), to),
    interruptions:
      given.interruptions === undefined || given.interruptions === null
        ? child(tree, "interruptions") === undefined
          ? to.fill(at("interruptions"), null)
          : null
        : { every: given.interruptions.every ?? once, lasts: given.interruptions.for ?? once },
    radio:
      given.radio === undefined
        ? null
        : radioOf(given.radio, slotted, given.mobility !== undefined, child(tree, "radio")!, at("radio"), to),
    mobility: given.mobility ?? null,
  };
}

/** Stands for what was written wrong, which has been reported. */
const once: Leaf = { kind: "constant", value: 1 };

function accessOf(
  given: Partial<Values<typeof accessFields>>,
  presetName: string | undefined,
  preset: LinkPreset | undefined,
  link: Tree,
  path: string,
  to: Reading,
): ScenarioAccess {
  const fill = <T>(key: string, value: T, why: string): T => to.fill(`${path}.${key}`, value, why);
  const fromPreset = <T>(key: string, value: T): T => {
    to.origins[`${path}.${key}`] = { kind: "preset", text: cite(presetName!, [preset!.nr!]) };
    return value;
  };
  const nr = preset?.nr ?? null;
  const numerology =
    given.numerology ??
    (nr === null
      ? fill("numerology", 1, "30 kHz, usual below 6 GHz (TS 38.104)")
      : fromPreset("numerology", nr.numerology.value));
  const occasions = given.occasions ?? fill("occasions", 0, "every uplink slot; 5 and 10 ms are usual, too (assumed)");
  const perSecond = 1000 * 2 ** numerology;
  if (Math.abs(occasions * perSecond - Math.round(occasions * perSecond)) > 1e-6) {
    const written = child(child(link, "access")!, "occasions")!;
    to.report(
      written.at,
      `${path}.occasions`,
      `every-slot, or whole slots of ${formatQuantity("time", 1 / perSecond)}`,
      formatQuantity("time", occasions),
    );
  }
  return {
    numerology,
    tdd:
      given.tdd ??
      (nr === null
        ? fill("tdd", "DDDSU", "one of the two patterns in common use on n78 (5gworldpro.com)")
        : fromPreset("tdd", nr.tdd)),
    special: given.special ?? fill("special", 10 / 14, "10 of 14 symbols; recalled"),
    grant: given.grant ?? fill("grant", "dynamic" as const, "every message asks"),
    occasions,
    device: given.device ?? fill("device", 1, "slots; assumed"),
    station: given.station ?? fill("station", 2, "slots; 5G-LENA's MAC works two slots ahead"),
    n1: given.n1 ?? fill("n1", 2, "slots; TS 38.214 table 5.3-1, as 5G-LENA has it"),
    k2: given.k2 ?? fill("k2", 2, "slots; N2 of TS 38.214 table 6.4-1, as 5G-LENA has it"),
    decode: given.decode ?? fill("decode", 2, "slots; assumed"),
    error: given.error ?? fill("error", 0.1, "what link adaptation aims at (recalled)"),
    errorFalls: given.error_falls ?? fill("error_falls", 0.1, "gain of combining; assumed"),
    retransmissions: given.retransmissions ?? fill("retransmissions", 3, "Simu5G's maxHarqRtx"),
  };
}

function idleOf(given: Given["idle"], tree: Tree, path: string, to: Reading): ScenarioCell["idle"] {
  if (given === null) return null;
  if (given === undefined && child(tree, "idle") !== undefined) return null;
  const promotion: Leaf = { kind: "uniform", low: 0.2, high: 1 };
  return {
    after:
      given?.after ??
      to.fill(`${path}.after`, 10, "RRC-Probe, SIGCOMM21-5G artifact (Narayanan 2021): idle gaps of 10 s and more"),
    promotion:
      given?.promotion ??
      to.fill(`${path}.promotion`, promotion, "0.6 s and 0.4 s either way, RRC-Probe medians, SIGCOMM21-5G artifact"),
  };
}

function radioOf(
  given: Values<typeof radioFields>,
  { numerology }: ScenarioAccess,
  isMoving: boolean,
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioRadio {
  const fill = <T>(key: string, value: T, why: string): T => to.fill(`${path}.${key}`, value, why);
  if (given.radius !== undefined && given.distance !== undefined)
    to.report(child(tree, "distance")!.at, `${path}.distance`, "a radius or distances", "both");
  const isPlaced = child(tree, "radius") !== undefined || child(tree, "distance") !== undefined;
  if (isMoving && isPlaced)
    to.report(
      (child(tree, "radius") ?? child(tree, "distance"))!.at,
      `${path}.${child(tree, "radius") === undefined ? "distance" : "radius"}`,
      "mobility, or a radius or distances",
      "both",
      "devices that move are where they are",
    );
  const constant = given.distance?.kind === "constant" ? given.distance.value : reach.least;
  if (constant < reach.least || constant > reach.most)
    to.report(
      child(tree, "distance")!.at,
      `${path}.distance`,
      `a distance from ${reachText}`,
      formatQuantity("length", constant),
    );
  const usual = [100e6, 50e6, 400e6].find((b) => bandwidths(numerology).includes(b)) ?? 100e6;
  const bandwidth = given.bandwidth ?? fill("bandwidth", usual, "the widest usual channel");
  if (!bandwidths(numerology).includes(bandwidth) && bandwidth !== undefined) {
    const known = bandwidths(numerology).map((b) => formatQuantity("bandwidth", b));
    const place = child(tree, "bandwidth") ?? tree;
    const expected = known.length === 0 ? "a numerology from 0 to 3, of which channels are known" : oneOf(known);
    to.report(
      place.at,
      `${path}.bandwidth`,
      expected,
      `${formatQuantity("bandwidth", bandwidth)} at numerology ${numerology}`,
    );
  }
  return {
    radius: isPlaced || isMoving ? (given.radius ?? null) : fill("radius", 200, "assumed: an urban micro cell"),
    distance: given.distance ?? null,
    carrier: given.carrier ?? fill("carrier", 3.5e9, "band n78"),
    bandwidth,
    sight: given.sight ?? fill("sight", "drawn" as const, "TR 38.901 table 7.4.2-1, UMi"),
    shadowing:
      given.shadowing ?? fill("shadowing", true, "TR 38.901 table 7.4.1-1, UMi: 4 dB in sight, 7.82 dB out of sight"),
    fading: fadingOf(given.fading, tree, `${path}.fading`, to),
    rate: given.rate ?? fill("rate", "shannon" as const, "TR 36.942 annex A (recalled)"),
    layers: given.layers ?? fill("layers", [1, 1] as const, "assumed"),
    power:
      given.power ?? fill("power", [23, 33] as const, "a device of power class 3; a micro base station (recalled)"),
    gain: given.gain ?? fill("gain", 8, "one antenna element of TR 38.901 table 7.3-1 (recalled)"),
    noiseFigure:
      given.noise_figure ?? fill("noise_figure", [5, 7] as const, "base station and device, as Simu5G has them"),
    interference: given.interference ?? fill("interference", [0, 0] as const, "none: cells are not coupled"),
  };
}

function fadingOf(
  given: Values<typeof radioFields>["fading"],
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioRadio["fading"] {
  if (given === null || (given === undefined && child(tree, "fading") !== undefined)) return null;
  return {
    branches:
      given?.branches ?? to.fill(`${path}.branches`, 8, "4 to 16 for a wide band and several antennas; assumed"),
    speed: given?.speed ?? to.fill(`${path}.speed`, 1, "someone who walks; assumed"),
  };
}
