import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UsageError } from "../../src/cli/numbers.ts";
import { reportCommand } from "../../src/cli/report.ts";
import { fixture, usual } from "./fixture.ts";

let folder: string;
let printed: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "offramp-report-"));
  const { result, distributions } = fixture(usual);
  writeFileSync(join(folder, "result.json"), JSON.stringify(result));
  writeFileSync(join(folder, "distributions.json"), JSON.stringify(distributions));
  writeFileSync(join(folder, "run.json"), JSON.stringify({ command: ["offramp", "run", "street.yaml"] }));
  writeFileSync(join(folder, "scenario.resolved.yaml"), "workload:\n  camera:\n    deadline: 150 ms\n");
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const report = async (run: string[], out?: string): Promise<void> => {
  await reportCommand.handler({ run, out, json: false, quiet: false, color: false, _: [], $0: "offramp" });
};

test("a report is drawn again from a run's numbers, whole files only", async () => {
  await report([folder]);
  const page = readFileSync(join(folder, "report.html"), "utf8");
  expect(page).toContain("offramp run street.yaml");
  expect(page).toContain("deadline 150 ms");
  expect(readdirSync(join(folder, "charts"))).toContain("latency-cdf.png");
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(printed).toContain("split-70");
  expect(printed).toContain(join(folder, "report.html"));
});

test("with --out the run's own folder stays as it was", async () => {
  const out = join(folder, "elsewhere");
  await report([join(folder, "result.json")], out);
  expect(readdirSync(folder)).not.toContain("report.html");
  expect(readdirSync(out)).toEqual(["charts", "report.html"]);
});

test.each([
  ["no such folder", (at: string) => join(at, "nowhere"), () => {}],
  ["a file that is no JSON", (at: string) => at, (at: string) => writeFileSync(join(at, "result.json"), "{")],
  [
    "the JSON of something else",
    (at: string) => at,
    (at: string) => writeFileSync(join(at, "result.json"), '{"format":"x"}'),
  ],
  [
    "a result of a later version",
    (at: string) => at,
    (at: string) => writeFileSync(join(at, "result.json"), '{"format":"offramp/result","version":2}'),
  ],
  ["missing distributions", (at: string) => at, (at: string) => rmSync(join(at, "distributions.json"))],
])("%s is the user's mistake and writes nothing", async (_, path, spoil) => {
  spoil(folder);
  await expect(report([path(folder)])).rejects.toThrow(UsageError);
  expect(readdirSync(folder)).not.toContain("report.html");
});
