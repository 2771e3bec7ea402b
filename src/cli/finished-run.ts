/** Folders that `offramp run` wrote, read back. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Distributions, Result } from "../experiment/result.ts";
import { UsageError } from "./numbers.ts";

export interface Run {
  readonly folder: string;
  readonly result: Result;
  readonly distributions: Distributions;
  readonly command: string | undefined;
  readonly resolved: string;
}

/** @param path a folder, or a file in it @throws UsageError for what is none, or not finished */
export function readRun(path: string): Run {
  if (!existsSync(path)) throw mistake(path, "a folder that `offramp run` wrote", "nothing there");
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const unfinished = join(folder, "unfinished.json");
  if (existsSync(unfinished) && !existsSync(join(folder, "result.json")))
    throw mistake(
      unfinished,
      "a finished run",
      "what an interrupted run had done",
      "the command of the run goes on from there",
    );
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

function mistake(path: string, expected: string, got: string, hint = ""): UsageError {
  return new UsageError(
    `${path}\n  expected  ${expected}\n  got       ${got}${hint === "" ? "" : `\n  hint      ${hint}`}`,
  );
}
