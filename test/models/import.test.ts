import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/models/errors.ts";
import { describeImport, type ImportOptions, importProfile, saveImported } from "../../src/models/import-profile.ts";
import { type NpyArray, readNpz, writeNpz } from "../../src/npz.ts";
import { loadedProfile } from "../../src/scenario/profile-file.ts";

const folder = mkdtempSync(join(tmpdir(), "offramp-import-"));
let files = 0;
function file(name: string, content: string | Uint8Array): string {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** Two segments of which the first sends 400 bytes, and whose times are in milliseconds. */
const times = `segment,part,time_ms,batch,macs,layers,params,bytes,codec
stem,trunk,4,1,1000,1,10,400,
stem,trunk,6,2,,,,,
stem,head,1,1,100,1,5,,
stem,encode,0.2,1,,,,110,uint8
stem,decode,0.1,1,,,,,uint8
tail,trunk,8,1,3000,2,20,,
tail,trunk,10,1,,,,,
tail,head,0.5,1,50,1,5,,
`;
// Softmax of [ln 3, 0] is [0.75, 0.25]; of [0, 0] a tie, of which the lowest class wins.
const logits = [Math.log(3), 0, 0, Math.log(9), 0, 0, Math.log(3), 0].flat();
const arrays = {
  logits: { shape: [2, 2, 2], data: Float64Array.from(logits) },
  labels: { shape: [2], data: BigInt64Array.of(0n, 1n) },
  split: { shape: [2], data: Uint8Array.of(1, 1) },
};
const given = (more: Partial<ImportOptions> = {}): ImportOptions => ({
  table: file("exits.npz", writeNpz(arrays)),
  times: file("times.csv", times),
  name: "mine",
  inputBytes: 784,
  ...more,
});

test("times become seconds, several lines of a piece a sample, other batches entries of their own", () => {
  const { profile } = importProfile(given({ host: "a phone" }));
  const [stem, tail] = profile.segments;
  expect(stem!.trunk).toEqual({
    macs: 1000,
    layers: 1,
    params: 10,
    time: [
      { batch: 1, count: 1, quantiles_s: [0.004], cv: 0 },
      { batch: 2, count: 1, quantiles_s: [0.006], cv: 0 },
    ],
  });
  // The median of 8 ms and 10 ms.
  expect(tail!.trunk.time[0]!.quantiles_s[10]).toBeCloseTo(0.009, 12);
  expect(tail!.trunk.time[0]!.quantiles_s.at(-1)).toBeCloseTo(0.01, 12);
  expect(stem!.output!.codecs.float32).toMatchObject({ bytes: 400 });
  expect(stem!.output!.codecs.uint8).toMatchObject({ bytes: 110, encode: { quantiles_s: [0.0002] } });
  expect(stem!.output!.codecs.float16).toBeUndefined();
  expect(profile.exits).toEqual([
    { name: "stem", after: "stem" },
    { name: "tail", after: "tail" },
  ]);
  expect(profile.model.params).toBe(40);
  expect(profile.host.cpu).toBe("a phone");
});

test("what is written is read back by scenarios, with the scores of the logits", () => {
  const out = join(folder, "out");
  saveImported(out, importProfile(given()));
  const path = join(out, "profile.json");
  const loaded = loadedProfile(readFileSync(path, "utf8"), path, () => readFileSync(join(out, "exits.npz")));
  const { scores, labels } = loaded.table();
  expect([...labels]).toEqual([0, 1]);
  expect([...scores[0]!.prediction]).toEqual([0, 0]);
  expect(scores[0]!.confidence[0]).toBeCloseTo(0.75, 6);
  expect(scores[1]!.confidence[0]).toBeCloseTo(0.9, 6);
});

test("probabilities give the scores that they say", () => {
  const { logits: raw, ...rest } = arrays;
  const probabilities = { shape: raw.shape, data: Float32Array.of(0.7, 0.3, 0.2, 0.8, 0.5, 0.5, 1, 0) };
  const { table } = importProfile(given({ table: file("p.npz", writeNpz({ ...rest, probabilities })) }));
  expect([...table.predictions]).toEqual([0, 1, 0, 0]);
  [0.7, 0.8, 0.5, 1].forEach((value, i) => {
    expect(table.confidence[i]).toBeCloseTo(value, 6);
  });
});

const csv = `sample,exit,label,prediction,confidence,entropy,margin,split
a,stem,1,1,0.8,0.5,0.6,0
a,tail,1,0,0.7,0.6,0.4,0
b,stem,0,0,0.9,0.3,0.8,1
b,tail,0,0,0.95,,,1
`;

const [head, ...lines] = csv.trim().split("\n");
const reordered = `${[head, lines[1], lines[0], lines[3], lines[2]].join("\n")}\n`;

test("a csv of scores is kept as scores, those that are missing as unknown", () => {
  const imported = importProfile(given({ table: file("scores.csv", csv) }));
  const out = join(folder, "from-csv");
  saveImported(out, imported);
  const path = join(out, "profile.json");
  const loaded = loadedProfile(readFileSync(path, "utf8"), path, () => readFileSync(join(out, "exits.npz")));
  const table = loaded.table();
  expect(table.rows).toBe(1);
  expect([...table.scores[0]!.margin]).toEqual([0.8]);
  expect([...table.scores[1]!.confidence]).toEqual([0.95]);
  expect(table.scores[1]!.entropy[0]).toBeNaN();
  expect([...readNpz(readFileSync(join(out, "exits.npz"))).split!.data]).toEqual([0, 1]);
  const text = describeImport(imported).join("\n");
  // The one calibration row is right at the first exit with 0.8: its error is 0.2.
  expect(text).toMatch(/stem +1 calibration +100\.00 % +0\.8000 +0\.2000/);
});

test("a share of rows without a split is set aside for calibration, evenly over the file", () => {
  const n = 10;
  const many = {
    logits: { shape: [n, 2, 2], data: new Float32Array(n * 4) },
    labels: { shape: [n], data: new Int32Array(n) },
  };
  const { table } = importProfile(given({ table: file("m.npz", writeNpz(many)), calibrationShare: 0.2 }));
  expect([...table.split]).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1, 0]);
});

