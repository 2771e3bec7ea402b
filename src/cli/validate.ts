import type { CommandModule } from "yargs";
import { loadExperiment } from "../experiment/load.ts";
import type { TunedResult } from "../experiment/result.ts";
import { sweepWarnings } from "../experiment/sweep-load.ts";
import { compile } from "../scenario/compile.ts";
import { problemList, ScenarioError } from "../scenario/errors.ts";
import { exitShares, loadsOf, type OfferedLoad, offeredLoad } from "../scenario/offered-load.ts";
import { peaksOf, warningsOf } from "../scenario/warnings.ts";
import { UsageError } from "./numbers.ts";
import { columns } from "./table.ts";
import { tunedTable } from "./tuned-table.ts";

interface Options {
  readonly file: readonly string[];
  readonly set: readonly string[] | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

interface PolicySummary {
  readonly name: string;
  /** Share of requests that leave at each exit; null where it is known only after a run. */
  readonly exits: Readonly<Record<string, number>> | null;
  readonly load: OfferedLoad | null;
}

interface Verdict {
  readonly file: string;
  readonly ok: boolean;
  readonly title?: string;
  /** Replications of every policy at every point of the sweep, and arrivals in each. */
  readonly runs?: {
    readonly policies: number;
    readonly points: number;
    readonly replications: number;
    readonly requests: number;
  };
  readonly policies?: readonly PolicySummary[];
  /** What was found for policies that say `tune:`. */
  readonly tuned?: readonly TunedResult[];
  readonly warnings?: readonly string[];
  readonly notes?: readonly string[];
  readonly problems?: readonly object[];
}

export const validateCommand: CommandModule<object, Options> = {
  command: "validate <file..>",
  describe: "check scenarios without running them",
  builder: (y) =>
    y.positional("file", { type: "string", array: true, demandOption: true, describe: "scenarios" }).option("set", {
      type: "string",
      array: true,
      nargs: 1,
      requiresArg: true,
      describe: "path=value overrides, as for run",
    }) as never,
  handler: ({ file: files, set = [], json, quiet }) => {
    const verdicts: Verdict[] = [];
    const faults: string[] = [];
    for (const file of files) {
      try {
        const verdict = check(file, set);
        verdicts.push(verdict);
        if (!json) process.stdout.write(render(verdict, quiet));
        for (const warning of [...(verdict.warnings ?? []), ...(quiet ? [] : (verdict.notes ?? []))])
          process.stderr.write(`${file}: ${warning}\n`);
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        faults.push(error.message);
        verdicts.push({ file, ok: false, problems: problemList(error) });
      }
    }
    if (json) process.stdout.write(`${JSON.stringify(verdicts, null, 1)}\n`);
    if (faults.length > 0) throw new UsageError(faults.join("\n\n"));
  },
};

function check(file: string, set: readonly string[]): Verdict {
  const { scenario, resources, experiment } = loadExperiment({ path: file, set, seed: null, profiles: {} });
  const policies = scenario.policies.map(({ name }): PolicySummary => {
    const setup = compile(scenario, name, resources);
    const places = setup.policy.place.plan(setup.streams[0]!.source);
    const shares = places === null ? null : exitShares(setup, places, setup.streams[0]!).leaves;
    return {
      name,
      exits: shares === null ? null : Object.fromEntries(scenario.exits.map((exit, i) => [exit.name, shares[i]!])),
      load: offeredLoad(setup),
    };
  });
  const runs = {
    policies: policies.length,
    points: Math.max(1, experiment.points.length + 1),
    replications: experiment.replications,
    requests: Math.round(experiment.requests),
  };
  const warnings = [...warningsOf(scenario, resources), ...sweepWarnings(experiment)];
  const notes = peaksOf(scenario, resources);
  const tuned = experiment.tuned.length === 0 ? {} : { tuned: experiment.tuned };
  return { file, ok: true, title: scenario.title, runs, policies, ...tuned, warnings, notes };
}

function render({ file, title, policies = [], runs, tuned = [] }: Verdict, quiet: boolean): string {
  if (quiet) return `${file}: ok\n`;
  const { points, replications, requests } = runs!;
  const size = `${policies.length} ${policies.length === 1 ? "policy" : "policies"} x ${points} ${points === 1 ? "point" : "points"} x ${replications} replications x ${requests} requests`;
  const rows = policies.map((policy) => [policy.name, exits(policy), busy(policy)]);
  return `${file}: ok\n${title}: ${size}\n${columns(["policy", "leaves at", "load (1: as much as it can do)"], rows)}${tuned.map(tunedTable).join("")}`;
}

function exits({ exits: shares }: PolicySummary): string {
  if (shares === null) return "decided on the way";
  return Object.entries(shares)
    .filter(([, share]) => share > 0)
    .map(([name, share]) => `${name} ${Number((share * 100).toPrecision(3))} %`)
    .join(", ");
}

function busy({ load }: PolicySummary): string {
  if (load === null) return "decided on the way";
  return loadsOf(load)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(2))}`)
    .join(", ");
}
