import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { compareProfiles, describeProfile } from "../../src/models/describe-profile.ts";
import { UserError } from "../../src/models/errors.ts";
import { logitStep, lossyTolerance, roundLogits } from "../../src/models/exit-table.ts";
import { loadModel, type Model, saveModel } from "../../src/models/model-folder.ts";
import { initialWeights } from "../../src/models/parameters.ts";
import { profileModel } from "../../src/models/profile-model.ts";
import { qualityOf } from "../../src/models/quality.ts";
import { measureTimings } from "../../src/models/remeasure.ts";
import { profileText, saveProfile } from "../../src/models/save-profile.ts";
import { addsUp, measuredBatches } from "../../src/models/time-network.ts";
import { driftOf, quantile, quickTiming, summarise, timeInTurn } from "../../src/models/timing.ts";
import { type NpyArray, readNpz } from "../../src/npz.ts";
import { codecs, completeLossy, type ExitTable, type Profile } from "../../src/profile.ts";
import { tinyDataset, tinySpec } from "./tiny.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "offramp-profile-"));
let model: Model;
let place: string;
let profile: Profile;
let table: ExitTable;
beforeAll(async () => {
  place = folder();
  model = saveModel(place, {
    name: "tiny",
    spec: tinySpec,
    weights: initialWeights(tinySpec, 3),
    training: { calibration_rows: 20 },
  });
  ({ profile, table } = await profileModel({ model, dataset: tinyDataset(), engine: "wasm", quick: true }));
});

describe("the profile of a tiny model", () => {
  test("has trunk and head times at every batch size, quantiles ascending, and times that grow with the batch", () => {
    for (const { trunk, head } of profile.segments) {
      for (const { time } of [trunk, head!]) {
        expect(time.map(({ batch }) => batch)).toEqual(measuredBatches);
        for (const { quantiles_s, count } of time) {
          expect(quantiles_s.length % 2).toBe(1);
          expect([...quantiles_s].sort((a, b) => a - b)).toEqual(quantiles_s);
          expect(quantiles_s[0]).toBeGreaterThan(0);
          expect(count).toBe(quickTiming.blocks);
        }
      }
    }
  });

  test("has codecs with bytes and times where a tensor crosses, and an exit after the last segment", () => {
    expect(profile.segments.at(-1)!.output).toBeNull();
    const { shape, codecs: costs } = profile.segments[0]!.output!;
    expect(shape).toEqual([4, 4, 4]);
    expect([costs.float32!.bytes, costs.float16!.bytes, costs.uint8!.bytes]).toEqual([256, 128, 72]);
    for (const codec of codecs) expect(costs[codec]!.encode.quantiles_s[0]).toBeGreaterThan(0);
    expect(profile.exits.at(-1)).toEqual({ name: "second", after: "second" });
  });

  test("counts the parts, names the host, and its check compares the whole with the sum", () => {
    expect(profile.model.params).toBe(
      profile.segments.reduce((sum, { trunk, head }) => sum + trunk.params + head!.params, 0),
    );
    expect(profile.host).toMatchObject({ engine: "wasm", engine_version: "4.22.0", node: process.versions.node });
    expect(profile.check!.whole_s).toBeGreaterThan(0);
    expect(profile.check!.segments_s / profile.check!.whole_s).toBeGreaterThan(0.3);
    const text = describeProfile(profile, table).join("\n");
    for (const part of ["calibration error", "Sum of segments and heads", "uint8-deflate", "second head"])
      expect(text).toContain(part);
  });
});

test("halves of a measurement that differ by a tenth drift by a tenth, whatever stands out in them", () => {
  expect(driftOf(Float64Array.of(1, 1, 9, 1.1, 1.1, 0.2))).toBeCloseTo(0.1, 12);
  expect(driftOf(new Float64Array(8).fill(2))).toBe(0);
});

