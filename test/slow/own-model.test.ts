import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Result } from "../../src/experiment/result.ts";
import type { Profile } from "../../src/profile.ts";
import { offramp, temporaryFolder } from "../cli/offramp.ts";
import { engine, residualNet, written } from "../models/imported/nets.ts";

/** The commands of docs/models.md, "Your own model", in a folder of their own. */
test("a user's residual model: exits attached, heads trained, profiled, and simulated with a cut of two tensors", {
  timeout: 300_000,
}, async () => {
  await engine();
  const { path } = await written(residualNet());
  const cwd = temporaryFolder();
  const run = (...args: string[]): string => {
    const { code, stdout, stderr } = offramp(args, { cwd, timeout: 200_000 });
    if (code !== 0) throw new Error(`offramp ${args.join(" ")}: exit code ${code}\n${stderr}`);
    return stdout;
  };
  expect(run("import", path, "--list-cuts")).toMatch(/\* +block1_out +Activation +1 +4\.7 kB +169344 +63\.1 %/);
  const imported = run(
    "import",
    path,
    "--exits",
    "block1_out,block2_conv1",
    "--scale",
    "unit",
    "--name",
    "my-net",
    "--head",
    "mixed",
  );
  expect(imported).toContain("14x14x6 + 7x7x12");
  expect(imported).toContain("2 new heads are untrained: offramp train my-net");
  const untrained = offramp(["profile", "my-net", "--dataset", "fashion-small"], { cwd });
  expect([untrained.code, untrained.stderr]).toEqual([2, expect.stringContaining("trained heads")]);
  const other = offramp(["train", "my-net", "--dataset", "cifar-10", "--method", "joint"], { cwd });
  expect(other.code).toBe(2);

  const trained = JSON.parse(
    run("train", "my-net", "--dataset", "fashion-small", "--epochs", "6", "--quiet", "--json"),
  ) as {
    training: { method: string; test_accuracy: Record<string, number> };
  };
  expect(trained.training.method).toBe("heads");
  const accuracy = trained.training.test_accuracy;
  // The trunk's own weights were never trained: its exit guesses, while heads on its random features learn (a tenth is chance).
  expect(accuracy["block1-out"]).toBeGreaterThan(0.4);
  expect(accuracy["block2-conv1"]).toBeGreaterThan(0.3);

  run("profile", "my-net", "--quick", "--quiet", "--engine", "wasm");
  const profile = JSON.parse(readFileSync(join(cwd, "measured/my-net/profile.json"), "utf8")) as Profile;
  const cut = profile.segments[1]!.output!;
  expect(cut.tensors).toEqual([
    [14, 14, 6],
    [7, 7, 12],
  ]);
  // 14·14·6 + 7·7·12 numbers of four bytes; in uint8 each tensor brings 8 bytes for its own range.
  expect(cut.codecs.float32!.bytes).toBe(4 * (1176 + 588));
  expect(cut.codecs.uint8!.bytes).toBe(1176 + 588 + 16);
  // A quick table holds 200 calibration and 500 evaluation rows: its accuracies are those that training printed.
  const wholes = profile.segments.reduce((sum, { trunk }) => sum + trunk.macs, 0) + profile.segments[2]!.head!.macs;
  expect(wholes).toBe(268_248);

  writeFileSync(
    join(cwd, "s.yaml"),
    `version: 1
title: A residual block over two machines
seed: 1
model: { profile: ./measured/my-net }
nodes:
  camera: { count: 2, speed: 0.2 }
  edge: { speed: 1 }
links:
  cell: { between: [camera, edge], kind: fifo, up: 50 Mbit/s, down: 50 Mbit/s, latency: 5 ms }
workload:
  camera: { arrivals: { poisson: 5 /s }, samples: in-order }
policies:
  split: { exit: { rule: never }, place: { rule: fixed, segments: { block1-out: camera, block2-conv1: camera, predictions: edge }, codec: float32 } }
  exits: { exit: { rule: max-probability, threshold: 0.2 }, place: { rule: fixed, segments: { block1-out: camera, block2-conv1: camera, predictions: edge }, codec: uint8 } }
baseline: split
run: { requests: 1000, warmup: 0 s, replications: 2 }
`,
  );
  const result = JSON.parse(
    run("run", "s.yaml", "--json", "--no-report", "--quiet", "--out", join(cwd, "out")),
  ) as Result;
  const [split, exits] = result.policies;
  expect(split!.bytes.up!.estimate).toBe(7056);
  const [first, , last] = exits!.exits;
  expect(first!.share!.estimate).toBeGreaterThan(0.1);
  expect(first!.accuracy!.estimate).toBeGreaterThan(0.4);
  expect(last!.share!.estimate).toBeGreaterThan(0);
  // Every request that goes on past the cut sends the uint8 bytes.
  // Bytes are of the window, shares of all: the last requests of a thousand fall between.
  expect(exits!.bytes.up!.estimate! / (1780 * last!.share!.estimate!)).toBeCloseTo(1, 2);
});
