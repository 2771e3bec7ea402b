import type { CommandModule } from "yargs";
import { integer, number, UsageError } from "./numbers.ts";
import { progressBar } from "./progress-bar.ts";

interface TrainArguments {
  model: string;
  dataset: string | undefined;
  data: string | undefined;
  out: string | undefined;
  epochs: number | undefined;
  batch: number | undefined;
  seed: number | undefined;
  "learning-rate": number | undefined;
  "loss-weights": number[] | undefined;
  "calibration-rows": number | undefined;
  engine: string;
  resume: boolean;
  force: boolean;
  json?: boolean;
  quiet?: boolean;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train <model>",
  describe: "train a multi-exit model",
  builder: (yargs) =>
    yargs
      .positional("model", { type: "string", demandOption: true, describe: "b-lenet or resnet-8" })
      .option("dataset", {
        type: "string",
        requiresArg: true,
        describe: "a known set (offramp data list), a csv or npz file, or a folder with train.csv and test.csv",
      })
      .option("data", {
        type: "string",
        requiresArg: true,
        describe: "folder of the data set (default: where its package puts it)",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder of the model (default: trained/<model name>)",
      })
      .option("epochs", {
        type: "string",
        requiresArg: true,
        coerce: integer("epochs", { min: 1, max: 10_000 }),
        describe: "passes over the training rows",
      })
      .option("batch", {
        type: "string",
        requiresArg: true,
        coerce: integer("batch", { min: 1, max: 4096 }),
        describe: "rows of one step",
      })
      .option("seed", {
        type: "string",
        requiresArg: true,
        coerce: integer("seed", { min: 0 }),
        describe: "of first weights, order and augmentation",
      })
      .option("learning-rate", {
        type: "string",
        requiresArg: true,
        coerce: number("learning-rate", { min: 1e-9, max: 10 }),
        describe: "peak of the cosine",
      })
      .option("loss-weights", {
        type: "string",
        requiresArg: true,
        coerce: numberList("loss-weights"),
        describe: "one per exit, such as 0.3,0.3,1",
      })
      .option("calibration-rows", {
        type: "string",
        requiresArg: true,
        coerce: integer("calibration-rows", { min: 1 }),
        describe: "rows at the training set's end that are never trained on",
      })
      .option("engine", {
        type: "string",
        default: "wasm",
        choices: ["wasm", "cpu", "tfjs-node"],
        describe: "what computes; shipped weights are from wasm",
      })
      .option("resume", { type: "boolean", default: false, describe: "go on with the interrupted run in --out" })
      .option("force", { type: "boolean", default: false, describe: "write over a model or run in --out" })
      .epilogue(
        "Defaults reproduce the shipped weights. Ctrl-C saves the run; --resume goes on with it to the same result.",
      )
      .example("$0 train b-lenet", "trains the shipped model again"),
  handler: async (argv) => {
    const { loadDataset, modelName, train, UserError, zoo } = await import("../models/index.ts");
    const entry = Object.hasOwn(zoo, argv.model) ? zoo[argv.model] : undefined;
    if (entry === undefined) {
      throw new UserError("model", { expected: Object.keys(zoo).join(" or "), got: JSON.stringify(argv.model) });
    }
    const exits = entry.spec.blocks.filter((block) => block.head !== null).map((block) => block.name);
    const lossWeights = argv["loss-weights"] ?? entry.training.lossWeights;
    if (lossWeights.length !== exits.length) {
      throw new UserError("--loss-weights", {
        expected: `${exits.length} numbers, one per exit (${exits.join(", ")})`,
        got: `${lossWeights.length}`,
      });
    }
    const plan = {
      ...entry.training,
      epochs: argv.epochs ?? entry.training.epochs,
      batch: argv.batch ?? entry.training.batch,
      seed: argv.seed ?? entry.training.seed,
      learningRate: argv["learning-rate"] ?? entry.training.learningRate,
      calibrationRows: argv["calibration-rows"] ?? entry.training.calibrationRows,
      lossWeights,
    };
    const dataset = loadDataset(argv.dataset ?? entry.dataset, argv.data);
    if (dataset.shape.join() !== entry.spec.input.join()) {
      throw new UserError(`data set ${dataset.name}`, {
        expected: `samples of ${entry.spec.input.join(" x ")}, as ${argv.model} takes`,
        got: dataset.shape.join(" x "),
      });
    }
    const name = modelName(argv.model, dataset.name);
    const out = argv.out ?? `trained/${name}`;
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once("SIGINT", interrupt);
    let bar: ReturnType<typeof progressBar> | undefined;
    try {
      const result = await train({
        name,
        spec: { ...entry.spec, normalise: dataset.normalise, classes: dataset.classes },
        dataset,
        plan,
        out,
        resume: argv.resume,
        force: argv.force,
        engine: argv.engine as "wasm",
        signal: stop.signal,
        onProgress: ({ epoch, epochs, step, steps, done, resumedAt, losses }) => {
          bar ??= progressBar(argv.quiet === true, resumedAt);
          const loss = losses.map((value) => value.toFixed(3)).join(" ");
          bar.update(done, `epoch ${epoch + 1}/${epochs} step ${step}/${steps} loss ${loss}`);
        },
        onEpoch: (record) => {
          bar?.end();
          const accuracy = record.calibrationAccuracy.map((value, i) => `${exits[i]} ${percent(value)}`).join("  ");
          if (argv.quiet !== true)
            process.stderr.write(`epoch ${record.epoch}: accuracy on calibration rows  ${accuracy}\n`);
        },
      });
      if (argv.json === true) {
        process.stdout.write(
          `${JSON.stringify({ out, weights_sha256: result.model.weightsSha256, training: result.model.training }, null, 1)}\n`,
        );
        return;
      }
      const lines = result.test.map(
        ({ accuracy, loss }, i) => `  ${exits[i]!.padEnd(10)} ${percent(accuracy)}   loss ${loss.toFixed(4)}`,
      );
      process.stdout.write(`${name}: accuracy on the ${dataset.test.count} test rows\n${lines.join("\n")}\n`);
      process.stdout.write(`model in ${out}, weights ${result.model.weightsSha256.slice(0, 12)}\n`);
    } finally {
      bar?.end();
      process.removeListener("SIGINT", interrupt);
    }
  },
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Reads "0.3,0.3,1". */
function numberList(name: string): (raw: unknown) => number[] | undefined {
  const one = number(name, { min: 0, max: 1000 });
  return (raw) => {
    if (raw === undefined) return undefined;
    if (typeof raw !== "string")
      throw new UsageError(`--${name}\n  expected  numbers joined by commas\n  got       ${raw}`);
    const values = raw.split(",").map((part) => one(part)!);
    if (!values.some((value) => value > 0))
      throw new UsageError(`--${name}\n  expected  a number above 0 among them\n  got       ${raw}`);
    return values;
  };
}
