import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import type { ExitTable, Profile } from "../profile.ts";
import { progressBar } from "./progress-bar.ts";

interface ProfileArguments {
  model: string;
  dataset: string | undefined;
  data: string | undefined;
  out: string | undefined;
  engine: string | undefined;
  quick: boolean;
  careful: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** The known set that a model was trained on; null where it was trained on a user's own. */
function trainingSet(training: Readonly<Record<string, unknown>> | null, known: readonly string[]): string | null {
  return known.find((each) => each === training?.dataset) ?? null;
}

/** The profile that is about to be written over; null where there is none that can be read. */
function earlier(path: string): Profile | null {
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as Profile;
    return found.format === "offramp/profile" ? found : null;
  } catch {
    return null;
  }
}

export const profileCommand: CommandModule<object, ProfileArguments> = {
  command: "profile <model>",
  describe: "measure a model on this host",
  builder: (yargs) =>
    yargs
      .positional("model", {
        type: "string",
        demandOption: true,
        describe: "shipped model, or folder of a trained one",
      })
      .option("dataset", {
        type: "string",
        requiresArg: true,
        describe: "the csv or npz file it was trained on (known sets are found by themselves)",
      })
      .option("data", {
        type: "string",
        requiresArg: true,
        describe: "folder of the data set (default: where its package puts it)",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder of the profile (default: measured/<model name>)",
      })
      .option("engine", {
        type: "string",
        choices: ["wasm", "cpu", "tfjs-node"],
        describe: "what computes (default: tfjs-node where it is installed, else wasm)",
      })
      .option("quick", { type: "boolean", default: false, describe: "rough times and a fraction of the rows" })
      .option("careful", { type: "boolean", default: false, describe: "three times as many blocks, twice as long" })
      .example("$0 profile b-lenet-fashion", "measures the shipped B-LeNet on this machine"),
  handler: async (argv) => {
    const models = await import("../models/index.ts");
    const model = models.loadModel(models.modelFolder(argv.model));
    if (argv.quick && argv.careful)
      throw new models.UserError("--quick, --careful", { expected: "one of them", got: "both" });
    const name = argv.dataset ?? trainingSet(model.training, models.datasetNames);
    if (name === null) {
      throw new models.UserError(`model ${model.name}`, {
        expected: "--dataset: the csv or npz file, or the known set, that it was trained on",
        got: "none",
      });
    }
    const out = argv.out ?? `measured/${model.name}`;
    const before = earlier(join(out, "profile.json"));
    const bar = progressBar(argv.quiet === true);
    let measured: { profile: Profile; table: ExitTable };
    try {
      const dataset = models.loadDataset(name, argv.data);
      models.prepareFolder(out);
      measured = await models.profileModel({
        model,
        dataset,
        engine: (argv.engine as "wasm" | undefined) ?? (await models.preferredEngine()),
        quick: argv.quick,
        careful: argv.careful,
        onProgress: (share, note) => bar.update(share, note),
      });
    } finally {
      bar.end();
    }
    const { profile, table } = measured;
    const compared = before === null ? null : models.compareProfiles(before, profile);
    models.saveProfile(out, profile, table);
    if (argv.json === true) {
      process.stdout.write(models.profileText(profile));
      return;
    }
    const lines = [...models.describeProfile(profile, table), ...(compared === null ? [] : [compared])];
    process.stdout.write(`${lines.join("\n")}\n\nwritten to ${join(out, "profile.json")} and exits.npz\n`);
  },
};
