import type { CommandModule } from "yargs";
import { loadExperiment } from "../experiment/load.ts";
import { compile } from "../scenario/compile.ts";
import { linesOf, outlineOf } from "../scenario/outline.ts";
import type { Resources } from "../scenario/resources.ts";
import type { Scenario, ScenarioNode } from "../scenario/scenario.ts";
import { mean } from "../sim/distribution-moments.ts";
import { columns, si } from "./table.ts";

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
    const { scenario, resources } = loadExperiment({ path: file, set, seed: null, profiles: {} });
    const values = valuesOf(scenario);
    const times = timesOf(scenario, resources);
    if (json) {
      process.stdout.write(`${JSON.stringify({ title: scenario.title, values, times }, null, 1)}\n`);
      return;
    }
    const filled = values.flatMap(({ path, value, origin }) => ("text" in origin ? [[path, value, origin.text]] : []));
    process.stdout.write(`${scenario.title}: what ${file} leaves open, and where it comes from\n\n`);
    process.stdout.write(columns(["path", "value", "from"], filled));
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
    case "device": {
      const { error } = speed.figures;
      return `device ${speed.device}, ${error === null ? "of unknown error" : `+-${Math.max(25, Math.round(error.value * 100))} %`}`;
    }
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
