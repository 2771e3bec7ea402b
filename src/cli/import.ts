import { join } from "node:path";
import type { CommandModule } from "yargs";
import { type ImportModelArguments, importModelFile, modelOptions, nameOf } from "./import-model.ts";
import { integer, number, UsageError } from "./numbers.ts";

interface ImportArguments extends ImportModelArguments {
  table: string;
  times: string | undefined;
  "input-bytes": number | undefined;
  host: string | undefined;
  "calibration-share": number | undefined;
}

export const importCommand: CommandModule<object, ImportArguments> = {
  command: "import <table>",
  describe: "take in a TensorFlow.js model, or what a model measured elsewhere said",
  builder: (yargs) =>
    modelOptions(yargs)
      .positional("table", {
        type: "string",
        demandOption: true,
        describe:
          "model.json of a TensorFlow.js model; or npz: logits or probabilities, labels, split; or csv: sample,exit,label,prediction,confidence,entropy,margin",
      })
      .option("times", {
        type: "string",
        requiresArg: true,
        describe: "of a table: csv: segment,part,time_ms and, where known, batch,macs,layers,params,codec,bytes",
      })
      .option("input-bytes", {
        type: "string",
        requiresArg: true,
        coerce: integer("input-bytes", { min: 1 }),
        describe: "of a table: bytes of one raw input as the sensor sends it",
      })
      .option("name", {
        type: "string",
        requiresArg: true,
        describe: "of the profile or model (default: the file's or its folder's)",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder of the profile or model (default: imported/<name>)",
      })
      .option("classes", {
        type: "string",
        requiresArg: true,
        describe: "names of the classes, joined by commas (default: 0, 1, …)",
      })
      .option("host", { type: "string", requiresArg: true, describe: "of a table: what the times were measured on" })
      .option("calibration-share", {
        type: "string",
        requiresArg: true,
        coerce: number("calibration-share", { min: 0, max: 0.9 }),
        describe: "of a table: share of the rows set aside for calibration where the table has no split (default: 0)",
      })
      .example("$0 import model.json --list-cuts", "where a TensorFlow.js model can be cut")
      .example("$0 import model.json --exits block2_add,block4_add", "cut there, with heads to train")
      .example(
        "$0 import exits.npz --times times.csv --input-bytes 3072",
        "a model trained and timed with PyTorch",
      ) as never,
  handler: async (argv) => {
    const { describeImport, importProfile, isModelPath, profileText, saveImported } = await import(
      "../models/index.ts"
    );
    if (isModelPath(argv.table)) return importModelFile(argv.table, argv);
    const { times, "input-bytes": inputBytes } = required(argv);
    const name = nameOf(argv.table, argv.name);
    const imported = importProfile({
      table: argv.table,
      times,
      name,
      inputBytes,
      ...(argv.classes === undefined ? {} : { classes: argv.classes.split(",").map((each) => each.trim()) }),
      ...(argv.host === undefined ? {} : { host: argv.host }),
      ...(argv["calibration-share"] === undefined ? {} : { calibrationShare: argv["calibration-share"] }),
    });
    const out = argv.out ?? join("imported", name);
    saveImported(out, imported);
    if (argv.json === true) process.stdout.write(profileText(imported.profile));
    else
      process.stdout.write(
        `${describeImport(imported).join("\n")}\n\nwritten to ${join(out, "profile.json")} and exits.npz; in a scenario:  model: { profile: ${out} }\n`,
      );
  },
};

/** What a table needs beside itself. @throws UsageError for what is missing, and for what only a model takes */
function required(argv: ImportArguments): { times: string; "input-bytes": number } {
  const { times, "input-bytes": inputBytes } = argv;
  const fail = (option: string, expected: string, got: string): never => {
    throw new UsageError(`${option}\n  expected  ${expected}\n  got       ${got}`);
  };
  for (const option of ["exits", "cuts", "head", "scale", "input"] as const)
    if (argv[option] !== undefined) fail(`--${option}`, "a model.json to import with it", JSON.stringify(argv.table));
  if (argv["list-cuts"]) fail("--list-cuts", "a model.json", JSON.stringify(argv.table));
  return {
    times: times ?? fail("--times", "a csv of segment times", "none"),
    "input-bytes": inputBytes ?? fail("--input-bytes", "bytes of one raw input as the sensor sends it", "none"),
  };
}
