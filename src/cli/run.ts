import { basename, join } from "node:path";
import type { CommandModule } from "yargs";
import type { Result } from "../experiment/result.ts";
import { runExperiment, type Unit } from "../experiment/run.ts";
import { workerPool } from "../experiment/workers.ts";
import { estimatesOf } from "../scenario/warnings.ts";
import { version } from "../version.ts";
import { prepareFolder, writeWhole } from "./files.ts";
import { Interrupted, onInterrupt } from "./interrupt.ts";
import { type Loaded, load } from "./load.ts";
import { integer, UsageError } from "./numbers.ts";
import { Progress } from "./progress.ts";
import { describeRun } from "./provenance.ts";
import { rowOutput } from "./rows.ts";
import { Unfinished } from "./unfinished.ts";

interface Options {
  readonly file: readonly string[];
  readonly set: readonly string[] | undefined;
  readonly out: string | undefined;
  readonly seed: number | undefined;
  readonly workers: number | undefined;
  readonly report: boolean;
  readonly remeasure: boolean;
  readonly rows: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

export const runCommand: CommandModule<object, Options> = {
  command: "run <file..>",
  describe: "simulate every policy of a scenario, compare, report",
  builder: (y) =>
    y
      .positional("file", { type: "string", array: true, demandOption: true, describe: "scenarios" })
      .option("set", {
        type: "string",
        array: true,
        nargs: 1,
        requiresArg: true,
        describe: "path=value overrides, path=[a,b] adds an axis to the sweep",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder for the results (default: reports/<scenario>)",
      })
      .option("seed", {
        type: "string",
        requiresArg: true,
        coerce: integer("seed", { min: 0 }),
        describe: "seed instead of the scenario's",
      })
      .option("workers", {
        type: "string",
        requiresArg: true,
        coerce: integer("workers", { min: 1, max: 256 }),
        describe: "threads (default: as many as the work is worth); results do not depend on it",
      })
      .option("report", {
        type: "boolean",
        default: true,
        describe: "report.html and charts; --no-report writes the numbers only",
      })
      .option("remeasure", {
        type: "boolean",
        default: false,
        describe: "times of this host instead of the profile's (cached)",
      })
      .option("rows", {
        type: "string",
        choices: ["csv"],
        requiresArg: true,
        describe: "also write a row per request",
      }) as never,
  handler: async (options) => {
    const { file: files, out } = options;
    const names = files.map((file) => basename(file).replace(/\.ya?ml$/, ""));
    if (out === undefined && new Set(names).size < names.length) {
      throw new UsageError(
        "run\n  expected  scenarios with different file names, which name their folders\n  got       two of one name\n  hint      run them one by one with --out",
      );
    }
    if (options.json && files.length > 1) {
      throw new UsageError(`--json\n  expected  one scenario\n  got       ${files.length}`);
    }
    // All files are understood before the first is run: a mistake in the last costs no waiting.
    const loaded = [];
    for (const file of files) loaded.push(await load(file, options));
    const folders = names.map((name) =>
      out === undefined ? join("reports", name) : files.length === 1 ? out : join(out, name),
    );
    for (const folder of folders) prepareFolder(folder);
    let failed = false;
    for (const [i, one] of loaded.entries()) {
      failed = (await runOne(one, folders[i]!, options)) || failed;
    }
    if (failed) process.exitCode = 3;
  },
};

/** @returns whether an expectation failed */
async function runOne(loaded: Loaded, folder: string, options: Options): Promise<boolean> {
  const { experiment } = loaded;
  for (const warning of loaded.warnings) process.stderr.write(`${warning}\n`);
  if (!options.quiet) for (const note of estimatesOf(loaded.scenario)) process.stderr.write(`${note}\n`);
  const startedAt = new Date();
  const rows = options.rows === undefined ? null : rowOutput(join(folder, "requests.csv"));
  const unfinished = new Unfinished(folder, experiment, loaded.resolved);
  if (unfinished.count > 0 && !options.quiet)
    process.stderr.write(`going on from ${unfinished.count} finished parts\n`);
  const units = (experiment.points.length + 1) * experiment.policies.length;
  const progress = new Progress(options.quiet, Math.min(units, unfinished.count) / units);
  // Of units that are done, and of the one under way here the replications.
  const tell = (done: number, replications: number): void => {
    const share = (done + Math.min(1, replications / experiment.replications)) / units;
    const points = Math.floor(done / experiment.policies.length);
    const what =
      experiment.points.length > 0
        ? `${points} of ${experiment.points.length + 1} points`
        : `${done} of ${units} ${units === 1 ? "policy" : "policies"}`;
    progress.show(`${experiment.title}: ${what}`, share);
  };
  let finished = 0;
  const interrupt = onInterrupt();
  const pool = rows === null ? await workerPool(loaded.source, experiment, options.workers) : null;
  try {
    const { result, distributions, events } = await runExperiment(experiment, {
      version,
      ...(pool === null
        ? {}
        : { execute: (unit: Unit) => interrupt.unlessAsked(pool.execute(unit)), concurrency: pool.threads }),
      // Rows are written as requests end, so they need the runs themselves.
      ...(rows === null ? { known: (unit: Unit) => unfinished.known(unit) } : { recorder: rows.recorder }),
      between: (replications) => {
        tell(finished, replications);
        return interrupt.check();
      },
      onUnit: (done, _, unit, outcome) => {
        finished = done;
        unfinished.add(unit, outcome);
        interrupt.throwIfAsked();
        tell(done, 0);
      },
    });
    progress.end();
    writeWhole(join(folder, "result.json"), `${JSON.stringify(result, null, 1)}\n`);
    writeWhole(join(folder, "distributions.json"), `${JSON.stringify(distributions)}\n`);
    writeWhole(join(folder, "scenario.resolved.yaml"), loaded.resolved);
    rows?.commit();
    if (options.report) {
      const { writeReport } = await import("./write-report.ts");
      await writeReport(folder, result, distributions, `offramp ${process.argv.slice(2).join(" ")}`, loaded.resolved);
    }
    writeWhole(join(folder, "run.json"), `${JSON.stringify(describeRun(startedAt, events), null, 1)}\n`);
    unfinished.discard();
    await show(result, folder, options);
    return result.expectations.some((e) => e.verdict === "failed");
  } catch (error) {
    progress.end();
    rows?.discard();
    if (!(error instanceof Interrupted)) throw error;
    unfinished.keep();
    const n = unfinished.count;
    throw new Interrupted(
      n === 0
        ? "interrupted before any part was finished: nothing is kept"
        : `interrupted: ${n} finished ${n === 1 ? "part is" : "parts are"} kept in ${folder}, the same command goes on from there`,
    );
  } finally {
    interrupt.stop();
    await pool?.close();
  }
}

async function show(result: Result, folder: string, options: Options): Promise<void> {
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
    return;
  }
  const { renderTable } = await import("../report/table.ts");
  const color = options.color && process.stdout.isTTY === true && !process.env.NO_COLOR;
  process.stdout.write(renderTable(result, { color, width: process.stdout.columns ?? 120 }));
  process.stdout.write(
    options.report ? `\nreport: ${join(folder, "report.html")}\n` : `\nresults: ${join(folder, "result.json")}\n`,
  );
}
