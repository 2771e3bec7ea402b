import { basename, join } from "node:path";
import type { CommandModule } from "yargs";
import { integer, number, UsageError } from "./numbers.ts";

interface ImportArguments {
  table: string;
  times: string;
  name: string | undefined;
  out: string | undefined;
  classes: string | undefined;
  "input-bytes": number;
  host: string | undefined;
  "calibration-share": number | undefined;
  json?: boolean;
}

export const importCommand: CommandModule<object, ImportArguments> = {
  command: "import <table>",
  describe: "make a profile from a model measured elsewhere",
  builder: (yargs) =>
    yargs
      .positional("table", {
        type: "string",
        demandOption: true,
        describe:
          "npz: logits or probabilities, labels, split; or csv: sample,exit,label,prediction,confidence,entropy,margin",
      })
      .option("times", {
        type: "string",
        requiresArg: true,
        demandOption: true,
        describe: "csv: segment,part,time_ms and, where known, batch,macs,layers,params,codec,bytes",
      })
      .option("input-bytes", {
        type: "string",
        requiresArg: true,
        demandOption: true,
        coerce: integer("input-bytes", { min: 1 }),
        describe: "bytes of one raw input as the sensor sends it",
      })
      .option("name", {
        type: "string",
        requiresArg: true,
        describe: "of the profile (default: the table's file name)",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder of the profile (default: imported/<name>)",
      })
      .option("classes", {
        type: "string",
        requiresArg: true,
        describe: "names of the classes, joined by commas (default: 0, 1, …)",
      })
      .option("host", { type: "string", requiresArg: true, describe: "what the times were measured on" })
      .option("calibration-share", {
        type: "string",
        requiresArg: true,
        coerce: number("calibration-share", { min: 0, max: 0.9 }),
        describe: "share of the rows set aside for calibration where the table has no split (default: 0)",
      })
      .example(
        "$0 import exits.npz --times times.csv --input-bytes 3072",
        "a model trained and timed with PyTorch",
      ) as never,
  handler: async (argv) => {
    const { describeImport, importProfile, profileText, saveImported } = await import("../models/index.ts");
    const name = (argv.name ?? basename(argv.table).replace(/\.[^.]*$/, "")).toLowerCase().replace(/[^a-z0-9-]+/g, "-");
    if (!/^[a-z]/.test(name))
      throw new UsageError(`--name\n  expected  a name that begins with a letter\n  got       "${name}"`);
    const imported = importProfile({
      table: argv.table,
      times: argv.times,
      name,
      inputBytes: argv["input-bytes"],
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
