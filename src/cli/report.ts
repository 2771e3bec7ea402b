import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import type { Distributions, Result } from "../experiment/result.ts";
import { UsageError } from "./numbers.ts";

interface Options {
  readonly run: readonly string[];
  readonly out: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

export const reportCommand: CommandModule<object, Options> = {
  command: "report <run..>",
  describe: "draw the report of finished runs again",
  builder: (y) =>
    y
      .positional("run", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "folders that runs wrote, or their result.json",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder for the reports (default: into each run's own)",
      }) as never,
  handler: async ({ run: runs, out, json, quiet, color }) => {
    // All runs are read before the first report is written: a mistake in the last leaves no half of a job.
    const found = runs.map(readRun);
    const names = found.map(({ folder }) => basename(resolve(folder)));
    if (out !== undefined && new Set(names).size < names.length) {
      throw new UsageError(
        "report\n  expected  runs with different folder names, which name their reports under --out\n  got       two of one name",
      );
    }
    const { writeReport } = await import("./write-report.ts");
    const { renderTable } = await import("../report/table.ts");
    const pages: string[] = [];
    for (const [i, { folder, result, distributions, command, resolved }] of found.entries()) {
      const target = out === undefined ? folder : found.length === 1 ? out : join(out, names[i] ?? "");
      await writeReport(target, result, distributions, command, resolved);
      pages.push(join(target, "report.html"));
      if (json || quiet) continue;
      const colours = color && process.stdout.isTTY === true && !process.env.NO_COLOR;
      process.stdout.write(
        `${i > 0 ? "\n" : ""}${renderTable(result, { color: colours, width: process.stdout.columns ?? 100 })}\n`,
      );
      process.stdout.write(`report: ${join(target, "report.html")}\n`);
    }
    if (json) process.stdout.write(`${JSON.stringify({ reports: pages }, null, 1)}\n`);
    else if (quiet) process.stdout.write(pages.map((page) => `${page}\n`).join(""));
  },
};

interface Run {
  readonly folder: string;
  readonly result: Result;
  readonly distributions: Distributions;
  readonly command: string | undefined;
  readonly resolved: string;
}

function readRun(path: string): Run {
  if (!existsSync(path)) throw mistake(path, "a folder that `offramp run` wrote", "nothing there");
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const result = readJson(join(folder, "result.json"), "offramp/result", [
    "policies",
    "comparisons",
    "expectations",
    "sweep",
    "inputs",
  ]);
  const distributions = readJson(join(folder, "distributions.json"), "offramp/distributions", ["policies"]);
  const resolved = join(folder, "scenario.resolved.yaml");
  return {
    folder,
    result: result as unknown as Result,
    distributions: distributions as unknown as Distributions,
    command: commandOf(join(folder, "run.json")),
    resolved: existsSync(resolved) ? readFileSync(resolved, "utf8") : "",
  };
}

/** A file of ours of the version we know, with the lists it must hold. */
function readJson(path: string, format: string, lists: readonly string[]): Record<string, unknown> {
  if (!existsSync(path)) throw mistake(path, "a file that `offramp run` wrote", "no such file");
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw mistake(path, "JSON", (error as Error).message);
  }
  const facts = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  if (facts.format !== format)
    throw mistake(path, `"format": "${format}"`, JSON.stringify(facts.format) ?? "no format");
  if (facts.version !== 1) throw mistake(path, '"version": 1', JSON.stringify(facts.version) ?? "no version");
  for (const list of lists)
    if (!Array.isArray(facts[list]))
      throw mistake(path, `a list at "${list}"`, JSON.stringify(facts[list])?.slice(0, 40) ?? "nothing");
  return facts;
}

/** The command that made the run, where its run.json says so. */
function commandOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { command } = JSON.parse(readFileSync(path, "utf8")) as { command?: unknown };
    if (typeof command === "string") return command;
    return Array.isArray(command) ? command.map(String).join(" ") : undefined;
  } catch {
    // The report does not hang on a file that only says where the run took place.
    return undefined;
  }
}

function mistake(path: string, expected: string, got: string): UsageError {
  return new UsageError(`${path}\n  expected  ${expected}\n  got       ${got}`);
}
