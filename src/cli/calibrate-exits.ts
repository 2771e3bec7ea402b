import { join } from "node:path";
import type { CommandModule } from "yargs";
import {
  type Goal,
  outcomeOf,
  type Reliability,
  reliability,
  type ScoredRows,
  temperaturesOf,
  tempered,
  thresholdsFor,
} from "../experiment/exit-calibration.ts";
import type { Profile } from "../profile.ts";
import { fileResources } from "../scenario/files.ts";
import { writeWhole } from "./files.ts";
import { number, UsageError } from "./numbers.ts";
import { columns } from "./table.ts";

interface Options {
  readonly profile: string;
  readonly accuracy: number | undefined;
  readonly budget: number | undefined;
  readonly shares: string | undefined;
  readonly scaled: boolean;
  readonly out: string | undefined;
  readonly json?: boolean;
}

export const calibrateExitsCommand: CommandModule<object, Options> = {
  command: "calibrate-exits <profile>",
  describe: "temperatures of exits, and thresholds for an accuracy, a budget or shares",
  builder: (y) =>
    y
      .positional("profile", { type: "string", demandOption: true, describe: "shipped profile, or folder of one" })
      .option("accuracy", {
        type: "string",
        requiresArg: true,
        coerce: number("accuracy", { min: 0, max: 1 }),
        describe: "cheapest thresholds with at least this accuracy on calibration rows",
      })
      .option("budget", {
        type: "string",
        requiresArg: true,
        coerce: number("budget", { min: 0, max: 1 }),
        describe: "thresholds that spend this share of the whole network's time (MSDNet's budgeted batch)",
      })
      .option("shares", {
        type: "string",
        requiresArg: true,
        describe: "thresholds by which these shares leave at each exit but the last, such as 0.5,0.3",
      })
      .option("scaled", {
        type: "boolean",
        default: false,
        describe: "thresholds on temperature-scaled probabilities, for the rule calibrated",
      })
      .option("out", { type: "string", requiresArg: true, describe: "folder for reliability diagrams" })
      .example("$0 calibrate-exits b-lenet-fashion --accuracy 0.9", "thresholds to paste into a scenario") as never,
  handler: async (argv) => {
    const { profile, table: read } = fileResources(process.cwd()).profile(argv.profile);
    const table = read();
    const { calibration, classes } = table;
    if (calibration === null)
      throw new UsageError(`${argv.profile}\n  expected  calibration rows (split 0) in exits.npz\n  got       none`);
    const names = profile.exits.map(({ name }) => name);
    if (calibration.scores.some((exit) => exit.logits === null)) {
      throw new UsageError(`${argv.profile}\n  expected  a table of logits\n  got       scores alone`);
    }
    const goal = goalOf(argv, names.length);
    const evaluation: ScoredRows = { rows: table.rows, labels: table.labels, scores: table.scores };
    const temperatures = temperaturesOf(calibration, classes);
    const after = tempered(evaluation, classes, temperatures);
    const exits = names.map((name, k) => ({
      name,
      temperature: temperatures[k]!,
      before: reliability(evaluation.scores[k]!, evaluation.labels),
      after: reliability(after.scores[k]!, evaluation.labels),
    }));
    const chosen =
      goal === null ? null : choose(goal, argv.scaled, { calibration, evaluation, classes, temperatures, profile });
    if (argv.out !== undefined) await draw(argv.out, profile.name, exits);
    if (argv.json === true) {
      process.stdout.write(`${JSON.stringify({ profile: profile.name, exits, thresholds: chosen }, null, 1)}\n`);
      return;
    }
    process.stdout.write(
      columns(
        ["exit", "temperature", "accuracy", "confidence", "calibration error", "after scaling"],
        exits.map(({ name, temperature, before, after: scaled }) => [
          name,
          temperature.toFixed(3),
          percent(before.accuracy),
          percent(before.confidence),
          percent(before.error),
          percent(scaled.error),
        ]),
      ),
    );
    process.stdout.write(
      `temperatures from ${calibration.rows} calibration rows, the rest on ${table.rows} evaluation rows\n`,
    );
    if (chosen !== null) {
      const shares = (list: readonly number[]): string => list.map((share) => (100 * share).toFixed(1)).join("/");
      process.stdout.write(
        `\n${chosen.rule}\n\n${columns(
          ["rows", "accuracy", "time", `left at ${names.join("/")} %`],
          [
            [
              "calibration",
              percent(chosen.calibration.accuracy),
              percent(chosen.calibration.cost),
              shares(chosen.calibration.shares),
            ],
            [
              "evaluation",
              percent(chosen.evaluation.accuracy),
              percent(chosen.evaluation.cost),
              shares(chosen.evaluation.shares),
            ],
          ],
        )}time: mean, as a share of running every segment and head\n`,
      );
    }
    if (argv.out !== undefined) process.stdout.write(`\nreliability diagrams in ${argv.out}\n`);
  },
};

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;

