import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { writeWhole } from "./files.ts";
import { UsageError } from "./numbers.ts";

interface Options {
  readonly dir: string;
  readonly json: boolean;
}

const scenarioName = "cameras.yaml";

const scenario = `# yaml-language-server: $schema=./node_modules/offramp/scenarios/schema.json
# Shows: what to put here: the claim that this scenario makes, in one sentence that can be false.
version: 1
title: Twenty cameras, one edge server
seed: 1
model: { profile: b-lenet-fashion }        # offramp list profiles

nodes:
  camera: { count: 20, device: rpi4 }      # offramp list devices
  edge: { device: nuc-n5105, servers: 2 }

links:                                     # offramp list links
  radio: { between: [camera, edge], kind: shared, preset: 5g-n78-public, per: camera }

workload:
  camera: { arrivals: { poisson: 2 /s }, deadline: 100 ms }

policies:                                  # offramp list policies
  here:  { exit: { rule: max-probability, threshold: 0.9 }, place: { rule: only, node: camera } }
  there: { exit: { rule: never }, place: { rule: only, node: edge } }
baseline: here

run: { requests: 20000, replications: 5 }
expect: ["here: p95 latency < 100 ms"]
`;

const files: Readonly<Record<string, string>> = {
  [scenarioName]: scenario,
  ".gitignore": "node_modules/\nreports/\n",
};

export const initCommand: CommandModule<object, Options> = {
  command: "init [dir]",
  describe: "write a first scenario",
  builder: (y) =>
    y.positional("dir", { type: "string", default: ".", describe: "folder, made where it is not there" }) as never,
  handler: ({ dir, json }) => {
    const there = Object.keys(files).filter((name) => existsSync(join(dir, name)));
    // Somebody's list of ignored files is theirs; their scenario would be lost.
    const lost = there.filter((name) => name !== ".gitignore");
    if (lost.length > 0)
      throw new UsageError(
        `init ${dir}\n  expected  a folder without ${lost.join(" and ")}\n  got       one with it\n  hint      nothing was written; give another folder`,
      );
    const written = Object.keys(files).filter((name) => !there.includes(name));
    for (const name of written) writeWhole(join(dir, name), files[name]!);
    const paths = written.map((name) => join(dir, name));
    if (json) {
      process.stdout.write(`${JSON.stringify({ written: paths }, null, 1)}\n`);
      return;
    }
    const path = join(dir, scenarioName);
    process.stdout.write(
      `${paths.map((p) => `wrote ${p}`).join("\n")}\n\nnext:\n  offramp run ${path}\n  offramp explain ${path}\n  offramp run ${path} --set workload.camera.arrivals.poisson="[1 /s, 4 /s, 16 /s]"\n`,
    );
  },
};
