/** Runs the built command line as a user would. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Result } from "../../src/experiment/result.ts";

export const root = join(import.meta.dirname, "../..");
const program = join(root, "dist/offramp.js");

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws Error when the command line is not built: `npm run build` */
export function offramp(args: readonly string[], options: { cwd?: string; timeout?: number } = {}): Answer {
  if (!existsSync(program)) throw new Error("dist/offramp.js is not there: npm run build");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    cwd: options.cwd ?? root,
    timeout: options.timeout ?? 60_000,
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 1 << 28,
  });
  return { code: status, stdout, stderr };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "offramp-test-"));
  folders.push(folder);
  return folder;
}

/** Writes a scenario into a folder of its own. @returns its path */
export function scenarioFile(text: string, name = "scenario.yaml"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** Result of a scenario, as `--json` prints it. @throws Error with what was printed when the run fails */
export function resultOf(text: string, ...args: string[]): Result {
  const answer = offramp([
    "run",
    scenarioFile(text),
    "--json",
    "--no-report",
    "--quiet",
    "--out",
    temporaryFolder(),
    ...args,
  ]);
  if (answer.code !== 0) throw new Error(`exit code ${answer.code}\n${answer.stderr}`);
  return JSON.parse(answer.stdout) as Result;
}
