import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import type { Block, Dataset, ExitPlacement, HeadName, Model, TrainingMethod, ZooEntry } from "../models/index.ts";
import { writeWhole } from "./files.ts";
import { integer, number, UsageError } from "./numbers.ts";
import { placement } from "./placement.ts";
import { progressBar } from "./progress-bar.ts";

interface TrainArguments {
  model: string;
  dataset: string | undefined;
  data: string | undefined;
  out: string | undefined;
  exits: ExitPlacement | undefined;
  head: string | undefined;
  width: number | undefined;
  epochs: number | undefined;
  batch: number | undefined;
  seed: number | undefined;
  "learning-rate": number | undefined;
  "loss-weights": number[] | undefined;
  "calibration-rows": number | undefined;
  mirror: boolean | undefined;
  shift: number | undefined;
  method: string | undefined;
  optimiser: string | undefined;
  schedule: string | undefined;
  patience: number | undefined;
  "compute-price": number | undefined;
  gates: boolean;
  engine: string;
  resume: boolean;
  finish: boolean;
  force: boolean;
  json?: boolean;
  quiet?: boolean;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train <model>",
  describe: "train a multi-exit model",
  builder: (yargs) =>
    yargs
      .positional("model", {
        type: "string",
        demandOption: true,
        describe: "a network (offramp list models), or an imported model",
      })
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
      .option("exits", {
        type: "string",
        requiresArg: true,
        coerce: placement,
        describe: "every, names of units, or fractions of the computation such as 0.2,0.5 (default: the network's)",
      })
      .option("head", {
        type: "string",
        requiresArg: true,
        choices: ["pool", "mixed", "conv", "bottleneck"],
        describe: "shape of early heads (default: the network's)",
      })
      .option("width", {
        type: "string",
        requiresArg: true,
        coerce: number("width", { min: 0.01, max: 16 }),
        describe: "factor on all channel counts",
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
      .option("mirror", {
        type: "boolean",
        describe: "mirror half of the training images; --no-mirror for digits and text",
      })
      .option("shift", {
        type: "string",
        requiresArg: true,
        coerce: integer("shift", { min: 0, max: 64 }),
        describe: "move training images by up to so many pixels",
      })
      .option("method", {
        type: "string",
        requiresArg: true,
        choices: ["joint", "layer-wise", "heads", "distillation", "branching"],
        describe: "how the exits are trained (default: joint)",
      })
      .option("optimiser", { type: "string", requiresArg: true, choices: ["adam", "sgd"], describe: "default: adam" })
      .option("schedule", {
        type: "string",
        requiresArg: true,
        choices: ["cosine", "steps", "constant"],
        describe: "of the learning rate (default: cosine)",
      })
      .option("patience", {
        type: "string",
        requiresArg: true,
        coerce: integer("patience", { min: 1 }),
        describe: "stop after so many epochs without a lower loss on calibration rows; the best weights are kept",
      })
      .option("compute-price", {
        type: "string",
        requiresArg: true,
        coerce: number("compute-price", { min: 0, max: 100 }),
        describe: "of branching: price of the whole network's computation in nats (default: 0.3)",
      })
      .option("gates", {
        type: "boolean",
        default: false,
        describe: "then fit a gate to every early exit: how likely it is right, for the rule gate with score: stored",
      })
      .option("engine", {
        type: "string",
        default: "wasm",
        choices: ["wasm", "cpu", "tfjs-node"],
        describe: "what computes; shipped weights are from wasm",
      })
      .option("resume", { type: "boolean", default: false, describe: "go on with the interrupted run in --out" })
      .option("finish", {
        type: "boolean",
        default: false,
        describe: "with --resume: end the run where its checkpoint stands, with those weights",
      })
      .option("force", { type: "boolean", default: false, describe: "write over a model or run in --out" })
      .epilogue(
        "Defaults are those of the shipped weights. Ctrl-C saves the run; --resume goes on with it to the same result.",
      )
      .example("$0 train b-lenet", "trains the shipped model again"),
  handler: async (argv) => {
    const { loadDataset, modelName, rampWeights, train, UserError, zoo } = await import("../models/index.ts");
    const own = Object.hasOwn(zoo, argv.model) ? null : await importedModel(argv);
    const entry = own?.entry ?? zoo[argv.model]!;
    if (argv.finish && !argv.resume) throw new UserError("--finish", { expected: "--resume beside it", got: "none" });
    const set = argv.dataset ?? entry.dataset;
    if (set === null)
      throw new UserError("--dataset", { expected: `rows to train ${argv.model} on: a csv or npz file`, got: "none" });
    const dataset = own === null ? loadDataset(set, argv.data) : own.fit(loadDataset(set, argv.data));
    const blocks = own?.model.spec.blocks ?? built(argv, zoo[argv.model]!, dataset);
    const exits = blocks.filter((block) => block.head !== null).map((block) => block.name);
    const usual =
      entry.training.lossWeights.length === exits.length ? entry.training.lossWeights : rampWeights(exits.length);
    const lossWeights = argv["loss-weights"] ?? usual;
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
      // A user's own rows may be few: a tenth of them then.
      calibrationRows:
        argv["calibration-rows"] ??
        Math.max(
          1,
          Math.min(entry.training.calibrationRows || Number.POSITIVE_INFINITY, Math.floor(dataset.train.count / 10)),
        ),
      lossWeights,
      augment: {
        mirror: argv.mirror ?? entry.training.augment.mirror,
        shift: argv.shift ?? entry.training.augment.shift,
      },
      ...(argv.method === undefined ? {} : { method: argv.method as TrainingMethod }),
      ...(argv.optimiser === undefined ? {} : { optimiser: argv.optimiser as "adam" }),
      ...(argv.schedule === undefined ? {} : { schedule: argv.schedule as "cosine" }),
      ...(argv.patience === undefined ? {} : { patience: argv.patience }),
      ...(argv.gates ? { gates: true } : {}),
      ...(argv["compute-price"] === undefined ? {} : { computePrice: argv["compute-price"] }),
    };
    const name = own?.model.name ?? modelName(argv.model, dataset.name);
    // Heads belong to the model they were attached to, so they are trained where it is.
    const out = argv.out ?? own?.folder ?? `trained/${name}`;
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once("SIGINT", interrupt);
    let bar: ReturnType<typeof progressBar> | undefined;
    try {
      const result = await train({
        name,
        spec: {
          name: own?.model.spec.name ?? argv.model,
          input: dataset.shape,
          normalise: own?.model.spec.normalise ?? dataset.normalise,
          classes: dataset.classes,
          blocks,
        },
        ...(own === null ? {} : { imported: own.model.imported ?? null }),
        dataset,
        plan,
        out,
        resume: argv.resume,
        finishNow: argv.finish,
        force: argv.force || own?.isFresh(out) === true,
        engine: argv.engine as "wasm",
        signal: stop.signal,
        onProgress: ({ epoch, epochs, step, steps, done, resumedAt, losses }) => {
          bar ??= progressBar(argv.quiet === true, resumedAt);
          const loss = losses.map((value) => (Number.isNaN(value) ? "—" : value.toFixed(3))).join(" ");
          bar.update(done, `epoch ${epoch + 1}/${epochs} step ${step}/${steps} loss ${loss}`);
        },
        onEpoch: (record) => {
          bar?.end();
          const accuracy = record.calibrationAccuracy.map((value, i) => `${exits[i]} ${percent(value)}`).join("  ");
          if (argv.quiet !== true)
            process.stderr.write(`epoch ${record.epoch}: accuracy on calibration rows  ${accuracy}\n`);
        },
      });
      bar?.end();
      const { learningCurves } = await import("../report/charts/learning-curves.ts");
      const { drawFigure } = await import("../report/picture.ts");
      // A run that was ended in its first epoch has no curve.
      if (result.log.length > 0)
        writeWhole(join(out, "training.png"), (await drawFigure(learningCurves(name, exits, result.log))).png);
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

/** A model of the user's, imported, whose new heads are to be trained. */
interface OwnModel {
  readonly model: Model;
  readonly folder: string;
  /** Training plan of heads on a frozen trunk. */
  readonly entry: Pick<ZooEntry, "dataset" | "training">;
  fit(dataset: Dataset): Dataset;
  /** Whether a folder holds the model as it was imported, which training completes. */
  isFresh(folder: string): boolean;
}

/** @throws UserError where there is no such model, or none of its heads is to be trained */
async function importedModel(argv: TrainArguments): Promise<OwnModel> {
  const models = await import("../models/index.ts");
  const unknown = (): never => {
    throw new models.UserError("model", {
      expected: `${Object.keys(models.zoo).join(" or ")}, or a model that offramp import made`,
      got: JSON.stringify(argv.model),
    });
  };
  const folder = models.findModel(argv.model) ?? unknown();
  const model = models.loadModel(folder);
  const heads = models.newHeads(model.spec).length;
  if (!models.isImported(model.spec) || heads === 0) {
    throw new models.UserError(`model ${argv.model}`, {
      expected: "an imported model with new heads, or the name of a network",
      got: heads === 0 ? "one whose exits all came with it" : `a trained ${model.spec.name}`,
      hint: heads === 0 ? "offramp profile measures it as it is" : `offramp train ${model.spec.name} begins anew`,
    });
  }
  for (const option of ["exits", "head", "width"] as const) {
    if (argv[option] !== undefined)
      throw new models.UserError(`--${option}`, {
        expected: "a network of the list",
        got: `the imported model ${model.name}`,
        hint: "import it again with other exits",
      });
  }
  const weights = model.spec.blocks.flatMap(({ head }) => (head === null ? [] : [1]));
  const training = {
    epochs: 8,
    batch: 64,
    seed: 0,
    lossWeights: weights,
    learningRate: 2e-3,
    weightDecay: 0.01,
    augment: { mirror: false, shift: 0 },
    calibrationRows: 5000,
  };
  return {
    model,
    folder,
    entry: { dataset: null, training },
    fit: (dataset) => models.fitDataset(dataset, model.spec),
    isFresh: (out) => out === folder && model.training === null && !existsSync(join(out, "checkpoint.npz")),
  };
}

/** The network as asked for; what does not fit is the user's mistake. */
function built(argv: TrainArguments, entry: Pick<ZooEntry, "build">, dataset: Dataset): Block[] {
  try {
    const blocks = entry.build({
      input: dataset.shape,
      classes: dataset.classes.length,
      ...(argv.width === undefined ? {} : { width: argv.width }),
      ...(argv.exits === undefined ? {} : { exits: argv.exits }),
      ...(argv.head === undefined ? {} : { head: argv.head as HeadName }),
    });
    if (typeof argv.exits === "object" && "fractions" in argv.exits && blocks.length <= argv.exits.fractions.length) {
      const after = blocks.map(({ name }) => name).join(", ");
      throw new RangeError(
        `exits at ${argv.exits.fractions.map((f) => `${100 * f} %`).join(", ")} of the computation: expected each in another unit before the last, got exits after ${after}`,
      );
    }
    return blocks;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `${argv.model} on ${dataset.name}, samples of ${dataset.shape.join(" x ")}\n  got       ${error.message}`,
    );
  }
}

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
