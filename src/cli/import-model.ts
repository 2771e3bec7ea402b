/** `offramp import model.json`: a TensorFlow.js model becomes a model folder with exits, ready to train and profile. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Argv } from "yargs";
import type { Cut, ExitPlacement, HeadName, Scale } from "../models/index.ts";
import { integer, UsageError } from "./numbers.ts";
import { placement } from "./placement.ts";
import { columns, si } from "./table.ts";

/** Options of a model beside those of a table. */
export interface ImportModelArguments {
  name: string | undefined;
  out: string | undefined;
  classes: string | undefined;
  exits: ExitPlacement | undefined;
  cuts: string | undefined;
  head: string | undefined;
  scale: Scale | undefined;
  input: number[] | undefined;
  seed: number | undefined;
  "list-cuts": boolean;
  force: boolean;
  json?: boolean;
}

/** Adds the options that only a model takes. */
export const modelOptions = (yargs: Argv): Argv =>
  yargs
    .option("list-cuts", {
      type: "boolean",
      default: false,
      describe: "of a model: print where it can be cut, and import nothing",
    })
    .option("exits", {
      type: "string",
      requiresArg: true,
      coerce: placement,
      describe: "of a model: exits after layers such as block2_add,block4_add, at fractions such as 25%,50%, or every",
    })
    .option("cuts", {
      type: "string",
      requiresArg: true,
      describe: "of a model: layers it may be cut after without an exit",
    })
    .option("head", {
      type: "string",
      requiresArg: true,
      choices: ["pool", "mixed", "conv", "bottleneck"],
      describe: "of a model: shape of new heads (default: conv)",
    })
    .option("scale", {
      type: "string",
      requiresArg: true,
      coerce: scale,
      describe: "of a model: what it is fed: raw samples (default), unit (x/255), signed (x/127.5 - 1), or mean/sd",
    })
    .option("input", {
      type: "string",
      requiresArg: true,
      coerce: sides,
      describe: "of a model: its input shape, where it leaves sides open, such as 224x224x3",
    })
    .option("seed", {
      type: "string",
      requiresArg: true,
      coerce: integer("seed", { min: 0 }),
      describe: "of a model: of the new heads' first weights (default: 0)",
    })
    .option("force", { type: "boolean", default: false, describe: "of a model: write over one that is in --out" });

const raw: Scale = { mean: [0], sd: [1] };

/** Imports a model, or lists its cuts. */
export async function importModelFile(path: string, argv: ImportModelArguments): Promise<void> {
  const models = await import("../models/index.ts");
  const input = argv.input ?? null;
  if (argv["list-cuts"]) {
    const found = await models.listCuts(path, input, "wasm");
    process.stdout.write(argv.json === true ? `${JSON.stringify(found, null, 1)}\n` : cutsText(path, found));
    return;
  }
  const name = nameOf(path, argv.name);
  const out = argv.out ?? join("imported", name);
  if (existsSync(join(out, "model.json")) && (!argv.force || resolve(out) === resolve(folderOf(path)))) {
    throw new models.UserError(`--out ${out}`, {
      expected: "a folder without a model",
      got: "model.json in it",
      ...(resolve(out) === resolve(folderOf(path)) ? {} : { hint: "--force writes over it" }),
    });
  }
  const { model, difference, magnitude } = await models.importModel({
    path,
    name,
    exits: argv.exits ?? null,
    cuts: list(argv.cuts),
    head: (argv.head as HeadName | undefined) ?? "conv",
    input,
    classes: argv.classes === undefined ? null : list(argv.classes),
    scale: argv.scale ?? raw,
    seed: argv.seed ?? 0,
    engine: "wasm",
  });
  models.prepareFolder(out);
  const saved = models.saveModel(out, model);
  const segments = models.segmentCosts(model.spec);
  if (argv.json === true) {
    const { classes, input: shape } = model.spec;
    const check = { difference, magnitude };
    process.stdout.write(
      `${JSON.stringify({ name, out, input: shape, classes, segments, check, weights_sha256: saved.weightsSha256 }, null, 1)}\n`,
    );
    return;
  }
  const rows = segments.map((s) => [
    s.name,
    s.tensors.map((shape) => shape.join("x")).join(" + "),
    si(s.bytes, "B"),
    String(s.trunk.macs),
    String(s.trunk.params),
    s.head === null ? "—" : s.isNew ? "new" : "its own",
    s.head === null ? "—" : String(s.head.macs),
    s.head === null ? "—" : String(s.head.params),
  ]);
  const head = ["segment", "what crosses after it", "float32", "MACs", "parameters", "exit", "head MACs", "parameters"];
  const heads = models.newHeads(model.spec).length;
  const next =
    heads > 0
      ? `${heads} new ${heads === 1 ? "head is" : "heads are"} untrained: offramp train ${argv.out ?? name} --dataset …`
      : `all exits are its own: offramp profile ${argv.out ?? name} --dataset …`;
  process.stdout.write(
    `${columns(head, rows)}segments one after another against the whole model: logits differ by at most ${difference.toPrecision(2)} (largest ${magnitude.toPrecision(3)})\nmodel in ${out}; ${next}\n`,
  );
}