function goalOf({ accuracy, budget, shares }: Options, exits: number): Goal | null {
  if ([accuracy, budget, shares].filter((each) => each !== undefined).length > 1) {
    throw new UsageError("--accuracy, --budget, --shares\n  expected  one of them\n  got       several");
  }
  if (accuracy !== undefined) return { kind: "accuracy", floor: accuracy };
  if (budget !== undefined) return { kind: "budget", share: budget };
  if (shares === undefined) return null;
  const one = number("shares", { min: 0, max: 1 });
  const values = shares.split(",").map((part) => one(part)!);
  if (values.length !== exits - 1 || values.reduce((a, b) => a + b, 0) > 1) {
    throw new UsageError(
      `--shares\n  expected  ${exits - 1} shares of at most 1 in all, one for each exit but the last\n  got       ${shares}`,
    );
  }
  return { kind: "shares", shares: values };
}

/** Time until each exit has spoken, every head before it included, as a share of the whole; central times at batch 1. */
function timeShares({ segments, exits }: Profile): number[] {
  const central = (times: readonly { batch: number; quantiles_s: readonly number[] }[]): number => {
    const { quantiles_s } = times.find(({ batch }) => batch === 1)!;
    return quantiles_s[(quantiles_s.length - 1) / 2]!;
  };
  let sum = 0;
  const until = segments.flatMap(({ name, trunk, head }) => {
    sum += central(trunk.time) + (head === null ? 0 : central(head.time));
    return exits.some(({ after }) => after === name) ? [sum] : [];
  });
  return until.map((time) => time / sum);
}

interface Material {
  readonly calibration: ScoredRows;
  readonly evaluation: ScoredRows;
  readonly classes: number;
  readonly temperatures: readonly number[];
  readonly profile: Profile;
}

function choose(goal: Goal, scaled: boolean, { calibration, evaluation, classes, temperatures, profile }: Material) {
  const cost = timeShares(profile);
  const [fitted, judged] = [calibration, evaluation].map((rows) =>
    scaled ? tempered(rows, classes, temperatures) : rows,
  );
  const thresholds = thresholdsFor(fitted!, cost, goal);
  if (thresholds === null) {
    const most = outcomeOf(
      fitted!,
      profile.exits.slice(1).map(() => 2),
      cost,
    ).accuracy;
    throw new UsageError(
      `--accuracy\n  expected  an accuracy that the exits reach; the last alone has ${percent(most)} on calibration rows\n  got       ${percent((goal as { floor: number }).floor)}`,
    );
  }
  // Rounded up, so that what is pasted lets no more leave than what was found.
  const rounded = thresholds.map((value) => Math.min(1, Math.ceil(value * 1e4) / 1e4));
  const list = (values: readonly number[]): string =>
    profile.exits
      .slice(0, values.length)
      .map(({ name }, k) => `${name}: ${values[k]}`)
      .join(", ");
  const temperature = temperatures.map((value) => Number(value.toFixed(4)));
  return {
    rule: scaled
      ? `exit: { rule: calibrated, threshold: { ${list(rounded)} }, temperature: { ${list(temperature)} } }`
      : `exit: { rule: max-probability, threshold: { ${list(rounded)} } }`,
    thresholds: rounded,
    calibration: outcomeOf(fitted!, rounded, cost),
    evaluation: outcomeOf(judged!, rounded, cost),
  };
}

async function draw(
  out: string,
  model: string,
  exits: readonly { name: string; before: Reliability; after: Reliability }[],
): Promise<void> {
  const { reliabilityFigure } = await import("../report/charts/reliability.ts");
  const { drawFigure } = await import("../report/picture.ts");
  for (const [which, what] of [
    ["before", "as trained"],
    ["after", "temperature-scaled"],
  ] as const) {
    const curves = exits.map((exit) => ({ name: exit.name, ...exit[which] }));
    const picture = await drawFigure(reliabilityFigure(`reliability-${which}`, model, what, curves));
    writeWhole(join(out, `${picture.name}.png`), picture.png);
  }
}
