import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "offramp-pack-"));
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 500_000 });

beforeAll(() => {
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 500_000,
  });
  const listing = JSON.parse(packed.slice(packed.search(/^[[{]/m))) as
    | { filename: string }[]
    | Record<string, { filename: string }>;
  const { filename } = Object.values(listing)[0]!;
  writeFileSync(join(folder, "package.json"), '{ "name": "somebody", "private": true }');
  run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", `./${filename}`);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the packed package, installed in an empty folder without install scripts, runs a shipped scenario and writes its report", () => {
  const scenario = join("node_modules/offramp/scenarios/cameras-device-split-or-cloud.yaml");
  const printed = run("npx", "offramp", "run", scenario, "--out", "out", "--quiet");
  expect(printed).toContain("edge-only");
  expect(readFileSync(join(folder, "out/report.html"), "utf8")).toContain("<html");
  expect(existsSync(join(folder, "out/charts/latency-cdf.png"))).toBe(true);
});

test("the packed library parses, runs and estimates", () => {
  writeFileSync(
    join(folder, "use.mjs"),
    `import { prepareExperiment, runExperiment, version } from "offramp";
     import { meanInterval } from "offramp/statistics";
     import { readFileSync } from "node:fs";
     const { result } = await runExperiment(prepareExperiment(readFileSync(process.argv[2], "utf8")), { version });
     console.log(JSON.stringify([result.policies[0].latency_s.mean.estimate, meanInterval([1, 2, 3]).estimate]));`,
  );
  const [latency, mean] = JSON.parse(run("node", "use.mjs", join(root, "test/scenarios/mm1.yaml"))) as [number, number];
  expect(latency).toBeGreaterThan(0.015);
  expect(latency).toBeLessThan(0.025);
  expect(mean).toBe(2);
});

test("the packed command trains nothing it cannot: a missing data set is said plainly", () => {
  try {
    run("npx", "offramp", "train", "b-lenet", "--data", "nowhere", "--quiet");
    expect.unreachable();
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    expect(status).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
});
