import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { fileResources, packageFolder } from "../scenario/files.ts";
import { exitRules } from "../sim/exit-rules/index.ts";
import { jointRules } from "../sim/joint-rules/index.ts";
import { placementRules } from "../sim/placement-rules/index.ts";
import { columns, si } from "./table.ts";

interface Options {
  readonly what: string;
  readonly json: boolean;
}

interface Listing {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note: string;
  /** The same for programs. */
  readonly data: unknown;
}

const lists: Readonly<Record<string, () => Listing | Promise<Listing>>> = {
  devices,
  links,
  models,
  profiles,
  policies,
  scenarios,
  engines,
};

export const listCommand: CommandModule<object, Options> = {
  command: "list <what>",
  describe: "what ships: devices, links, models, profiles, policies, scenarios, engines",
  builder: (y) =>
    y.positional("what", {
      type: "string",
      choices: Object.keys(lists),
      demandOption: true,
      describe: "which list",
    }) as never,
  handler: async ({ what, json }) => {
    const { head, rows, note, data } = await lists[what]!();
    process.stdout.write(
      json ? `${JSON.stringify(data, null, 1)}\n` : `${columns(head, rows)}${note === "" ? "" : `\n${note}\n`}`,
    );
  },
};

function devices(): Listing {
  const presets = [...fileResources(process.cwd()).devices()];
  return {
    head: ["device", "tier", "rate", "per layer", "error", "idle", "busy", "how sure", "what"],
    rows: presets.map(([name, d]) => [
      name,
      d.tier,
      d.usable ? si(d.rate.value, "FLOP/s") : "—",
      d.usable ? si(d.overhead.value, "s") : "—",
      d.usable && d.error !== null ? `±${Math.round(d.error.value * 100)} %` : "—",
      si(d.idle?.value, "W"),
      si(d.busy?.value, "W"),
      d.usable ? d.rate.sure : "not for device:",
      d.label,
    ]),
    note: "time of a piece of network = 2 x MACs / rate + layers x per layer; error: mean over the networks it was fitted to, widen it to 25 % for others\nsources of every figure: offramp list devices --json",
    data: Object.fromEntries(presets),
  };
}

function links(): Listing {
  const presets = [...fileResources(process.cwd()).links()];
  return {
    head: [
      "link",
      "kind",
      "rates of",
      "up",
      "down",
      "round trip p50",
      "p95",
      "loss",
      "how sure (rates, delay)",
      "what",
    ],
    rows: presets.map(([name, l]) => [
      name,
      l.kind,
      l.capacityOf,
      si(l.up.p50, "bit/s"),
      si(l.down.p50, "bit/s"),
      si(l.rtt.p50, "s"),
      si(l.rtt.p95, "s"),
      String(l.loss.value),
      `${l.up.sure}, ${l.rtt.sure}`,
      l.label,
    ]),
    note: "medians of an unloaded small message; rates of a device: give the link `per:` the device's group\nsources of every figure: offramp list links --json",
    data: Object.fromEntries(presets),
  };
}

async function models(): Promise<Listing> {
  const { modelFolder, shippedModels, zoo } = await import("../models/index.ts");
  const shipped = shippedModels();
  const found = Object.entries(zoo).map(([name, entry]) => {
    const folder = entry.folder;
    const file = shipped.includes(folder) ? join(modelFolder(folder), "model.json") : null;
    const { blocks, input } = entry.spec;
    const exits = blocks.map((block) => block.name);
    return { name, describe: entry.describe, folder, trained: file !== null, input, exits, units: entry.units };
  });
  const other = shipped.filter((name) => !found.some((m) => m.folder === name));
  return {
    head: ["model", "what", "exits", "trained weights"],
    rows: found.map((m) => [m.name, m.describe, String(m.exits.length), m.trained ? m.folder : "—"]),
    note: `${other.length === 0 ? "" : `also trained: ${other.join(", ")}\n`}train one: offramp train <model>; units that exits may follow: offramp list models --json; what each exit reaches: docs/models.md`,
    data: found,
  };
}

function profiles(): Listing {
  const resources = fileResources(process.cwd());
  const found = resources.profileNames().map((name) => resources.profile(name).profile);
  return {
    head: ["profile", "classes", "input", "exits", "MACs", "engine", "measured on"],
    rows: found.map((p) => [
      p.name,
      String(p.model.classes.length),
      si(p.model.input.bytes, "B"),
      p.exits.map((e) => e.name).join(", "),
      si(
        p.segments.reduce((sum, s) => sum + s.trunk.macs + (s.head?.macs ?? 0), 0),
        "",
      ),
      p.host.engine,
      `${p.host.cpu}${p.host.noisy ? " (noisy)" : ""}`,
    ]),
    note: "",
    data: found.map(({ name, model, host, exits }) => ({ name, model, host, exits })),
  };
}

function policies(): Listing {
  const rules = [
    ...exitRules.map((rule) => ({
      kind: "exit",
      name: rule.name,
      options: Object.keys(rule.options),
      describe: rule.describe,
      observes: rule.observes ?? rule.reads ?? "nothing",
      decides: rule.oracle === true ? "when a head ends, with hindsight" : "when a head ends",
    })),
    ...placementRules.map((rule) => ({
      kind: "place",
      name: rule.name,
      options: Object.keys(rule.options),
      describe: rule.describe,
      observes: rule.observes,
      decides: rule.decides,
    })),
    ...jointRules.map((rule) => ({
      kind: "both",
      name: rule.name,
      options: Object.keys(rule.options),
      describe: rule.describe,
      observes: rule.observes,
      decides: rule.decides,
    })),
  ];
  return {
    head: ["rule", "of", "options", "observes", "decides", "what it does"],
    rows: rules.map((r) => [r.name, r.kind, r.options.join(", ") || "—", r.observes, r.decides, r.describe]),
    note: "a policy is an exit rule and a placement rule: { exit: { rule: … }, place: { rule: … } }; or one rule for both: { rule: … }",
    data: rules,
  };
}

function scenarios(): Listing {
  const folder = join(packageFolder(), "scenarios");
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
    : [];
  const found = files.map((name) => ({
    file: join("scenarios", name),
    shows: claim(readFileSync(join(folder, name), "utf8")),
  }));
  return {
    head: ["scenario", "shows"],
    rows: found.map((s) => [s.file, s.shows]),
    note: "run one: offramp run <scenario>",
    data: found,
  };
}

/** The claim a scenario opens with: its comment from "Shows:" to the first full stop or other comment. */
function claim(text: string): string {
  const lines = text.split("\n").filter((line) => line.startsWith("#") && !line.includes("yaml-language-server"));
  const start = lines.findIndex((line) => /^# *Shows:/.test(line));
  if (start < 0) return "";
  const end = lines.findIndex((line, i) => i > start && /^# *[A-Z][a-z]+:/.test(line));
  return lines
    .slice(start, end < 0 ? undefined : end)
    .map((line) => line.replace(/^# */, ""))
    .join(" ")
    .replace(/^Shows: */, "");
}

async function engines(): Promise<Listing> {
  const { engineStates } = await import("../models/index.ts");
  const states = await engineStates();
  return {
    head: ["engine", "works here", "trains", "what"],
    rows: states.map((e) => [
      e.name,
      e.works ? "yes" : "no",
      e.trains ? "yes" : "no",
      e.works ? e.describe : `${e.reason}; ${e.remedy}`,
    ]),
    note: "",
    data: states,
  };
}
