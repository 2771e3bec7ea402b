import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Who may import whom: places of this project, node: modules and npm packages, by place. ARCHITECTURE.md says why. */
const rules: Record<string, { places: string[]; node: RegExp | null; packages: RegExp | null }> = {
  units: { places: [], node: null, packages: null },
  version: { places: [], node: null, packages: null },
  profile: { places: ["units"], node: null, packages: null },
  npz: { places: [], node: null, packages: /^fflate$/ },
  sim: { places: ["units", "profile"], node: null, packages: null },
  models: {
    places: ["units", "profile", "npz", "version"],
    node: /^node:/,
    packages: /^(@tensorflow\/tfjs-(core|layers|converter|backend-wasm|backend-cpu|node)|fflate)(\/|$)/,
  },
  scenario: {
    places: ["units", "profile", "npz", "sim", "version"],
    node: /^node:(fs|path|url|crypto|module)(\/|$)/,
    packages: /^(yaml|zod|fflate|sucrase)$/,
  },
  experiment: {
    places: ["units", "profile", "sim", "scenario", "version"],
    node: /^node:/,
    packages: /^(simple-statistics|tinypool)$/,
  },
  report: {
    places: ["units"],
    node: /^node:(fs|path|url|util|crypto|module)(\/|$)/,
    packages: /^(chart\.js(\/|$)|@napi-rs\/canvas$|esbuild$)/,
  },
  study: {
    places: ["units", "profile", "models", "scenario", "experiment", "report", "version"],
    node: /^node:timers\/promises$/,
    packages: null,
  },
  cli: {
    places: [
      "units",
      "profile",
      "npz",
      "sim",
      "models",
      "scenario",
      "experiment",
      "report",
      "study",
      "version",
      "index",
    ],
    node: /^node:/,
    packages: /^(yargs(\/|$)|@tensorflow\/)/,
  },
  index: { places: ["units", "profile", "sim", "scenario", "experiment", "version"], node: null, packages: null },
};
/** Imports of types alone leave nothing at run time; reports may read those of what they draw. */
const typeOnly: Record<string, string[]> = { report: ["experiment", "scenario", "profile", "sim"] };
/** Only these read files in scenario/, and only these know workers and stores in experiment/. */
const nodeFiles: Record<string, RegExp> = {
  scenario: /^files\.ts$/,
  experiment: /^(load|workers|worker)\.ts$/,
};

function* sources(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

interface Import {
  readonly file: string;
  readonly place: string;
  readonly of: string;
  readonly isType: boolean;
}

const place = (path: string): string => relative(join(root, "src"), path).split("/")[0]!.replace(/\.ts$/, "");

function* imports(): Generator<Import> {
  for (const file of sources(join(root, "src"))) {
    const text = readFileSync(file, "utf8");
    const pattern =
      /^\s*(import|export)\s+(type\s+)?[^"';]*?from\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
    for (const match of text.matchAll(pattern)) {
      yield {
        file: relative(root, file),
        place: place(file),
        of: match[3] ?? match[4] ?? match[5]!,
        isType: match[2] !== undefined,
      };
    }
  }
}

function complaint({ file, place: from, of, isType }: Import): string | null {
  const rule = rules[from];
  if (rule === undefined) return `${file}: no rule for src/${from}`;
  if (of.startsWith(".")) {
    const target = place(normalize(join(root, dirname(file), of)));
    if (target === from || rule.places.includes(target)) return null;
    return isType && typeOnly[from]?.includes(target) ? null : `${file} imports ${target}`;
  }
  if (of.startsWith("node:")) {
    const only = nodeFiles[from];
    const allowed = rule.node?.test(of) && (only === undefined || only.test(file.split("/").at(-1)!));
    return allowed || (isType && rule.node !== null) ? null : `${file} imports ${of}`;
  }
  return rule.packages?.test(of) ? null : `${file} imports package ${of}`;
}

test("every import is one that the table of places allows", () => {
  const all = [...imports()];
  expect(all.length).toBeGreaterThan(100);
  expect(all.map(complaint).filter((c) => c !== null)).toEqual([]);
});

test("the table refuses what it must", () => {
  const from = (file: string, of: string): string | null =>
    complaint({ file, place: place(join(root, file)), of, isType: false });
  expect(from("src/sim/agenda.ts", "node:fs")).not.toBeNull();
  expect(from("src/sim/agenda.ts", "../models/zoo.ts")).not.toBeNull();
  expect(from("src/sim/agenda.ts", "yaml")).not.toBeNull();
  expect(from("src/models/zoo.ts", "../sim/agenda.ts")).not.toBeNull();
  expect(from("src/scenario/parse.ts", "node:fs")).not.toBeNull();
  expect(from("src/report/html.ts", "../experiment/run.ts")).not.toBeNull();
  expect(from("src/sim/links/fluid.ts", "../agenda.ts")).toBeNull();
});

test("the simulator reads no clock, no chance of the machine and makes no promise", () => {
  const found: string[] = [];
  for (const file of sources(join(root, "src/sim"))) {
    const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    if (
      /Math\.random|Date\.|new Date|performance\.|\bprocess\.(env|argv|exit|std|cwd|hrtime|memory|nextTick|cpu)|console\.|\basync\b|\bawait\b|Promise/.test(
        code,
      )
    )
      found.push(file);
  }
  expect(found).toEqual([]);
});

test("the simulator counts and draws without BigInt", () => {
  const isBig = (code: string): boolean => /\bBigInt|\bBig(?:Ui|I)nt64|(?<![\w.$])\d[\d_]*n\b/.test(code);
  expect(["BigInt(3)", "x * 10n", "new BigUint64Array(1)"].map(isBig)).toEqual([true, true, true]);
  expect(["u.k1n", "x10n", "0x1bd11bda", "n * 2"].map(isBig)).toEqual([false, false, false, false]);
  const code = (file: string): string => readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  expect([...sources(join(root, "src/sim"))].filter((file) => isBig(code(file)))).toEqual([]);
});

test("zod is imported as a namespace, so that the bundle leaves out what is not used of it", () => {
  const wrong = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => /import (?!type\b|\* as )[^;]*from "zod"/.test(readFileSync(join(root, "src", file), "utf8")));
  expect(wrong).toEqual([]);
});
