import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { example } from "../scenario/example.ts";
import { type Answer, offramp, root, scenarioFile, temporaryFolder } from "./offramp.ts";

/** Refused as the user's mistake: in words, without a stack. */
function refused(answer: Answer, ...says: string[]): void {
  expect(answer.code).toBe(2);
  for (const text of says) expect(answer.stderr).toContain(text);
  expect(answer.stderr).toMatch(/expected {2}/);
  expect(answer.stderr).not.toMatch(/^\s+at .*\(|node:internal/m);
}

test("validate says ok, and what each policy asks of nodes and links", () => {
  const answer = offramp(["validate", scenarioFile(example, "cameras.yaml")]);
  expect(answer).toMatchObject({ code: 0, stderr: "" });
  expect(answer.stdout).toMatch(/cameras\.yaml: ok\nCameras: 2 policies x 3 points x 3 replications x 1000 requests\n/);
  expect(answer.stdout).toMatch(/^split +stem 60 %, tail 40 % +camera 0\.009, edge 0\.0064/m);
});

test("validate shows every problem of every file, and what is fine all the same", () => {
  const good = scenarioFile(example);
  const bad = scenarioFile(example.replace("seed: 7", "sed: 7").replace("12 Mbit/s", "12 Mbps"), "bad.yaml");
  const answer = offramp(["validate", bad, good]);
  refused(answer, "bad.yaml:3:1  sed", 'did you mean "12 Mbit/s"?');
  expect(answer.stdout).toContain(`${good}: ok`);
});

test("validate --json is one document on stdout, with line and column", () => {
  const answer = offramp(["validate", "--json", scenarioFile(example.replace("seed: 7", "seed: x"))]);
  expect(answer.code).toBe(2);
  expect(JSON.parse(answer.stdout)).toMatchObject([
    { ok: false, problems: [{ path: "seed", line: 3, column: 7, got: '"x"' }] },
  ]);
});

test("validate warns of a queue that must grow", () => {
  const answer = offramp(["validate", scenarioFile(example.replace("poisson: 2 /s", "poisson: 300 /s"))]);
  expect(answer.code).toBe(0);
  expect(answer.stderr).toContain("warning: there offers edge 3.6 times what it can do");
});

test("validate warns of points of a sweep at which a queue must grow, a line for all of them", () => {
  const sweep = "workload.camera.arrivals.poisson=[2 /s, 300 /s, 600 /s]";
  const answer = offramp(["validate", scenarioFile(example), "--set", sweep]);
  expect(answer.code).toBe(0);
  expect(answer.stderr.match(/there offers edge.*/g)).toEqual([
    "there offers edge as much as it can do or more at 4 of 6 points of the sweep, up to 7.2 times that",
  ]);
});

test("a hundred megabytes, a folder, a missing, an empty and a binary file are refused at once", () => {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder, name);
  writeFileSync(path("big.yaml"), "");
  truncateSync(path("big.yaml"), 100_000_000);
  mkdirSync(path("folder.yaml"));
  writeFileSync(path("empty.yaml"), "");
  writeFileSync(path("binary.yaml"), Buffer.from([137, 80, 78, 71, 0, 1, 2, 255]));
  const answer = offramp(
    ["validate", ...["big", "folder", "missing", "empty", "binary"].map((name) => path(`${name}.yaml`))],
    { timeout: 10_000 },
  );
  refused(answer, "at most 1 MB", "a folder", "no such file", "an empty file", "a binary file");
});

test("run refuses what validate refuses, writes nothing, and names a wrong --set", () => {
  const out = join(temporaryFolder(), "out");
  refused(offramp(["run", scenarioFile(example.replace("seed: 7", "sed: 7")), "--out", out]), "the unknown key");
  refused(
    offramp(["run", scenarioFile(example), "--set", "links.cel.up=1 Mbit/s", "--out", out]),
    "--set links.cel.up=1 Mbit/s",
    'did you mean "cell"?',
  );
  expect(existsSync(out)).toBe(false);
});