test("two profiles of one model are compared by their medians; of another model or host they are not", () => {
  const slower = (factor: number): Profile => ({
    ...profile,
    segments: profile.segments.map((segment) => ({
      ...segment,
      trunk: {
        ...segment.trunk,
        time: [{ batch: 1, count: 1, cv: 0, quantiles_s: [0.001 * factor] }],
      },
      head: null,
    })),
  });
  expect(compareProfiles(slower(1), slower(1.04))).toMatch(/at most 4\.0 % \(first trunk\): they agree/);
  expect(compareProfiles(slower(1.2), slower(1))).toMatch(/at most 20\.0 % .* MORE THAN 5 %/);
  expect(compareProfiles({ ...profile, host: { ...profile.host, cpu: "another" } }, profile)).toBeNull();
});

describe("the exit table of a tiny model", () => {
  test("holds calibration rows, then evaluation rows, with their labels", () => {
    const { train, test: official } = tinyDataset();
    expect([table.samples, table.exits, table.classes]).toEqual([50, 2, 3]);
    expect([...table.split]).toEqual([...new Array<number>(20).fill(0), ...new Array<number>(30).fill(1)]);
    expect([...table.labels]).toEqual([...train.labels.subarray(64), ...official.labels]);
  });

  test("has the mean bytes of the profile in every row's wire", () => {
    codecs.forEach((codec, k) => {
      const mean =
        Array.from({ length: 50 }, (_, row) => table.wire![row * codecs.length + k]!).reduce((a, b) => a + b) / 50;
      expect(profile.segments[0]!.output!.codecs[codec]!.bytes).toBeCloseTo(mean, 1);
    });
  });

  test("repeats exits up to a cut in its lossy tables, and later ones stay near in float16", () => {
    const lossy = table.lossy["first:float16"]!;
    for (let row = 0; row < 50; row += 1) {
      expect(lossy.subarray(row * 6, row * 6 + 3)).toEqual(table.logits.subarray(row * 6, row * 6 + 3));
    }
    lossy.forEach((value, i) => {
      expect(Math.abs(value - table.logits[i]!)).toBeLessThanOrEqual(lossyTolerance + 2 * logitStep);
    });
    expect(Object.keys(table.lossy)).toEqual(["first:float16", "first:uint8"]);
  });

  test("comes back from its file, lossy tables made whole", () => {
    const out = folder();
    saveProfile(out, profile, table);
    const arrays = readNpz(readFileSync(join(out, "exits.npz")));
    expect(arrays.logits).toEqual({ shape: [50, 2, 3], data: table.logits });
    expect(arrays.wire).toEqual({ shape: [50, 1, 6], data: table.wire });
    for (const [key, values] of Object.entries(table.lossy)) {
      const stored = arrays[`logits@${key}`] as NpyArray | undefined;
      expect(completeLossy((stored?.data as Float32Array) ?? null, table.logits)).toEqual(values);
    }
    expect(JSON.parse(readFileSync(join(out, "profile.json"), "utf8"))).toEqual(JSON.parse(JSON.stringify(profile)));
    expect(readdirSync(out).sort()).toEqual(["exits.npz", "profile.json"]);
  });
});

test("rounding logits keeps the top class where two are closer than a step", () => {
  const logits = Float32Array.of(0.1001, 0.1, -5, 0.1, 0.1001, -5);
  roundLogits(logits, 3);
  expect(logits[0]).toBe(logits[1]);
  expect(logits[4]).toBeGreaterThan(logits[3]!);
  for (const value of logits) expect(value / logitStep).toBe(Math.round(value / logitStep));
});

test("calibration error is the gap between confidence and accuracy, in bins", () => {
  // Four rows at confidence 0.8 (ln 4 against 0), three of them right: accuracy 0.75, gap 0.05.
  const logits = Float32Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? Math.log(4) : 0));
  const [exit] = qualityOf(logits, [0, 0, 0, 1], 1, 2);
  expect(exit!.accuracy).toBe(0.75);
  expect(exit!.confidence).toBeCloseTo(0.8, 6);
  expect(exit!.calibrationError).toBeCloseTo(0.05, 6);
  // Cross-entropy: three times ln 1.25 and once ln 5.
  expect(exit!.loss).toBeCloseTo((3 * Math.log(1.25) + Math.log(5)) / 4, 6);
});

