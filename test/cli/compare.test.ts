import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { compareCommand } from "../../src/cli/compare.ts";
import { offramp, root, scenarioFile, temporaryFolder } from "./offramp.ts";

const scenario = `
version: 1
title: two ways to serve
seed: 5
model: { synthetic: { input: 10 kB, segments: [ { name: all, time: { exponential: 4 ms } } ], exits: [ { after: all, accuracy: 0.9 } ] } }
nodes: { device: {}, edge: { speed: 4 } }
links: { cell: { between: [device, edge], kind: fixed, up: 20 Mbit/s, latency: 1 ms } }
workload: { device: { arrivals: { poisson: 50 /s } } }
policies:
  here: { exit: { rule: never }, place: { rule: only, node: device } }
  there: { exit: { rule: never }, place: { rule: only, node: edge } }
run: { requests: 300, replications: 4, warmup: 0 }
`;
const base = temporaryFolder();
const at = (name: string): string => join(base, name);

beforeAll(() => {
  const file = scenarioFile(scenario);
  const run = (name: string, ...args: string[]) =>
    expect(offramp(["run", file, "--quiet", "--no-report", "--out", at(name), ...args]).code).toBe(0);
  run("a");
  run("faster", "--set", "nodes.device.speed=2");
  run("fresh", "--seed", "6");
});
afterEach(() => vi.restoreAllMocks());

interface Given {
  readonly baseline?: string;
  readonly metrics?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly report?: boolean;
}

/** What the command prints. */
async function compare(run: readonly string[], given: Given = {}, out = at("out")): Promise<string> {
  let printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const options = { baseline: undefined, metrics: undefined, across: false, csv: false, json: false, report: false };
  await compareCommand.handler({ ...options, ...given, run, out, quiet: true, color: false, _: [], $0: "offramp" });
  vi.restoreAllMocks();
  return printed;
}

test("the policies of a run are compared on the terminal, as JSON, as csv and as a page", async () => {
  const out = at("out");
  const shown = await compare([at("a")], { report: true });
  expect(shown).toContain("there against here, 4 pairs");
  expect(shown).toMatch(/mean latency .*(better|worse|undecided)/);
  expect(shown).toContain("Verdicts hold together over the 1 comparison of a metric, by Holm's method");
  expect(readdirSync(out).sort()).toEqual(["charts", "comparison.csv", "comparison.html", "comparison.json"]);
  expect(readdirSync(join(out, "charts"))).toContain("differences.png");
  const json = JSON.parse(await compare([at("a")], { json: true }));
  expect(json).toEqual(JSON.parse(readFileSync(join(out, "comparison.json"), "utf8")));
  expect(json).toMatchObject({ format: "offramp/comparison", version: 1 });
  const csv = (await compare([at("a")], { csv: true })).trim().split("\n");
  expect(csv[0]).toMatch(/^metric,policy,baseline,policy_estimate,/);
  expect(csv).toHaveLength(json.comparisons.length + 1);
  for (const line of csv) expect(line.split(",")).toHaveLength(csv[0]!.split(",").length);
});

test("runs of one seed and workload are paired, and those of another seed are not, which is said", async () => {
  const paired = await compare([at("a"), at("faster")]);
  expect(paired).toContain("faster/here against a/here, 4 pairs");
  expect(paired).toContain("paired by replication, since seed, replications and workload agree");
  // The edge is as fast as before.
  expect(paired).toMatch(/faster\/there against a\/there, 4 pairs\nNo difference at all, in any metric\./);
  const apart = await compare([at("a"), at("fresh")]);
  expect(apart).toContain("a and fresh: not paired (seeds 5 and 6), so the intervals are Welch's and wider.");
});

/** A run of a scenario of another title. */
function other(): string {
  mkdirSync(at("other"), { recursive: true });
  const text = readFileSync(join(at("a"), "result.json"), "utf8");
  writeFileSync(join(at("other"), "result.json"), text.replace("two ways to serve", "another"));
  copyFileSync(join(at("a"), "distributions.json"), join(at("other"), "distributions.json"));
  return at("other");
}

test.each<[string, () => string[], Given, RegExp]>([
  ["nothing there", () => [at("nowhere")], {}, /nowhere\n {2}expected .*\n {2}got {7}nothing there/],
  ["a run and itself", () => [at("a"), at("a")], {}, /each run once/],
  [
    "an unknown baseline",
    () => [at("a")],
    { baseline: "her" },
    /--baseline\n {2}expected {2}one of here, there\n {2}got {7}"her"/,
  ],
  ["an unknown metric", () => [at("a")], { metrics: "speed" }, /--metrics\n {2}expected {2}some of latency_s\.mean/],
  [
    "energy that no node has",
    () => [at("a")],
    { metrics: "energy_j.total" },
    /a\/result\.json\n {2}expected {2}energy_j\.total of every policy/,
  ],
  ["both forms of output", () => [at("a")], { json: true, csv: true }, /--csv/],
  [
    "a run that was interrupted",
    () => [join(scenarioFile("{}", "unfinished.json"), "..")],
    {},
    /unfinished\.json\n {2}expected {2}a finished run\n {2}got .*\n {2}hint/,
  ],
  [
    "a run of another scenario",
    () => [at("a"), other()],
    {},
    /other\/result\.json\n {2}expected {2}a run of the scenario of .*title "two ways to serve"\n {2}got {7}title "another"\n {2}hint .*--across/,
  ],
])("%s is refused with its name and exit code 2", async (_, runs, given, message) => {
  await expect(compare(runs(), given)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
});

test("a mistake has no stack, and nothing on stdout", () => {
  const answer = offramp(["compare", at("nowhere")]);
  expect(answer).toMatchObject({ code: 2, stdout: "" });
  expect(answer.stderr).toContain("expected");
  expect(answer.stderr).not.toMatch(/\n {4}at /);
});

test("the program is ASCII, as its launcher reads a letter a byte", () => {
  expect(readFileSync(join(root, "dist/offramp.cjs")).every((byte) => byte < 128)).toBe(true);
});