test("an option that is given twice, and a folder that is a file, are mistakes", () => {
  const file = scenarioFile(example);
  const out = join(temporaryFolder(), "out");
  refused(offramp(["run", file, "--out", out, "--out", `${out}2`]), "--out", "one value");
  writeFileSync(out, "");
  refused(offramp(["run", file, "--no-report", "--out", out]), "a folder to write to");
});

test("a wrong path of a sweep is said once, not for each value", () => {
  const wrong = offramp(["run", scenarioFile(example), "--set", "nodes.egde.servers=[1, 2, 3]"]);
  refused(wrong, 'did you mean "edge"?');
  expect(wrong.stderr.match(/did you mean/g)).toHaveLength(1);
});

test("explain prints each default with its origin, and --json all values", () => {
  const path = scenarioFile(example);
  const answer = offramp(["explain", path]);
  expect(answer.code).toBe(0);
  expect(answer.stdout).toMatch(/^links\.cell\.mtu +unbounded +default: every message is one packet$/m);
  expect(answer.stdout).not.toMatch(/^links\.cell\.up /m);
  const { values, times } = JSON.parse(offramp(["explain", path, "--json"]).stdout) as {
    values: { path: string; value: string; origin: { kind: string } }[];
    times: { node: string; piece: string; mean_s: number }[];
  };
  expect(values.find((v) => v.path === "links.cell.up")).toMatchObject({
    value: "12 Mbit/s",
    origin: { kind: "scenario" },
  });
  expect(times.find((t) => t.node === "edge" && t.piece === "stem")?.mean_s).toBe(0.002);
});

test("init writes a scenario that is valid, and never writes over one", () => {
  const folder = join(temporaryFolder(), "new");
  const answer = offramp(["init", folder]);
  expect(answer.code).toBe(0);
  expect(answer.stdout).toContain(`offramp run ${join(folder, "cameras.yaml")}`);
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toContain("reports/");
  const check = offramp(["validate", join(folder, "cameras.yaml")]);
  expect(check.code).toBe(0);
  writeFileSync(join(folder, "cameras.yaml"), "mine");
  refused(offramp(["init", folder]), "without cameras.yaml");
  expect(readFileSync(join(folder, "cameras.yaml"), "utf8")).toBe("mine");
});

test("a folder that cannot be made is refused at once, before anything is run", () => {
  const file = join(temporaryFolder(), "a-file");
  writeFileSync(file, "");
  refused(offramp(["init", join(file, "below")]), "expected  a place to write to");
  refused(offramp(["init", "/proc/offramp"]), "expected  a place to write to");
  const answer = offramp(["run", "scenarios/edge-load-saturates-warns.yaml", "--out", join(file, "below")]);
  refused(answer, "expected  a folder to write to");
  expect(answer.stderr).not.toContain("%");
});

test.each(["devices", "links", "profiles", "policies", "scenarios", "models", "engines"])(
  "list %s prints a table, and a document with --json",
  (what) => {
    const table = offramp(["list", what]);
    expect(table).toMatchObject({ code: 0, stderr: "" });
    expect(table.stdout.split("\n").length).toBeGreaterThan(1);
    expect(JSON.parse(offramp(["list", what, "--json"]).stdout)).toBeTruthy();
  },
);

test("what nobody measured is said with its error: by explain, and by a run on stderr", () => {
  const file = join(root, "scenarios/uplink-where-policies-swap.yaml");
  expect(offramp(["explain", file]).stdout).toMatch(/device nuc-n5105, \+-25 %/);
  const args = ["run", file, "--set", "run.requests=20", "--no-report", "--out", temporaryFolder()];
  expect(offramp(args).stderr).toContain("note: times on edge are estimates from preset nuc-n5105, +-25 %");
  expect(offramp([...args, "--quiet"]).stderr).not.toContain("estimates");
});

test("explain says what was read of a trace", () => {
  const { stdout } = offramp(["explain", join(root, "scenarios/uplink-fades-what-its-mean-hides.yaml")]);
  expect(stdout).toMatch(/links\.lte\.up +5\.31 Mbit\/s +0 bit\/s +30 Mbit\/s +1\.75 % +600 s/);
});
