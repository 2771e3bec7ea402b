/** `run.json`: all that depends on the machine and the hour, which the results must not. */
import { readFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { dirname, join, resolve } from "node:path";
import { version } from "../version.ts";

export function describeRun(startedAt: Date, events: number): Record<string, unknown> {
  const wall = (Date.now() - startedAt.getTime()) / 1000;
  const cpu = process.cpuUsage();
  // Once: the system is asked for every processor, which takes milliseconds.
  const processors = cpus();
  return {
    format: "offramp/run",
    version: 1,
    offramp: version,
    command: ["offramp", ...process.argv.slice(2)],
    commit: commit(),
    host: {
      cpu: processors[0]?.model ?? "unknown",
      cores: processors.length,
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

/** Of the folder the command was given in; null outside a checkout. Read, not asked of git, which would take longer than a short run. */
function commit(): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const repository = join(folder, ".git");
    const link = textOf(repository);
    // In a worktree it is a file that says where the repository is, and that has a file that says where what all worktrees share is.
    const own = link?.startsWith("gitdir: ") === true ? resolve(folder, link.slice("gitdir: ".length)) : repository;
    const head = textOf(join(own, "HEAD"));
    if (head !== null) return head.startsWith("ref: ") ? tipOf(head.slice("ref: ".length), own) : head;
    if (folder === dirname(folder)) return null;
  }
}

function tipOf(branch: string, repository: string): string | null {
  const common = textOf(join(repository, "commondir"));
  const shared = common === null ? repository : resolve(repository, common);
  const packed = () =>
    textOf(join(shared, "packed-refs"))
      ?.split("\n")
      .find((line) => line.endsWith(` ${branch}`));
  return textOf(join(shared, branch)) ?? packed()?.split(" ")[0] ?? null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
