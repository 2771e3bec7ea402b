/** The report of a run: report.html and charts/*.png beside its numbers. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Distributions, Result } from "../experiment/result.ts";
import { deadlinesIn, renderCharts, renderHtml } from "../report/index.ts";
import { writeWhole } from "./files.ts";

/**
 * Writes the report into `folder`.
 * @param command what made the run, for whoever wants to repeat it
 * @param resolved the run's scenario with every default, where deadlines stand; read from `folder` when left out
 * @returns the files written
 */
export async function writeReport(
  folder: string,
  result: Result,
  distributions: Distributions,
  command?: string,
  resolved = readIfThere(join(folder, "scenario.resolved.yaml")),
): Promise<string[]> {
  const deadlines = deadlinesIn(resolved);
  const page = join(folder, "report.html");
  writeWhole(page, renderHtml(result, distributions, { deadlines, ...(command === undefined ? {} : { command }) }));
  const files = [page];
  for await (const { name, png } of renderCharts(result, distributions, { deadlines })) {
    const file = join(folder, "charts", `${name}.png`);
    writeWhole(file, png);
    files.push(file);
  }
  return files;
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
