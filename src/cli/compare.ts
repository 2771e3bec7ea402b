import { basename, dirname, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { compareRuns, type FinishedRun, policiesOf, type RunPolicy } from "../experiment/compare-runs.ts";
import { ScenarioError } from "../scenario/errors.ts";
import { parseDocument } from "../scenario/parse.ts";
import { child, type Tree, toPlain } from "../scenario/tree.ts";
import { version } from "../version.ts";
import { prepareFolder, writeWhole } from "./files.ts";
import { type Run, readRun } from "./finished-run.ts";
import { UsageError } from "./numbers.ts";

interface Options {
  readonly run: readonly string[];
  readonly baseline: string | undefined;
  readonly metrics: string | undefined;
  readonly across: boolean;
  readonly csv: boolean;
  readonly out: string | undefined;
  readonly report: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

export const compareCommand: CommandModule<object, Options> = {
  command: "compare <run..>",
  describe: "finished runs, or the policies of one: differences, verdicts, the front",
  builder: (y) =>
    y
      .positional("run", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "folders that runs wrote; with several, the first is what the others are compared with",
      })
      .option("baseline", {
        type: "string",
        requiresArg: true,
        describe:
          "policy, or run/policy of several runs (default: the first run's policy of the same name, else its baseline)",
      })
      .option("metrics", {
        type: "string",
        requiresArg: true,
        describe: "paths such as latency_s.p95,accuracy (default: all that are known)",
      })
      .option("across", { type: "boolean", default: false, describe: "runs of different scenarios, too" })
      .option("csv", { type: "boolean", default: false, describe: "print the differences as csv on stdout" })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder for comparison.json, .csv, .html and charts (default: reports/compare-<runs>)",
      })
      .option("report", {
        type: "boolean",
        default: true,
        describe: "page and charts; --no-report writes the numbers only",
      }) as never,
  handler: async (options) => {
    const { baseline, metrics, across, csv, json } = options;
    if (csv && json) throw new UsageError("--csv\n  expected  --csv or --json\n  got       both");
    const runs = finishedRuns(options.run);
    const found = compareRuns(runs, {
      version,
      across,
      ...(baseline === undefined ? {} : { baseline }),
      ...(metrics === undefined ? {} : { metrics: metrics.split(",").map((metric) => metric.trim()) }),
    });
    const folder =
      options.out ??
      join("reports", `compare-${runs.map(({ name }) => name.replaceAll("/", "-")).join("-")}`.slice(0, 120));
    prepareFolder(folder);
    const { comparisonCsv, namedPolicies, renderComparison } = await import("../report/compare/index.ts");
    const entrants = policiesOf(runs);
    const policies = namedPolicies(entrants);
    const files = { json: `${JSON.stringify(found, null, 1)}\n`, csv: comparisonCsv(found, policies) };
    writeWhole(join(folder, "comparison.json"), files.json);
    writeWhole(join(folder, "comparison.csv"), files.csv);
    if (options.report) await writePage(folder, found, entrants);
    if (json || csv) {
      process.stdout.write(json ? files.json : files.csv);
      return;
    }
    const color = options.color && process.stdout.isTTY === true && !process.env.NO_COLOR;
    process.stdout.write(renderComparison(found, policies, { color, width: process.stdout.columns ?? 120 }));
    process.stdout.write(
      `\n${options.report ? "report" : "results"}: ${join(folder, `comparison.${options.report ? "html" : "json"}`)}\n`,
    );
  },
};

async function writePage(
  folder: string,
  found: ReturnType<typeof compareRuns>,
  entrants: readonly RunPolicy[],
): Promise<void> {
  const { renderComparisonCharts, renderComparisonPage } = await import("../report/compare/page.ts");
  writeWhole(
    join(folder, "comparison.html"),
    renderComparisonPage(found, entrants, `offramp ${process.argv.slice(2).join(" ")}`),
  );
  for await (const { name, png } of renderComparisonCharts(found, entrants))
    writeWhole(join(folder, "charts", `${name}.png`), png);
}

/** @throws UsageError for a run that is given twice or cannot be read */
function finishedRuns(paths: readonly string[]): FinishedRun[] {
  const found = paths.map(readRun);
  const folders = found.map(({ folder }) => resolve(folder));
  folders.forEach((folder, i) => {
    if (folders.indexOf(folder) < i)
      throw new UsageError(
        `${paths[i]}\n  expected  each run once\n  got       the folder of ${paths[folders.indexOf(folder)]} again\n  hint      one run alone compares its policies`,
      );
  });
  const names = distinct(folders);
  return found.map((run, i) => ({
    name: names[i]!,
    path: run.folder,
    result: run.result,
    distributions: run.distributions,
    workload: workloadOf(run),
  }));
}

/** Last parts of the paths, as many as tell them apart. */
function distinct(folders: readonly string[]): string[] {
  let names = folders.map((folder) => basename(folder));
  let rest = folders.map((folder) => dirname(folder));
  while (new Set(names).size < names.length && rest.some((folder) => basename(folder) !== "")) {
    names = names.map((name, i) => (basename(rest[i]!) === "" ? name : `${basename(rest[i]!)}/${name}`));
    rest = rest.map((folder) => dirname(folder));
  }
  return names;
}

/** What arrives in a run, from its resolved scenario: streams, how many devices there are, how long it is. Null where that is not known. */
function workloadOf({ resolved, folder }: Run): string | null {
  if (resolved === "") return null;
  try {
    const { tree } = parseDocument(resolved, join(folder, "scenario.resolved.yaml"));
    const plain = (part: Tree | undefined): unknown => (part === undefined ? null : toPlain(part));
    const nodes = child(tree, "nodes");
    const counts =
      nodes?.kind === "map" ? nodes.entries.map(({ key, value }) => [key, plain(child(value, "count"))]) : [];
    const run = child(tree, "run");
    const length = run === undefined ? null : [plain(child(run, "requests")), plain(child(run, "duration"))];
    return JSON.stringify([plain(child(tree, "workload")), counts, length]);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return null;
  }
}
