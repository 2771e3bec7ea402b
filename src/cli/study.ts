import { join } from "node:path";
import type { CommandModule } from "yargs";
import type { Picture } from "../report/picture.ts";
import { version } from "../version.ts";
import { prepareFolder, writeWhole } from "./files.ts";
import { onInterrupt } from "./interrupt.ts";
import { integer } from "./numbers.ts";
import { progressBar } from "./progress-bar.ts";

interface Options {
  readonly name: string;
  readonly dataset: string | undefined;
  readonly data: string | undefined;
  readonly epochs: number | undefined;
  readonly seeds: number | undefined;
  readonly seed: number | undefined;
  readonly out: string | undefined;
  readonly quick: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

export const studyCommand: CommandModule<object, Options> = {
  command: "study <name>",
  describe: "re-test published claims on real data",
  builder: (y) =>
    y
      .positional("name", {
        type: "string",
        demandOption: true,
        choices: ["why-early-exits"],
        describe: "why-early-exits: time, training, tiers and overthinking, with and without exits",
      })
      .option("dataset", {
        type: "string",
        requiresArg: true,
        describe:
          "rows for the deep network: a known set (offramp data list), a csv or npz file (default: fashion-small)",
      })
      .option("data", { type: "string", requiresArg: true, describe: "folder of the data set" })
      .option("epochs", {
        type: "string",
        requiresArg: true,
        coerce: integer("epochs", { min: 1, max: 1000 }),
        describe: "of the deep network (default: 8)",
      })
      .option("seeds", {
        type: "string",
        requiresArg: true,
        coerce: integer("seeds", { min: 2, max: 1000 }),
        describe: "runs of the deep network with and without exits (default: 5)",
      })
      .option("seed", {
        type: "string",
        requiresArg: true,
        coerce: integer("seed", { min: 0, max: 1e9 }),
        describe: "the first of them (default: 0)",
      })
      .option("quick", {
        type: "boolean",
        default: false,
        describe: "few rows, epochs and seeds: to see it work, not to conclude from",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "folder for the results (default: reports/<name>)",
      })
      .example("$0 study why-early-exits", "about four minutes") as never,
  handler: async (options) => {
    const { limits, quickPlan, usualPlan, whyEarlyExits } = await import("../study/index.ts");
    const { fileResources } = await import("../scenario/files.ts");
    const { dataset, data, epochs, seeds, seed } = options;
    const given = Object.fromEntries(
      Object.entries({ dataset, data, epochs, seeds, seed }).filter(([, value]) => value !== undefined),
    );
    const plan = { ...(options.quick ? quickPlan : usualPlan), ...given };
    const out = options.out ?? join("reports", options.name);
    prepareFolder(out);
    const bar = progressBar(options.quiet);
    const interrupt = onInterrupt();
    try {
      const sections = await whyEarlyExits(
        plan,
        fileResources(process.cwd()),
        (share, note) => bar.update(share, note),
        () => interrupt.throwIfAsked(),
      );
      bar.end();
      const findings = sections.map(({ id, title, findings: list }) => ({ section: id, title, findings: list }));
      const { drawFigure } = await import("../report/picture.ts");
      const { drawGallery } = await import("../report/gallery.ts");
      const { renderStudy } = await import("../report/html/study-page.ts");
      const galleries = new Map<string, Picture[]>();
      const keep = (picture: Picture): Picture => {
        writeWhole(join(out, "charts", `${picture.name}.png`), picture.png);
        return picture;
      };
      for (const { id, figures, galleries: shown, files } of sections) {
        for (const figure of figures) keep(await drawFigure(figure));
        galleries.set(id, []);
        for (const gallery of shown) galleries.get(id)!.push(keep(await drawGallery(gallery)));
        for (const [name, content] of Object.entries(files)) writeWhole(join(out, name), content);
      }
      const result = {
        format: "offramp/study",
        version: 1,
        offramp: version,
        study: options.name,
        plan: { ...plan, mostRows: Number.isFinite(plan.mostRows) ? plan.mostRows : null },
        findings,
        limits,
        data: Object.fromEntries(sections.map(({ id, data: of }) => [id, of])),
      };
      const text = `${JSON.stringify(result, null, 1)}\n`;
      writeWhole(join(out, "result.json"), text);
      const page = renderStudy({
        title: "Why early exits?",
        question: "What leaving a network early is said to be good for, re-tested on real data.",
        meta: `${plan.seeds} seeds · ${plan.epochs} epochs · intervals at ${100 * plan.confidence} %${options.quick ? " · quick: too little to conclude from" : ""}`,
        sections: sections.map(({ id, title, method, findings: list, figures, galleries: shown }) => ({
          id,
          title,
          method,
          findings: list,
          figures,
          pictures: galleries.get(id)!.map(({ png }, i) => ({
            png,
            alt: shown[i]!.items.map(({ lines }) => lines.join(", ")).join("; "),
            caption: shown[i]!.finding,
          })),
        })),
        limits,
        command: `offramp ${process.argv.slice(2).join(" ")}`,
        version,
      });
      writeWhole(join(out, "report.html"), page);
      if (options.json) process.stdout.write(text);
      else {
        for (const { title, findings: list } of findings) {
          process.stdout.write(`${title}\n`);
          for (const { verdict, claim, text: seen } of list)
            process.stdout.write(`  ${verdict.padEnd(12)}  ${claim}\n${" ".repeat(16)}${seen}\n`);
        }
        if (options.quick) process.stdout.write("quick: too few rows and seeds to conclude from\n");
        process.stdout.write(`\nreport: ${join(out, "report.html")}\n`);
      }
    } finally {
      bar.end();
      interrupt.stop();
    }
  },
};