const folderOf = (path: string): string => (/\.json$/i.test(path) ? dirname(path) : path);

/** Of the option, else of the file, else of the folder of a model.json. */
export function nameOf(path: string, given: string | undefined): string {
  const file = basename(path).replace(/\.[^.]*$/, "");
  const found = (given ?? (file === "model" ? basename(resolve(dirname(path))) : file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const name = given === undefined && !/^[a-z]/.test(found) ? `model-${found}` : found;
  if (/^[a-z]/.test(name)) return name;
  throw new UsageError(`--name\n  expected  a name that begins with a letter\n  got       ${JSON.stringify(given)}`);
}

const list = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split(",").map((part) => part.trim());

function cutsText(
  path: string,
  {
    cuts,
    macs,
    outputs,
    input,
    params,
  }: {
    cuts: readonly Cut[];
    macs: number;
    outputs: readonly string[];
    input: readonly number[];
    params: number;
  },
): string {
  const rows = cuts.map((cut) => [
    cut.endsBlock ? "*" : "",
    cut.after,
    cut.kind,
    cut.tensors.length === 1 ? "1" : `${cut.tensors.length}: ${cut.tensors.join(", ")}`,
    si(4 * cut.size, "B"),
    String(cut.macs),
    `${((100 * cut.macs) / Math.max(1, macs)).toFixed(1)} %`,
  ]);
  return [
    `${path}: input ${input.join("x")}, outputs ${outputs.join(", ")}, ${macs.toLocaleString("en")} MACs, ${params.toLocaleString("en")} parameters\n`,
    columns(["block", "cut after", "kind", "tensors that cross", "float32", "MACs before", "share"], rows),
    "* ends a block: --exits every puts an exit after each of these, fractions after the first that reaches each\n",
  ].join("\n");
}

/** Reads raw, unit, signed, or "mean/sd" with one number or one for each channel. */
function scale(given: unknown): Scale | undefined {
  if (given === undefined) return undefined;
  if (given === "raw") return raw;
  if (given === "unit") return { mean: [0], sd: [255] };
  if (given === "signed") return { mean: [127.5], sd: [127.5] };
  const [mean, sd, ...rest] = String(given)
    .split("/")
    .map((part) => part.split(",").map((each) => (each.trim() === "" ? Number.NaN : Number(each))));
  const fits = (values: readonly number[] | undefined): boolean => values?.every(Number.isFinite) === true;
  if (rest.length === 0 && fits(mean) && fits(sd) && sd!.every((value) => value > 0)) return { mean: mean!, sd: sd! };
  throw new UsageError(
    `--scale\n  expected  raw, unit, signed, or mean/sd on the scale of the samples, such as 127.5/127.5 or 124,116,104/58,57,57\n  got       ${JSON.stringify(given)}`,
  );
}

function sides(given: unknown): number[] | undefined {
  if (given === undefined) return undefined;
  const found = String(given).split("x").map(Number);
  if (found.length <= 3 && found.every((side) => Number.isSafeInteger(side) && side >= 1)) return found;
  throw new UsageError(
    `--input\n  expected  a shape of up to three sides, such as 224x224x3\n  got       ${JSON.stringify(given)}`,
  );
}
