import type { CommandModule } from "yargs";
import { loadExperiment } from "../experiment/load.ts";
import { compile } from "../scenario/compile.ts";
import { linesOf, outlineOf } from "../scenario/outline.ts";
import type { Resources } from "../scenario/resources.ts";
import type { Scenario, ScenarioNode } from "../scenario/scenario.ts";
import { errorBand } from "../scenario/warnings.ts";
import { mean } from "../sim/distribution-moments.ts";
import { meanOf, type Varying } from "../sim/links/varying.ts";
import { columns, si } from "./table.ts";
import { tunedTable } from "./tuned-table.ts";

interface Options {
  readonly file: string;
  readonly set: readonly string[] | undefined;
  readonly json: boolean;
}

interface Value {
  readonly path: string;
  readonly value: string;
  readonly origin: { readonly kind: string; readonly text: string } | { readonly kind: "scenario" };
}

interface Time {
  readonly node: string;
  /** Segment, or exit whose head it is. */
  readonly piece: string;
  readonly mean_s: number;
  readonly origin: string;
}

export const explainCommand: CommandModule<object, Options> = {
  command: "explain <file>",
  describe: "every default of a scenario and where its number comes from",
  builder: (y) =>
    y.positional("file", { type: "string", demandOption: true, describe: "scenario" }).option("set", {
      type: "string",
      array: true,
      nargs: 1,
      requiresArg: true,
      describe: "path=value overrides, as for run",
    }) as never,
  handler: ({ file, set = [], json }) => {
    const { scenario, resources, experiment } = loadExperiment({ path: file, set, seed: null, profiles: {} });
    const values = valuesOf(scenario);
    const times = timesOf(scenario, resources);
    const varying = varyingOf(scenario, resources);
    if (json) {
      process.stdout.write(
        `${JSON.stringify({ title: scenario.title, values, times, varying, tuned: experiment.tuned }, null, 1)}\n`,
      );
      return;
    }
    const filled = values.flatMap(({ path, value, origin }) => ("text" in origin ? [[path, value, origin.text]] : []));
    process.stdout.write(`${scenario.title}: what ${file} leaves open, and where it comes from\n\n`);
    process.stdout.write(columns(["path", "value", "from"], filled));
    for (const tuned of experiment.tuned) process.stdout.write(tunedTable(tuned));
    if (varying.length > 0) {
      process.stdout.write("\ncapacities and latencies over time\n\n");
      process.stdout.write(
        columns(
          ["path", "mean", "least", "most", "nothing for", "length"],
          varying.map((v) => [
            v.path,
            si(v.mean, v.unit),
            si(v.least, v.unit),
            si(v.most, v.unit),
            v.nothing === null ? "—" : `${Number((v.nothing * 100).toPrecision(3))} %`,
            si(v.length_s, "s"),
          ]),
        ),
      );
    }
    if (times.length === 0) return;
    process.stdout.write("\nmean service times of the model's pieces on each node\n\n");
    process.stdout.write(
      columns(
        ["node", "piece", "time", "from"],
        times.map((t) => [t.node, t.piece, si(t.mean_s, "s"), t.origin]),
      ),
    );
  },
};

function valuesOf(scenario: Scenario): Value[] {
  const { origins } = scenario;
  const isKnown = (path: string): boolean => Object.hasOwn(origins, path);
  return linesOf(outlineOf(scenario), isKnown).map(({ path, text }) => ({
    path,
    value: text,
    origin: isKnown(path) ? origins[path]! : { kind: "scenario" },
  }));
}

interface OverTime {
  readonly path: string;
  readonly unit: "bit/s" | "s";
  readonly mean: number;
  /** Of steps: extremes, share of time at 0, and when the last ends; null for random processes. */
  readonly least: number | null;
  readonly most: number | null;
  readonly nothing: number | null;
  readonly length_s: number | null;
}

/** What was read of everything that changes with time. */
function varyingOf(scenario: Scenario, resources: Resources): OverTime[] {
  const { links } = compile(scenario, scenario.baseline, resources);
  return links.flatMap(({ name, up, down }) => [
    ...overTime(`links.${name}.up`, "bit/s", up.varying),
    ...overTime(`links.${name}.down`, "bit/s", down.varying),
    ...overTime(`links.${name}.latency`, "s", up.delays),
  ]);
}

function overTime(path: string, unit: OverTime["unit"], varying: Varying | null): OverTime[] {
  if (varying === null) return [];
  const figures = { path, unit, mean: meanOf(varying) };
  if (varying.kind !== "steps") return [{ ...figures, least: null, most: null, nothing: null, length_s: null }];
  const { at, values, length } = varying;
  let nothing = 0;
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  values.forEach((value, i) => {
    if (value === 0) nothing += (at[i + 1] ?? length) - at[i]!;
    least = Math.min(least, value);
    most = Math.max(most, value);
  });
  return [{ ...figures, least, most, nothing: nothing / length, length_s: length }];
}

function timesOf(scenario: Scenario, resources: Resources): Time[] {
  const { model } = compile(scenario, scenario.baseline, resources);
  return scenario.nodes.flatMap((node, g) => {
    const origin = originOf(node, scenario, resources);
    const trunk = model.segments.map((name, k) => ({
      node: node.name,
      piece: name,
      mean_s: mean(model.trunk[0]![g]![k]!),
      origin,
    }));
    const heads = model.exits.map(({ name }, e) => ({
      node: node.name,
      piece: `head of ${name}`,
      mean_s: mean(model.head[0]![g]![e]!),
      origin,
    }));
    return [...trunk, ...heads];
  });
}

function originOf({ speed }: ScenarioNode, { model }: Scenario, resources: Resources): string {
  switch (speed.kind) {
    case "device":
      return `device ${speed.device}, ${errorBand(speed.figures)}`;
    case "speed":
      return `${model.kind === "profile" ? "the profile's median" : "as written"} / ${speed.speed}`;
    default: {
      if (speed.kind === "model" && model.kind === "synthetic") return "as written";
      const reference = speed.kind === "profile" ? speed.profile : model.kind === "profile" ? model.profile : "";
      const { host } = resources.profile(reference).profile;
      return `measured, profile ${reference} (${host.cpu})`;
    }
  }
}
