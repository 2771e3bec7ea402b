import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const hasNumpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;

/** Shares and accuracies from exits.npz alone, by another language and another library. */
const program = `
import json, sys, numpy as np
a = np.load(sys.argv[1])
keep = a["split"] == 1
z = a["logits"][keep].astype(np.float64); y = a["labels"][keep]
z -= z.max(axis=2, keepdims=True)
p = np.exp(z); p /= p.sum(axis=2, keepdims=True)
s = np.sort(p, axis=2)
score = {"max-probability": s[..., -1], "margin": s[..., -1] - s[..., -2], "entropy": -np.where(p > 0, p * np.log(p), 0).sum(axis=2)}
c = a["logits"][a["split"] == 0].astype(np.float64); cy = a["labels"][a["split"] == 0]
def fitted(z, y):
    # Root of the derivative of the negative log likelihood by 1 / T, which is convex in it.
    low, high = 1 / 20, 1 / 0.05
    d = z - z.max(axis=1, keepdims=True)
    for _ in range(60):
        b = (low + high) / 2
        e = np.exp(b * d)
        slope = ((e * d).sum(axis=1) / e.sum(axis=1) - d[np.arange(len(y)), y]).sum()
        low, high = (b, high) if slope < 0 else (low, b)
    return 2 / (low + high)
def tops(t):
    e = np.exp(z / np.asarray(t)[None, :, None])
    return (e / e.sum(axis=2, keepdims=True)).max(axis=2)
def agreeing():
    # How many exits in a row have said what the one before said.
    said = z.argmax(axis=2)
    count = np.zeros(said.shape, dtype=int)
    for k in range(1, said.shape[1]):
        count[:, k] = np.where(said[:, k] == said[:, k - 1], count[:, k - 1] + 1, 0)
    return count
score["patience"] = agreeing()
score["calibrated"] = tops([fitted(c[:, k], cy) for k in range(c.shape[1])])
score["warm"] = tops([1.7] * z.shape[1])
out = {}
for rule, limit in json.loads(sys.argv[2]):
    leave = score[rule] <= limit if rule == "entropy" else score[rule] >= limit
    leave[:, -1] = True
    at = leave.argmax(axis=1)
    right = z[np.arange(len(y)), at].argmax(axis=1) == y
    out[f"{rule}-{limit}"] = {"shares": [float((at == k).mean()) for k in range(z.shape[1])], "accuracy": float(right.mean())}
print(json.dumps(out))
`;

describe.skipIf(!hasNumpy)(
  "shares and accuracies of exits equal numpy's from exits.npz (needs python3 with numpy)",
  () => {
    test.each(["b-lenet-fashion", "resnet-8-cifar10"])("%s", (profile) => {
      const folder = mkdtempSync(join(tmpdir(), "offramp-numpy-"));
      const rules = [
        ["max-probability", 0.6],
        ["max-probability", 0.95],
        ["margin", 0.5],
        ["entropy", 0.2],
        ["entropy", 0.9],
        ["patience", 1],
        ["patience", 2],
        ["calibrated", 0.6],
        ["calibrated", 0.95],
        ["warm", 0.8],
      ] as const;
      const told = (rule: string, limit: number): string => {
        if (rule === "patience") return `rule: patience, patience: ${limit}`;
        if (rule === "warm") return `rule: calibrated, threshold: ${limit}, temperature: 1.7`;
        return `rule: ${rule}, threshold: ${limit}`;
      };
      const table = join(root, "profiles", profile, "exits.npz");
      const expected = JSON.parse(
        execFileSync("python3", ["-c", program, table, JSON.stringify(rules)], { encoding: "utf8" }),
      ) as Record<string, { shares: number[]; accuracy: number }>;
      const policies = rules.map(
        ([rule, limit]) =>
          `  ${rule}-${String(limit).replace(".", "p")}: { exit: { ${told(rule, limit)} }, place: { rule: only, node: device } }`,
      );
      // In order, each of the 10,000 evaluation rows once, so that shares are those of the table and not of a sample of it.
      writeFileSync(
        join(folder, "s.yaml"),
        `version: 1
title: Every evaluation row once
seed: 1
model: { profile: ${profile} }
nodes:
  device: { speed: 1 }
workload:
  device: { arrivals: { periodic: 1 /s }, samples: in-order }
policies:
${policies.join("\n")}
run: { requests: 10000, replications: 1, warmup: 0 s }
`,
      );
      execFileSync(
        process.execPath,
        [
          join(root, "dist/offramp.js"),
          "run",
          join(folder, "s.yaml"),
          "--no-report",
          "--quiet",
          "--out",
          join(folder, "out"),
        ],
        { cwd: root },
      );
      const result = JSON.parse(readFileSync(join(folder, "out", "result.json"), "utf8")) as {
        policies: { name: string; accuracy: { estimate: number }; exits: { share: { estimate: number } }[] }[];
      };
      rules.forEach(([rule, limit], i) => {
        const want = expected[`${rule}-${limit}`]!;
        const got = result.policies[i]!;
        expect(got.accuracy.estimate, got.name).toBeCloseTo(want.accuracy, 10);
        expect(got.exits.map(({ share }) => share.estimate)).toEqual(
          want.shares.map((share) => expect.closeTo(share, 10)),
        );
      });
    });
  },
);
