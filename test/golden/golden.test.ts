/**
 * Shipped scenarios come to what they came to before, event by event. A change is a decision: `npm run golden -- --reason "why"` writes the
 * new fingerprints, and the reason beside them. They detect change, not error.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differences, type GoldenFile, goldenOf, shippedScenarios } from "./run.ts";

const path = join(import.meta.dirname, "golden.json");
const reasons = join(import.meta.dirname, "reasons.md");
/** Logarithms and the like may differ in their last bits between major versions of the engine. */
const major = Number(process.versions.node.split(".")[0]);

interface Written {
  readonly node: number;
  readonly scenarios: GoldenFile;
}

const written: Written = existsSync(path)
  ? (JSON.parse(readFileSync(path, "utf8")) as Written)
  : { node: major, scenarios: {} };
const reason = process.env.OFFRAMP_GOLDEN_REASON;

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
  test.skipIf(written.node !== major).each(shippedScenarios)(
    `%s does what it did (Node ${written.node})`,
    (scenario) => {
      const moved = differences(scenario, written.scenarios[scenario], goldenOf(scenario));
      expect(moved.join("\n"), 'if that is meant: npm run golden -- --reason "why results move"').toBe("");
    },
  );

  test("none is of a scenario that does not ship", () => {
    expect(Object.keys(written.scenarios).filter((name) => !shippedScenarios.includes(name))).toEqual([]);
  });

  test("every one of them has its reason on record", () => {
    const log = readFileSync(reasons, "utf8");
    for (const name of Object.keys(written.scenarios)) expect(log).toContain(name);
  });
});

test.runIf(reason !== undefined)("golden fingerprints are written, with their reason", () => {
  const scenarios = Object.fromEntries(shippedScenarios.map((name) => [name, goldenOf(name)]));
  const moved = shippedScenarios.filter(
    (name) => differences(name, written.scenarios[name], scenarios[name]!).length > 0,
  );
  const gone = Object.keys(written.scenarios).filter((name) => !shippedScenarios.includes(name));
  if (moved.length + gone.length === 0) {
    console.log("nothing moved: nothing written");
    return;
  }
  writeFileSync(path, `${JSON.stringify({ node: major, scenarios }, null, 2)}\n`);
  const day = new Date().toISOString().slice(0, 10);
  appendFileSync(reasons, `- ${day}: ${[...moved, ...gone].join(", ")}: ${reason}\n`);
  console.log(`written: ${[...moved, ...gone].join(", ")}`);
});
