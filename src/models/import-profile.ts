/** A profile from what was measured elsewhere: a table of exits and a csv of times. */
import { join } from "node:path";
import { type NpyArray, writeNpz } from "../npz.ts";
import type { Profile } from "../profile.ts";
import { version } from "../version.ts";
import { UserError } from "./errors.ts";
import { prepareFolder, writeWhole } from "./files.ts";
import { type ImportedTable, readTable } from "./import-table.ts";
import { readTimes } from "./import-times.ts";
import { ConfidenceBins } from "./quality.ts";
import { profileText } from "./save-profile.ts";

export interface ImportOptions {
  /** npz or csv of what every exit says. */
  readonly table: string;
  /** csv of times. */
  readonly times: string;
  readonly name: string;
  /** Names of the classes; numbers from 0 where not given. */
  readonly classes?: readonly string[];
  /** Raw input as the sensor sends it [B]. */
  readonly inputBytes: number;
  /** What the times were measured on. */
  readonly host?: string;
  /** Share of the rows that become calibration rows where the table has no split. */
  readonly calibrationShare?: number;
}

/** @throws UserError where a file is wrong or the two do not fit each other */
export function importProfile(options: ImportOptions): { profile: Profile; table: ImportedTable } {
  const table = readTable(options.table, options.calibrationShare ?? 0);
  const segments = readTimes(options.times);
  const after = segments.filter(({ head }) => head !== null).map(({ name }) => name);
  if (after.length !== table.exits) {
    throw new UserError(options.times, {
      expected: `${table.exits} segments with a head, one per exit of ${options.table}`,
      got: `${after.length}: ${after.join(", ")}`,
    });
  }
  const { names } = table;
  if (names?.some((name) => after.includes(name)) && names.join() !== after.join()) {
    throw new UserError(options.table, {
      expected: `exits named for their segments, first lines in order of depth: ${after.join(", ")}`,
      got: names.join(", "),
    });
  }
  const cuts = table.arrays.wire?.shape[1];
  if (cuts !== undefined && cuts !== segments.length - 1) {
    throw new UserError(options.table, {
      expected: `wire of ${segments.length - 1} cuts, as ${options.times}`,
      got: String(cuts),
    });
  }
  checkLossy(
    options.table,
    table,
    segments.map(({ name }) => name),
  );
  const known = table.classes;
  const classes = options.classes ?? Array.from({ length: known }, (_, c) => String(c));
  const isCsv = table.arrays.logits === undefined;
  if (isCsv ? classes.length < known : classes.length !== known) {
    throw new UserError("--classes", { expected: `${known} names`, got: String(classes.length) });
  }
  const profile: Profile = {
    format: "offramp/profile",
    version: 1,
    name: options.name,
    model: {
      name: options.name,
      classes,
      input: { shape: [], bytes: options.inputBytes },
      params: segments.reduce((sum, { trunk, head }) => sum + trunk.params + (head?.params ?? 0), 0),
      training: null,
      weights_sha256: null,
    },
    host: {
      cpu: options.host ?? "unknown",
      cores: 0,
      engine: "imported",
      engine_version: "",
      node: "",
      offramp: version,
      date: new Date().toISOString(),
      load_average: [0, 0],
      noisy: false,
    },
    dispatch_overhead_s: 0,
    check: null,
    segments,
    exits: after.map((segment, i) => ({ name: exitName(table.names?.[i], segment), after: segment })),
  };
  return { profile, table };
}

/** Tables of what exits say behind a lossy cut are of cuts and formats that there are. */
function checkLossy(path: string, { arrays }: ImportedTable, segments: readonly string[]): void {
  const cuts = segments.slice(0, -1);
  for (const key of Object.keys(arrays)) {
    if (!key.startsWith("logits@")) continue;
    const [cut, codec, ...rest] = key.slice("logits@".length).split(":");
    if (rest.length === 0 && cuts.includes(cut!) && (codec === "float16" || codec === "uint8")) continue;
    throw new UserError(`${path}: ${key}`, {
      expected: `logits@<cut>:<codec>, a cut of ${cuts.join(", ") || "which there are none"}, a codec of float16, uint8`,
      got: key,
      ...(codec?.endsWith("-deflate") === true ? { hint: "a deflated codec shares the table of its plain one" } : {}),
    });
  }
}

const exitName = (given: string | undefined, segment: string): string =>
  given !== undefined && /^[a-z][a-z0-9-]*$/.test(given) ? given : segment;

/** Lines to print: accuracy, mean confidence and calibration error of every exit, per split; NaN where the table has no confidence. */
export function describeImport({ profile, table }: { profile: Profile; table: ImportedTable }): string[] {
  const { samples, exits, labels, split, predictions, confidence } = table;
  const lines = ["exit             rows             accuracy   mean confidence   calibration error"];
  profile.exits.forEach(({ name }, exit) => {
    ["calibration", "evaluation"].forEach((part, which) => {
      const bins = new ConfidenceBins();
      for (let row = 0; row < samples; row += 1) {
        const at = row * exits + exit;
        if (split[row] === which) bins.add(confidence[at]!, predictions[at] === labels[row]);
      }
      if (bins.rows === 0) return;
      const quality = bins.quality();
      const known = (value: number): string => (Number.isNaN(value) ? "—" : value.toFixed(4));
      lines.push(
        `${name.padEnd(12)} ${String(bins.rows).padStart(8)} ${part.padEnd(11)} ${(100 * quality.accuracy).toFixed(2).padStart(8)} % ${known(quality.confidence).padStart(17)} ${known(quality.calibrationError).padStart(19)}`,
      );
    });
  });
  if (!split.includes(0))
    lines.push(
      "",
      "no calibration rows: rules that learn from them can not be used; --calibration-share sets some aside",
    );
  if (profile.segments.every(({ trunk }) => trunk.macs === 0)) {
    lines.push(
      "",
      "no MACs given: nodes must name a speed or a profile of their own, since a device's time is reckoned from MACs",
    );
  }
  return lines;
}

/** Writes `profile.json` and `exits.npz`, each whole or not at all, the profile last. */
export function saveImported(folder: string, { profile, table }: { profile: Profile; table: ImportedTable }): void {
  prepareFolder(folder);
  writeWhole(join(folder, "exits.npz"), writeNpz(table.arrays as Record<string, NpyArray>, 9));
  writeWhole(join(folder, "profile.json"), profileText(profile));
}
