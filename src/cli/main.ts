/** The command line. A command's file is loaded only when that command is asked for, so that the tool starts fast. */
import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { version } from "../version.ts";
import { UsageError } from "./numbers.ts";

type Command = CommandModule<object, never>;

interface Entry {
  readonly command: string;
  readonly describe: string;
  readonly load: () => Promise<Command>;
}

const entry = (command: string, describe: string, load: () => Promise<unknown>): Entry => ({
  command,
  describe,
  load: load as () => Promise<Command>,
});

const commands: readonly Entry[] = [
  entry(
    "run <file..>",
    "simulate every policy of a scenario, compare, report",
    async () => (await import("./run.ts")).runCommand,
  ),
  entry(
    "validate <file..>",
    "check scenarios without running them",
    async () => (await import("./validate.ts")).validateCommand,
  ),
  entry(
    "explain <file>",
    "every default of a scenario and where its number comes from",
    async () => (await import("./explain.ts")).explainCommand,
  ),
  entry(
    "list <what>",
    "what ships: devices, links, models, profiles, policies, scenarios, engines",
    async () => (await import("./list.ts")).listCommand,
  ),
  entry(
    "check-rule <file>",
    "whether a rule of your own keeps what every rule promises",
    async () => (await import("./check-rule.ts")).checkRuleCommand,
  ),
  entry("init [dir]", "write a first scenario", async () => (await import("./init.ts")).initCommand),
  entry("train <model>", "train a multi-exit model", async () => (await import("./train.ts")).trainCommand),
  entry(
    "import <table>",
    "take in a TensorFlow.js model, or what a model measured elsewhere said",
    async () => (await import("./import.ts")).importCommand,
  ),
  entry("data <action> [name]", "data sets: list, get", async () => (await import("./data.ts")).dataCommand),
  entry("profile <model>", "measure a model on this host", async () => (await import("./profile.ts")).profileCommand),
  entry(
    "calibrate-exits <profile>",
    "temperatures of exits, and thresholds for an accuracy, a budget or shares",
    async () => (await import("./calibrate-exits.ts")).calibrateExitsCommand,
  ),
  entry("study <name>", "re-test published claims on real data", async () => (await import("./study.ts")).studyCommand),
  entry(
    "compare <run..>",
    "finished runs, or the policies of one: differences, verdicts, the front",
    async () => (await import("./compare.ts")).compareCommand,
  ),
  entry(
    "report <run..>",
    "draw the report of finished runs again",
    async () => (await import("./report.ts")).reportCommand,
  ),
];

/** What may be given several times; yargs makes a list of anything else that is, `--out a --out b`, and asks nobody. */
const repeatable: readonly string[] = ["_", "file", "run", "set", "option"];
/** One value that is a list once it is read; its reader refuses several. */
const lists: readonly string[] = ["loss-weights", "lossWeights", "input"];

function onlyOnce(given: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(given)) {
    if (!Array.isArray(value) || repeatable.includes(name) || lists.includes(name)) continue;
    throw new UsageError(`--${name}\n  expected  one value\n  got       ${value.length}: ${value.join(", ")}`);
  }
  return true;
}

/** Ends with one of the codes of the manual: 0 fine, 1 a fault of ours, 2 a mistake in what the user gave, 3 an expectation failed, 130 interrupted. */
async function main(argv: readonly string[]): Promise<void> {
  const asked = commands.find(({ command }) => command.split(" ")[0] === argv[0]);
  let parser = yargs([...argv])
    .scriptName("offramp")
    .usage(
      "$0 <command>\n\nWhere should a request leave the network? Simulates early-exit neural networks over 5G and fog.",
    )
    .version(version)
    .option("json", {
      type: "boolean",
      default: false,
      describe: "print the result as JSON on stdout, nothing else there",
    })
    .option("quiet", { type: "boolean", default: false, describe: "no progress on stderr" })
    .option("color", {
      type: "boolean",
      default: true,
      describe: "colours on a terminal; --no-color switches them off",
    })
    .strict()
    .check(onlyOnce)
    .demandCommand(1, "which command?")
    .recommendCommands()
    .parserConfiguration({
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "duplicate-arguments-array": true,
    })
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .exitProcess(false)
    .epilogue(
      "exit codes: 0 fine, 1 a fault of ours, 2 a mistake in the input, 3 an expectation failed, 130 interrupted",
    )
    .fail((message, error) => {
      // yargs wraps what a coercion throws.
      if (error && error.name !== "YError") throw error;
      const command = asked === undefined ? "" : ` ${asked.command.split(" ")[0]}`;
      throw new UsageError(error ? error.message : `${message}\n  hint      offramp${command} --help`);
    });
  // The work is done once yargs is through with it: it would write its help beforehand, in case the work takes long.
  let work: () => unknown = () => {};
  for (const { command, describe, load } of commands) {
    if (command === asked?.command) {
      const module = await load();
      parser = parser.command({
        ...module,
        handler: (options) => {
          work = () => module.handler(options);
        },
      });
    } else
      parser = parser.command(
        command,
        describe,
        (y) => y,
        () => {},
      );
  }
  await parser.parseAsync();
  await work();
}

// Whoever reads our output may stop early, as `head` does: nothing is wrong then, and files are still written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

main(hideBin(process.argv)).catch((error: unknown) => {
  const code = (error as { exitCode?: unknown } | null)?.exitCode;
  if (typeof code === "number" && code !== 1) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = code;
    return;
  }
  process.stderr.write(
    `${error instanceof Error ? error.stack : String(error)}\n\nThis is a fault of offramp ${version}, please report it with the command and its input.\n`,
  );
  process.exitCode = 1;
});
