import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { promisesOf, type RuleKind } from "../experiment/promises.ts";
import { ScenarioError } from "../scenario/errors.ts";
import { fileResources } from "../scenario/files.ts";
import { UsageError } from "./numbers.ts";

interface Options {
  readonly file: string;
  readonly as: RuleKind;
  readonly option: readonly string[] | undefined;
  readonly json: boolean;
}

export const checkRuleCommand: CommandModule<object, Options> = {
  command: "check-rule <file>",
  describe: "whether a rule of your own keeps what every rule promises",
  builder: (y) =>
    y
      .positional("file", { type: "string", demandOption: true, describe: "the rule, .ts or .js" })
      .option("as", {
        type: "string",
        choices: ["exit", "place", "both"],
        default: "exit",
        requiresArg: true,
        describe: "what it decides",
      })
      .option("option", {
        type: "string",
        array: true,
        nargs: 1,
        requiresArg: true,
        describe: "name=value, an option of the rule, as in a scenario",
      })
      .example("$0 check-rule ./my-rule.ts --as place --option limit=4", "promise by promise") as never,
  handler: async ({ file, as, option = [], json }) => {
    const folder = dirname(resolve(file));
    const path = `./${relative(folder, resolve(file))}`;
    const options = option.map((text) => {
      const equals = text.indexOf("=");
      if (equals < 1) throw new UsageError(`--option\n  expected  name=value\n  got       ${JSON.stringify(text)}`);
      return `${text.slice(0, equals)}: ${text.slice(equals + 1)}`;
    });
    const among = as === "exit" || options.some((text) => text.startsWith("among:")) ? [] : ["among: [edge, cloud]"];
    const rule = `{ ${[`rule: ${JSON.stringify(path)}`, ...among, ...options].join(", ")} }`;
    const promises = await promisesOf(as, rule, fileResources(folder)).catch((error: unknown) => {
      throw error instanceof ScenarioError ? new UsageError(inFile(error, file)) : error;
    });
    const broken = promises.filter((promise) => promise.broken !== null);
    if (json) process.stdout.write(`${JSON.stringify({ file, as, promises }, null, 1)}\n`);
    else
      process.stdout.write(
        promises
          .map(({ promise, broken: why }) =>
            why === null ? `kept    ${promise}\n` : `broken  ${promise}\n${why.replace(/^/gm, "          ")}\n`,
          )
          .join(""),
      );
    if (broken.length > 0)
      throw new UsageError(
        `${file}\n  expected  a rule that keeps what every rule promises\n  got       ${broken.length} of ${promises.length} broken`,
      );
  },
};

/** Problems of the trial are those of the file: its own lines mean nothing to the user. */
function inFile({ problems }: ScenarioError, file: string): string {
  const shown = isAbsolute(file) ? file : relative(process.cwd(), resolve(file));
  return problems
    .map(({ path, expected, got, hint }) => {
      const where = path.replace(/^policies\.tried\.?/, "");
      return `${shown}  ${where}\n  expected  ${expected}\n  got       ${got}${hint === null ? "" : `\n  hint      ${hint}`}`;
    })
    .join("\n\n");
}
