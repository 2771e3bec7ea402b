import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { augmentedRows, normalisedRows } from "../../src/models/batches.ts";
import { findDataset, loadDataset } from "../../src/models/data/dataset.ts";
import { rowsSha256, sources } from "../../src/models/data/sources.ts";
import { UserError } from "../../src/models/errors.ts";
import { writeNpz } from "../../src/npz.ts";

function file(name: string, content: string | Uint8Array): string {
  const path = join(mkdtempSync(join(tmpdir(), "offramp-own-")), name);
  writeFileSync(path, content);
  return path;
}

describe("a user's csv", () => {
  test("every column but label and split is a feature; classes are the labels in order, rows go by split", () => {
    const path = file("walk.csv", "x,label,y,split\n1,run,2,train\n3,sit,4,train\n5,run,6,test\n");
    const data = loadDataset(path);
    expect(data).toMatchObject({ name: "walk", classes: ["run", "sit"], shape: [1, 1, 2] });
    expect([...data.train.images]).toEqual([1, 2, 3, 4]);
    expect([...data.train.labels]).toEqual([0, 1]);
    expect([...data.test.images]).toEqual([5, 6]);
    // Means 2 and 3 of the training rows alone; deviations 1 and 1.
    expect(data.normalise).toEqual({ mean: [2, 3], sd: [1, 1] });
  });

  test("without a split column every fifth row is held out, and numeric labels sort as numbers", () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${i % 2 === 0 ? 10 : 9}`);
    const data = loadDataset(file("n.csv", `v,label\n${rows.join("\n")}\n`));
    expect([...data.test.images]).toEqual([4, 9, 14, 19]);
    expect(data.classes).toEqual(["9", "10"]);
  });

  test.each([
    ["x,y\n1,2\n", "a column called label"],
    ["x,label\n1,a\nfoo,b\n", '"foo"'],
    ["x,label\n1,a\n2\n", ":3"],
    ["x,label\n1,a\n2,a\n3,a\n4,a\n5,a\n", "2 to 256 classes"],
    ["x,label,split\n1,a,train\n2,b,test\n", "none of class b there"],
    ["x,label,split\n1,a,train\n2,b,held\n", "split train or test"],
    ["x,label\n,a\n2,b\n", "a number in column x"],
  ])("%j is a mistake of the user's, named", (text, message) => {
    expect(() => loadDataset(file("bad.csv", text))).toThrow(UserError);
    expect(() => loadDataset(file("bad.csv", text))).toThrow(message);
  });
});

describe("a user's npz", () => {
  const labels = { shape: [5], data: Int32Array.of(0, 1, 0, 1, 1) };
  test("a series [rows, length, channels] becomes [length, 1, channels], and the fifth row is held out", () => {
    const x = Float32Array.from({ length: 30 }, (_, i) => i);
    const data = loadDataset(file("s.npz", writeNpz({ x: { shape: [5, 3, 2], data: x }, y: labels })));
    expect(data.shape).toEqual([3, 1, 2]);
    expect([...data.test.images]).toEqual([24, 25, 26, 27, 28, 29]);
    expect(data.train.count).toBe(4);
  });

  test("bytes stay bytes, and arrays of training and test rows are taken as they are", () => {
    const part = (n: number) => ({ shape: [n, 2, 2], data: Uint8Array.from({ length: 4 * n }, (_, i) => i) });
    const y = (n: number) => ({ shape: [n], data: Uint8Array.from({ length: n }, (_, i) => i % 2) });
    const arrays = { x_train: part(4), y_train: y(4), x_test: part(2), y_test: y(2) };
    const data = loadDataset(file("b.npz", writeNpz(arrays)));
    expect(data.train.images).toBeInstanceOf(Uint8Array);
    expect([data.train.count, data.test.count]).toEqual([4, 2]);
  });

  test.each([
    [{ x: { shape: [5], data: new Float32Array(5) }, y: labels }, "x of shape"],
    [{ x: { shape: [5, 1], data: new Float32Array(5) } }, "arrays x and y"],
    [{ x: { shape: [5, 1], data: Float32Array.of(1, 2, Number.NaN, 4, 5) }, y: labels }, "finite numbers"],
  ])("case %#: %s", (arrays, message) => {
    expect(() => loadDataset(file("bad.npz", writeNpz(arrays)))).toThrow(message);
  });
});

test("numbers that are no pixels reach the network as (value - mean) / sd, in training too", () => {
  const spec = {
    name: "t",
    input: [1, 1, 2] as [number, number, number],
    classes: ["a", "b"],
    blocks: [],
    normalise: { mean: [1, 2], sd: [2, 4] },
  };
  const rows = { count: 2, images: Float32Array.of(1, 2, 5, 10), labels: Uint8Array.of(0, 1) };
  expect([...normalisedRows(spec, rows, 0, 2)]).toEqual([0, 0, 2, 2]);
  const target = new Float32Array(2);
  augmentedRows(spec, rows, Uint32Array.of(1), target, { mirror: true, shift: 1 }, 1, 0);
  expect([...target]).toEqual([2, 2]);
});

test("the set that ships is 2,000 and 500 rows of Fashion-MNIST, by checksum; the first is an ankle boot", () => {
  const data = loadDataset("fashion-small");
  expect([data.train.count, data.test.count]).toEqual([2000, 500]);
  expect(rowsSha256(data.train)).toBe(sources["fashion-small"].sha256.train);
  expect(rowsSha256(data.test)).toBe(sources["fashion-small"].sha256.test);
  expect(data.classes[data.train.labels[0]!]).toBe("ankle-boot");
});

test.skipIf(findDataset("fashion-mnist") === null)(
  "Debian's Fashion-MNIST holds the published rows, and the shipped ones are its first (needs dataset-fashion-mnist)",
  () => {
    const [whole, small] = [loadDataset("fashion-mnist"), loadDataset("fashion-small")];
    expect(rowsSha256(whole.test)).toBe(sources["fashion-mnist"].sha256.test);
    expect(
      Buffer.compare(whole.test.images.subarray(0, 500 * 784) as Uint8Array, small.test.images as Uint8Array),
    ).toBe(0);
  },
);

test("a name that is neither a known set nor a file is refused with the known ones", () => {
  expect(() => loadDataset("imagenet")).toThrow("fashion-mnist, mnist, cifar-10, fashion-small");
});
