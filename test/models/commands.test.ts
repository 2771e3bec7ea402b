import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import yargs from "yargs";
import { UsageError } from "../../src/cli/numbers.ts";
import { profileCommand } from "../../src/cli/profile.ts";
import { trainCommand } from "../../src/cli/train.ts";
import { randomStream } from "../../src/models/random.ts";

let stdout = "";
let stderr = "";
beforeEach(() => {
  stdout = "";
  stderr = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a command as the tool does; rejects with what it threw. */
async function offramp(...argv: string[]): Promise<void> {
  await yargs(argv)
    .command(trainCommand as never)
    .command(profileCommand as never)
    .option("json", { type: "boolean", default: false })
    .option("quiet", { type: "boolean", default: false })
    .strict()
    .exitProcess(false)
    .parserConfiguration({ "parse-numbers": false, "parse-positional-numbers": false })
    .fail((message, error) => {
      // yargs wraps what a coercion throws and drops its exit code; every such error is of what the user gave.
      throw error?.name === "YError" ? new UsageError(error.message) : (error ?? new UsageError(message));
    })
    .parseAsync();
}

const temporary = (): string => mkdtempSync(join(tmpdir(), "offramp-command-"));
let data: string;
/** Fashion-MNIST's files with noise in them: 240 and 40 rows. */
beforeAll(() => {
  data = temporary();
  const uniform = randomStream(6, "noise");
  const four = (value: number): number[] => [0, 0, value >> 8, value & 255];
  for (const [part, count] of [
    ["train", 240],
    ["t10k", 40],
  ] as const) {
    const images = Uint8Array.from({ length: count * 784 }, () => 256 * uniform());
    const labels = Uint8Array.from({ length: count }, () => 10 * uniform());
    const header = [0, 0, 8, 3, ...four(count), ...four(28), ...four(28)];
    writeFileSync(join(data, `${part}-images-idx3-ubyte.gz`), gzipSync(Buffer.concat([Buffer.from(header), images])));
    writeFileSync(
      join(data, `${part}-labels-idx1-ubyte`),
      Buffer.concat([Buffer.from([0, 0, 8, 1, ...four(count)]), labels]),
    );
  }
});
const small = ["--epochs", "2", "--batch", "16", "--calibration-rows", "80"];

describe("a mistake on the command line ends with code 2 and says what was expected", () => {
  test.each([
    [["train", "b-lenet", "--epochs", "abc"], "--epochs"],
    [["train", "b-lenet", "--epochs", "0"], "from 1 to 10000"],
    [["train", "b-lenet", "--batch", "1.5"], "a whole number"],
    [["train", "b-lenet", "--seed", "NaN"], "--seed"],
    [["train", "b-lenet", "--learning-rate", "-1"], "--learning-rate"],
    [["train", "b-lenet", "--loss-weights", "1,x,1"], "--loss-weights"],
    [["train", "b-lenet", "--loss-weights", "1,1"], "3 numbers, one per exit (stem, body, tail)"],
    [["train", "alexnet"], "b-lenet or b-alexnet"],
    [["train", "constructor"], "b-lenet or b-alexnet"],
    [["train", "mlp"], "a csv or npz file"],
    [["train", "b-lenet", "--dataset", "fashion-small", "--exits", "nowhere"], "expected one of stem, body, tail"],
    [["train", "b-lenet", "--dataset", "fashion-small", "--exits", "0.5,2"], "fractions of the computation"],
    [["train", "b-lenet", "--dataset", "fashion-small", "--width", "0"], "from 0.01 to 16"],
    [["train", "b-alexnet-224", "--dataset", "fashion-small"], "b-alexnet-224 on fashion-small"],
    [["train", "b-lenet", "--data", "/no/such/folder"], "an existing folder"],
    [["profile", "alexnet"], "one of"],
    [["profile", "b-lenet", "--data", "/no/such/folder"], "an existing folder"],
  ])("%j", async (argv, message) => {
    const out = join(temporary(), "out");
    await expect(offramp(...argv, "--out", out)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
    expect(existsSync(out)).toBe(false);
  });
});

test("an output folder that can not be made is refused before any work", async () => {
  const file = join(temporary(), "file");
  writeFileSync(file, "");
  await expect(offramp("train", "b-lenet", "--data", data, ...small, "--out", join(file, "out"))).rejects.toMatchObject(
    {
      exitCode: 2,
      message: expect.stringContaining("can be written to"),
    },
  );
});

test("training stopped by Ctrl-C ends with code 130 and resumes to the model of an uninterrupted run", async () => {
  const [whole, parts] = [join(temporary(), "whole"), join(temporary(), "parts")];
  await offramp("train", "b-lenet", "--data", data, ...small, "--out", whole);
  expect(stdout).toMatch(/stem +\d+\.\d\d %/);
  expect(stderr).toContain("epoch 1: accuracy on calibration rows  stem");

  const run = offramp("train", "b-lenet", "--data", data, ...small, "--out", parts);
  const caught = expect(run).rejects.toMatchObject({ exitCode: 130 });
  await vi.waitFor(() => expect(process.listenerCount("SIGINT")).toBeGreaterThan(0), { interval: 1 });
  process.emit("SIGINT");
  await caught;
  expect(existsSync(join(parts, "model.json"))).toBe(false);
  stdout = "";
  await offramp("train", "b-lenet", "--data", data, ...small, "--out", parts, "--resume", "--json");
  const { weights_sha256, training } = JSON.parse(stdout) as { weights_sha256: string; training: { rows: number } };
  expect(training.rows).toBe(160);
  expect(JSON.parse(readFileSync(join(whole, "model.json"), "utf8")).weights.sha256).toBe(weights_sha256);

  stdout = "";
  const out = join(temporary(), "measured");
  await offramp("profile", parts, "--data", data, "--out", out, "--engine", "wasm", "--quick", "--json", "--quiet");
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(out, "profile.json"), "utf8")));
  await expect(offramp("profile", parts, "--data", join(data, "elsewhere"), "--out", out)).rejects.toMatchObject({
    exitCode: 2,
  });
});
