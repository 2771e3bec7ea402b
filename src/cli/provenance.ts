/** `run.json`: all that depends on the machine and the hour, which the results must not. */
import { execFileSync } from "node:child_process";
import { arch, cpus, platform } from "node:os";
import { version } from "../version.ts";

export function describeRun(startedAt: Date, events: number): Record<string, unknown> {
  const wall = (Date.now() - startedAt.getTime()) / 1000;
  const cpu = process.cpuUsage();
  return {
    format: "offramp/run",
    version: 1,
    offramp: version,
    command: ["offramp", ...process.argv.slice(2)],
    commit: commit(),
    host: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      platform: platform(),
      arch: arch(),
      node: process.version,
    },
    started: startedAt.toISOString(),
    wall_s: wall,
    cpu_s: (cpu.user + cpu.system) / 1e6,
    events,
  };
}

/** Of the folder the command was given in; null outside a checkout. */
function commit(): string | null {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], {
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
      timeout: 2000,
    }).trim();
  } catch {
    return null;
  }
}
