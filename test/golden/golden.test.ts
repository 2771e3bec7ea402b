/**
 * Shipped scenarios come to what they came to before, event by event. A change is a decision: `npm run golden -- --reason "why"` writes the
 * new fingerprints, and the reason beside them. They detect change, not error.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findings } from "../scenarios-of-findings.ts";
import { differences, type Golden, goldenOf, shippedScenarios } from "./run.ts";

/** One file a scenario, so that two that are added at once do not meet. */
const folder = join(import.meta.dirname, "fingerprints");
mkdirSync(folder, { recursive: true });
const reasons = join(import.meta.dirname, "reasons.md");
/** Logarithms and the like may differ in their last bits between major versions of the engine. */
const major = Number(process.versions.node.split(".")[0]);

interface Written {
  readonly node: number;
  readonly policies: Readonly<Record<string, Golden>>;
}

const fileOf = (scenario: string): string => join(folder, scenario.replace(/\.yaml$/, ".json"));
const written: ReadonlyMap<string, Written> = new Map(
  readdirSync(folder)
    .sort()
    .map((file) => {
      const scenario = file.replace(/\.json$/, ".yaml");
      return [scenario, JSON.parse(readFileSync(fileOf(scenario), "utf8")) as Written];
    }),
);
const reason = process.env.OFFRAMP_GOLDEN_REASON;

/** A scenario with the fingerprints that its reason is for: `a.yaml@1b2c3d4e`. */
const signed = (name: string): string =>
  `${name}@${createHash("sha256")
    .update(readFileSync(fileOf(name)))
    .digest("hex")
    .slice(0, 8)}`;
const hasReason = (name: string): boolean => readFileSync(reasons, "utf8").includes(signed(name));

describe("a change needs a reason", () => {
  test.each([
    ["none", []],
    ["an empty one", ["--reason", ""]],
    ["one that says nothing", ["--reason", "changed"]],
  ])("npm run golden refuses %s, and runs nothing", (_name, args) => {
    const script = join(import.meta.dirname, "../../scripts/golden.mjs");
    const { status, stderr, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('a reason is needed: npm run golden -- --reason "why results move"');
  });
});

describe("what moved is said by scenario, policy and fingerprint", () => {
  const before = { split: { order: "aa", time: "bb", numbers: { "latency_s.mean": 0.02 } } };

  test("nothing, within the rounding of sums", () => {
    const after = { split: { ...before.split, numbers: { "latency_s.mean": 0.02 * (1 + 1e-9) } } };
    expect(differences("a.yaml", before, after)).toEqual([]);
  });

  test("times alone, with the number that moved with them", () => {
    const after = { split: { order: "aa", time: "cc", numbers: { "latency_s.mean": 0.021 } } };
    expect(differences("a.yaml", before, after)).toEqual([
      "a.yaml, policy split: times of events bb -> cc; latency_s.mean 0.02 -> 0.021",
    ]);
  });

  test("policies that come and go, and scenarios that are new", () => {
    expect(differences("a.yaml", before, { other: before.split })).toEqual([
      "a.yaml: policy split is gone",
      "a.yaml: policy other is new",
    ]);
    expect(differences("b.yaml", undefined, before)).toEqual(["b.yaml has no golden fingerprints yet"]);
  });
});

describe.skipIf(reason !== undefined)("golden fingerprints", () => {
  // Those of docs/findings.md take longer: test/slow/findings.test.ts.
  for (const scenario of shippedScenarios.filter((name) => !findings.includes(name))) {
    const before = written.get(scenario);
    const isOther = before !== undefined && before.node !== major;
    test.skipIf(isOther)(`${scenario} does what it did${isOther ? ` (written with Node ${before.node})` : ""}`, () => {
      const moved = differences(scenario, before?.policies, goldenOf(scenario));
      expect(moved.join("\n"), 'if that is meant: npm run golden -- --reason "why results move"').toBe("");
    });
  }

  test("none is of a scenario that does not ship", () => {
    expect([...written.keys()].filter((name) => !shippedScenarios.includes(name))).toEqual([]);
  });

  test("every one of them, as it stands, has its reason on record", () => {
    const without = [...written.keys()].filter((name) => !hasReason(name)).map(signed);
    expect(without, 'changed by hand? npm run golden -- --reason "why results move"').toEqual([]);
  });
});

test.runIf(reason !== undefined)(
  "golden fingerprints are written, with their reason",
  () => {
    const moved = shippedScenarios.filter((name) => {
      const policies = goldenOf(name);
      const hasMoved = differences(name, written.get(name)?.policies, policies).length > 0;
      if (hasMoved) writeFileSync(fileOf(name), `${JSON.stringify({ node: major, policies }, null, 2)}\n`);
      return hasMoved || !hasReason(name);
    });
    const gone = [...written.keys()].filter((name) => !shippedScenarios.includes(name));
    for (const name of gone) rmSync(fileOf(name));
    if (moved.length + gone.length === 0) {
      console.log("nothing moved: nothing written");
      return;
    }
    const day = new Date().toISOString().slice(0, 10);
    appendFileSync(reasons, `- ${day}: ${[...moved.map(signed), ...gone].join(", ")}: ${reason}\n`);
    console.log(`written: ${[...moved, ...gone].join(", ")}`);
  },
  600_000,
);
