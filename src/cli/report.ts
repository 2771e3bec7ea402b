import { basename, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { readRun } from "./finished-run.ts";
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
