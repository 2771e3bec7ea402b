import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PolicyResult, Result } from "../../src/experiment/result.ts";
import { readNpz } from "../../src/npz.ts";
import { codecs } from "../../src/profile.ts";
import { offramp, root, temporaryFolder } from "../cli/offramp.ts";

/** Every codec on a split behind the first segment, each evaluation row asked once, in order. */
function runAll(profile: string, segments: string): Readonly<Record<string, PolicyResult>> {
  const folder = temporaryFolder();
  const file = join(folder, "codecs.yaml");
  const policies = codecs.map(
    (codec) => `  ${codec}: { exit: { rule: never }, place: { rule: fixed, segments: ${segments}, codec: ${codec} } }`,
  );
  writeFileSync(
    file,
    `version: 1
model: { profile: ${profile} }
nodes: { camera: {}, edge: {} }
links: { cell: { between: [camera, edge], kind: fifo, up: 1 Mbit/s, down: 1 Mbit/s } }
workload: { camera: { arrivals: { periodic: 2 s }, phase: 0 s, samples: in-order } }
policies:
${policies.join("\n")}
run: { requests: 10000, warmup: 0, replications: 1 }
`,
  );
  const answer = offramp(["run", file, "--json", "--no-report", "--quiet", "--out", join(folder, "out")]);
  expect(answer.code, answer.stderr).toBe(0);
  const result = JSON.parse(answer.stdout) as Result;
  return Object.fromEntries(result.policies.map((p) => [p.name, p]));
}

/** What the exit table says by itself: share of evaluation rows that the last exit gets right, by codec of a cut, and mean bytes. */
function measured(profile: string, cut: string) {
  const arrays = readNpz(readFileSync(join(root, "profiles", profile, "exits.npz")));
  const [samples, exits, classes] = arrays.logits!.shape as [number, number, number];
  const rows = Array.from({ length: samples }, (_, row) => row).filter((row) => arrays.split!.data[row] === 1);
  const right = (row: number, name: string): boolean => {
    const base = (row * exits + exits - 1) * classes;
    const at = (c: number): number => {
      const value = Number(arrays[name]?.data[base + c]);
      // Only what differs is kept.
      return Number.isNaN(value) ? Number(arrays.logits!.data[base + c]) : value;
    };
    let best = 0;
    for (let c = 1; c < classes; c++) if (at(c) > at(best)) best = c;
    return best === Number(arrays.labels!.data[row]);
  };
  const wire = arrays.wire!;
  const [, cuts] = wire.shape as [number, number, number];
  return {
    accuracy: (codec: string): number =>
      rows.filter((row) => right(row, `logits@${cut}:${codec.replace("-deflate", "")}`)).length / rows.length,
    bytes: (codec: number): number =>
      rows.reduce((sum, row) => sum + Number(wire.data[(row * cuts + 0) * codecs.length + codec]), 0) / rows.length,
  };
}

test.each([
  ["b-lenet-fashion", "stem", "{ stem: camera, body: edge, tail: edge }"],
  ["resnet-8-cifar10", "stage1", "{ stage1: camera, stage2: edge, stage3: edge }"],
])(
  "%s: each codec costs the bytes and the accuracy that were measured through the rest of the network",
  (profile, cut, segments) => {
    const result = runAll(profile, segments);
    const table = measured(profile, cut);
    codecs.forEach((codec, c) => {
      const policy = result[codec]!;
      expect(policy.accuracy!.estimate, codec).toBeCloseTo(table.accuracy(codec), 12);
      expect(policy.links.cell!.up.rate_bps!.estimate, codec).toBeGreaterThan(0);
      // 1 Mbit/s without waiting: what is sent is what was measured.
      expect(policy.parts_s.transmit!.estimate, codec).toBeCloseTo((table.bytes(c) * 8) / 1e6, 9);
      expect(policy.parts_s.codec!.estimate, codec).toBeGreaterThan(0);
    });
    // Deflate gives back what it was given; 8 bits do not, and the rest of the network tells.
    for (const codec of ["float32", "float16", "uint8"])
      expect(result[`${codec}-deflate`]!.accuracy!.estimate).toBe(result[codec]!.accuracy!.estimate);
    expect(result.uint8!.accuracy!.estimate).not.toBe(result.float32!.accuracy!.estimate);
  },
);
