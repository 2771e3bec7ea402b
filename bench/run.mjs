// `npm run bench`: the two bench workloads, the command line as users run it, beside the same models in C++ and SimPy; a table of ratios.
// CPU seconds of whole processes, start-up included; all commands in turn, round after round; the median of the rounds' ratios.
// --quick: 4 M instead of 10 M requests against C++, 100,000 instead of 1 M against SimPy; --rounds N; --json.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleCommandLine, root } from "../scripts/bundle.mjs";
import { compileEventLoop, moduleOf } from "../scripts/event-loop.mjs";
import { cases, commandsOf } from "./cases.mjs";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean" }, json: { type: "boolean" }, rounds: { type: "string", default: "3" } },
});
const sizes = options.quick ? { large: 4e6, simpy: 1e5 } : { large: 1e7, simpy: 1e6 };
const folder = mkdtempSync(join(tmpdir(), "offramp-bench-"));
const say = (text) => process.stderr.write(`${text}\n`);

/** First of the commands that exits with 0 when asked this; null when none does. */
const firstThat = (commands, ...question) => commands.find((c) => spawnSync(c, question).status === 0) ?? null;

function measure(python, command) {
  const printed = execFileSync(python, [join(root, "bench/measure.py"), ...command], { encoding: "utf8" });
  const { cpu, mb, code } = JSON.parse(printed);
  // 3: what the scenario expects of a million requests does not hold for a thousand, or cannot be said without counting.
  if (code !== 0 && code !== 3) throw new Error(`failed: ${command.join(" ")}`);
  return { cpu, mb };
}

/** The command line without counting; see src/sim/counting.ts. */
const withoutCounting = {
  name: "without-counting",
  async setup(build) {
    const counting = "export const counting = false;";
    const code = moduleOf(await compileEventLoop({ "counting.ts": counting }));
    build.onLoad({ filter: /sim[\\/]counting\.js$/ }, () => ({ contents: counting }));
    build.onLoad({ filter: /sim[\\/]loop[\\/]code\.js$/ }, () => ({ contents: code }));
  },
};

async function prepare() {
  if (!existsSync(join(root, "dist/offramp.cjs"))) throw new Error("dist/ is not there: npm run build");
  const measuring = firstThat(["python3", "/usr/bin/python3"], "-c", "import os, json");
  if (measuring === null) throw new Error("python3 is not there: bench/measure.py needs it");
  const python = firstThat(["/usr/bin/python3", "python3"], "-c", "import simpy");
  if (python === null) say("skipped: SimPy is not there (Debian: python3-simpy3)");
  const compiler = firstThat(["g++", "clang++"], "--version");
  if (compiler === null) say("skipped: C++ is not there (Debian: g++)");
  const cpp = compiler === null ? null : join(folder, "chain");
  if (cpp !== null) execFileSync(compiler, ["-O3", "-o", cpp, join(root, "bench/peers/chain.cpp")]);
  // Inside dist/, where it finds the package's files.
  const least = join(root, "dist/least");
  await bundleCommandLine(least, [withoutCounting]);
  const places = { program: join(root, "dist/offramp.js"), least: join(least, "offramp.js"), cpp, python };
  return { measuring, commands: commandsOf({ ...places, out: join(folder, "out") }, sizes) };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function runRounds(measuring, commands, rounds) {
  return Array.from({ length: rounds }, (_, round) => {
    say(`round ${round + 1} of ${rounds}`);
    const cpu = {};
    const mb = {};
    for (const [name, command] of Object.entries(commands)) {
      const used = measure(measuring, command);
      cpu[name] = used.cpu;
      mb[name] = used.mb;
    }
    return { cpu, mb };
  });
}

const digits = (value) => (value >= 10 ? value.toFixed(0) : value.toFixed(2));

function show(rows, seconds) {
  const lines = rows.map(({ what, figure, low, high, gate, aim, least, verdict }) => [
    what,
    Number.isNaN(figure) ? "—" : `${digits(figure)} (${digits(low)} to ${digits(high)})`,
    `${least ? "at least" : "at most"} ${gate}`,
    `${aim}`,
    verdict,
  ]);
  const table = [["what", "median (range)", "gate", "aim", ""], ...lines];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  const printed = table.map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join("  "));
  const used = Object.entries(seconds).map(([name, s]) => `${name} ${s.toFixed(2)}`);
  return `${printed.join("\n")}\n\nCPU seconds, medians: ${used.join(", ")}\n`;
}

try {
  const { measuring, commands } = await prepare();
  // Once for nothing: code is kept, files are in memory.
  for (const name of ["help", "short", "least"]) measure(measuring, commands[name]);
  const rounds = runRounds(measuring, commands, Number(options.rounds));
  const rows = cases.map(({ figure, ...rest }) => {
    const figures = rounds.map((round) => figure(round, sizes) ?? Number.NaN);
    const middle = median(figures);
    const holds = (limit) => (rest.least ? middle >= limit : middle <= limit);
    const verdict = Number.isNaN(middle) ? "skipped" : holds(rest.aim) ? "aim" : holds(rest.gate) ? "passed" : "FAILED";
    return { ...rest, figure: middle, low: Math.min(...figures), high: Math.max(...figures), verdict };
  });
  const seconds = Object.fromEntries(
    Object.keys(commands).map((name) => [name, median(rounds.map(({ cpu }) => cpu[name]))]),
  );
  if (options.json) {
    const host = { cpu: cpus()[0]?.model ?? "unknown", node: process.version };
    process.stdout.write(`${JSON.stringify({ host, sizes, rows, cpu_s: seconds, rounds }, null, 1)}\n`);
  } else process.stdout.write(show(rows, seconds));
  if (rows.some(({ verdict }) => verdict === "FAILED")) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