describe("timing", () => {
  test("runs subjects in turn, with at least the planned length of a block", () => {
    const order: number[] = [];
    const wait = (which: number) => (): void => {
      if (order.at(-1) !== which) order.push(which);
      const until = performance.now() + 0.05;
      while (performance.now() < until);
    };
    const blocks = timeInTurn([wait(0), wait(1)], {
      blocks: 4,
      block_s: 0.001,
      warmupCalls: 3,
      warmup_s: 0,
      warmupLimit_s: 1,
    });
    expect(order).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    for (const times of blocks) for (const time of times) expect(time).toBeGreaterThanOrEqual(49e-6);
  });

  test("quantiles interpolate and the trimmed scatter ignores one pre-empted block", () => {
    expect(quantile(Float64Array.of(1, 2, 4), 0.75)).toBe(3);
    const blocks = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 50);
    expect(summarise(blocks, 4)).toMatchObject({ batch: 4, count: 10, cv: 0 });
    expect(summarise(blocks, 4).quantiles_s).toHaveLength(21);
  });

  test("parts add up within 5 % of a long whole, within 20 % or 0.05 ms of a short one", () => {
    expect(addsUp({ whole_s: 0.01, segments_s: 0.0104 })).toBe(true);
    expect(addsUp({ whole_s: 0.01, segments_s: 0.0094 })).toBe(false);
    expect(addsUp({ whole_s: 0.001, segments_s: 0.00119 })).toBe(true);
    expect(addsUp({ whole_s: 0.0001, segments_s: 0.00014 })).toBe(true);
    expect(addsUp({ whole_s: 0.001, segments_s: 0.00125 })).toBe(false);
  });
});

describe("measuring again on this host", () => {
  test("replaces host and times, keeps bytes, and is kept for the next time unless damaged", async () => {
    const cache = folder();
    const kept: Profile = { ...profile, host: { ...profile.host, cpu: "another machine" } };
    const again = (): Promise<Profile> => measureTimings(place, "wasm", { profile: kept, cache, quick: true });
    const measured = await again();
    expect(measured.host.cpu).not.toBe("another machine");
    expect(measured.segments[0]!.output!.codecs.uint8!.bytes).toBe(72);
    expect(measured.segments[0]!.trunk.macs).toBe(profile.segments[0]!.trunk.macs);
    expect(await again()).toEqual(measured);
    const [file] = readdirSync(cache);
    writeFileSync(join(cache, file!), "damaged");
    expect((await again()).host.date).not.toBe(measured.host.date);
  });

  test("refuses a model that is not the profile's", async () => {
    const other = { ...profile, model: { ...profile.model, weights_sha256: "0".repeat(64) } };
    await expect(measureTimings(place, "wasm", { profile: other, cache: null })).rejects.toThrow(UserError);
  });
});

describe("a model folder", () => {
  test("comes back with its weights rounded to 16 bits and the same hash", () => {
    const back = loadModel(place);
    expect(back.weightsSha256).toBe(model.weightsSha256);
    expect(back.weights).toEqual(model.weights);
    expect(back.spec).toEqual(tinySpec);
  });

  test.each([
    ["model.json", "{", "a model of format offramp/model"],
    ["model.json", '{"format": "other"}', "format"],
    ["model.json", "null", "format"],
    ["weights.bin", "too short", "the weights of model.json"],
  ])("with a damaged %s (%s) is a mistake of the user's", (file, content, message) => {
    const damaged = folder();
    saveModel(damaged, { name: "tiny", spec: tinySpec, weights: model.weights, training: null });
    writeFileSync(join(damaged, file), content);
    expect(() => loadModel(damaged)).toThrow(UserError);
    expect(() => loadModel(damaged)).toThrow(message);
  });

  test("that is none says what it should hold", () => {
    expect(existsSync(join(folder(), "model.json"))).toBe(false);
    expect(() => loadModel(folder())).toThrow("a folder with model.json and weights.bin");
  });
});

test("profile.json keeps lists of numbers on one line and every digit", () => {
  const text = profileText(profile);
  expect(text).toContain('"shape": [8, 8, 2]');
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(profile)));
});