const present = (all: Record<string, NpyArray | undefined>): Record<string, NpyArray> =>
  Object.fromEntries(Object.entries(all).filter((entry): entry is [string, NpyArray] => entry[1] !== undefined));

describe("mistakes are the user's, named with file and line", () => {
  const withTimes = (text: string): Partial<ImportOptions> => ({ times: file("t.csv", text) });
  const withTable = (change: object): Partial<ImportOptions> => ({
    table: file("e.npz", writeNpz(present({ ...arrays, ...change }))),
  });
  test.each<[string, () => Partial<ImportOptions>, string]>([
    ["no times", () => ({ times: join(folder, "none.csv") }), "no such file"],
    ["an unknown column", () => withTimes(`segment,part,time_s,cpu\na,trunk,1,2\n`), '"cpu"'],
    ["no column of times", () => withTimes("segment,part\na,trunk\n"), "time_s, time_ms, time_us"],
    ["two units", () => withTimes("segment,part,time_s,time_ms\na,trunk,1,1\n"), "one of the columns"],
    ["a negative time", () => withTimes(times.replace("trunk,4", "trunk,-4")), "csv:2"],
    [
      "an unknown part",
      () => withTimes(times.replace("stem,head", "stem,tail")),
      "a part: trunk, head, encode, decode",
    ],
    ["a head too few", () => withTimes(times.replace("stem,head,1,1,100,1,5,,\n", "")), "2 segments with a head"],
    ["no bytes", () => withTimes(times.replace(",400,", ",,")), "as float32"],
    [
      "no trunk",
      () => withTimes(times.replace("tail,trunk,8,1,3000,2,20,,\ntail,trunk,10,1,,,,,\n", "")),
      "trunk of segment tail",
    ],
    ["no batch 1", () => withTimes(times.replace("head,1,1", "head,1,2")), "at batch 1"],
    ["labels out of range", () => withTable({ labels: { shape: [2], data: Int32Array.of(0, 2) } }), "from 0 to 1"],
    ["labels too short", () => withTable({ labels: { shape: [1], data: Int32Array.of(0) } }), "shape [2]"],
    ["no evaluation rows", () => withTable({ split: { shape: [2], data: new Uint8Array(2) } }), "evaluation rows"],
    ["an unknown array", () => withTable({ extra: { shape: [1], data: new Uint8Array(1) } }), "extra"],
    [
      "not finite",
      () => withTable({ logits: { shape: [2, 2, 2], data: new Float32Array(8).fill(Number.NaN) } }),
      "finite",
    ],
    [
      "probabilities called logits",
      () => withTable({ logits: { shape: [2, 2, 2], data: Float32Array.of(0.7, 0.3, 0.2, 0.8, 0.5, 0.5, 1, 0) } }),
      "probabilities=",
    ],
    [
      "probabilities that sum to a half",
      () => withTable({ logits: undefined, probabilities: { shape: [2, 2, 2], data: new Float32Array(8).fill(0.25) } }),
      "0.5000 in row 0",
    ],
    [
      "both",
      () => withTable({ probabilities: { shape: [2, 2, 2], data: new Float32Array(8).fill(0.5) } }),
      "got       both",
    ],
    ["labels from 1", () => withTable({ labels: { shape: [2], data: Int32Array.of(1, 2) } }), "subtract 1"],
    ["labels one-hot", () => withTable({ labels: { shape: [2, 2], data: new Int32Array(4) } }), "argmax"],
    [
      "negative sizes",
      () => withTable({ wire: { shape: [2, 1, 6], data: new Int32Array(12).fill(-1) } }),
      "whole numbers of bytes",
    ],
    [
      "a lossy table of no cut",
      () => withTable({ "logits@tail:uint8": { shape: [2, 2, 2], data: new Float32Array(8) } }),
      "a cut of stem",
    ],
    [
      "a lossy table of a deflated codec",
      () => withTable({ "logits@stem:uint8-deflate": { shape: [2, 2, 2], data: new Float32Array(8) } }),
      "shares the table",
    ],
    ["too few class names", () => ({ classes: ["one"] }), "--classes"],
    [
      "exits in another order",
      () => ({ table: file("o.csv", reordered) }),
      "first lines in order of depth: stem, tail",
    ],
    [
      "a sample without an exit",
      () => ({ table: file("g.csv", csv.replace(/b,tail.*\n/, "")) }),
      "none for sample b at tail",
    ],
    ["two labels of a sample", () => ({ table: file("l.csv", csv.replace("a,tail,1", "a,tail,0")) }), "csv:3"],
  ])("%s", (_, change, message) => {
    const options = given(change());
    expect(() => importProfile(options)).toThrow(UserError);
    expect(() => importProfile(options)).toThrow(message);
  });
});

test("nothing is written where something is wrong", () => {
  expect(existsSync(join(folder, "never"))).toBe(false);
  expect(() => saveImported(join(folder, "never"), importProfile(given({ classes: ["a"] })))).toThrow(UserError);
  expect(existsSync(join(folder, "never"))).toBe(false);
});
