// Runs the theory tests with seeds never used before: npm run test:theory:fresh, or with those of an earlier run: npm run test:theory:fresh -- --seed N
// Progress goes to stderr; stdout has a line for each fact and what it comes to. Chance alone takes one of about a hundred facts beyond four standard
// errors of forty replications (probability 1/3700 each) in one run of forty, so cases with a fact that is off run again with seeds of their own:
// a fact has failed when it is off twice.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const at = process.argv.indexOf("--seed");
const base = at < 0 ? Date.now() * 1000 : Number(process.argv[at + 1]);
if (!(Number.isSafeInteger(base) && base >= 0 && base < 2 ** 52)) {
  console.error(`--seed: expected an integer from 0 to 2^52, got ${process.argv[at + 1] ?? "nothing"}`);
  process.exit(2);
}
const again = `npm run test:theory:fresh -- --seed ${base}`;
const folder = mkdtempSync(join(tmpdir(), "offramp-theory-"));

/** Theory tests whose name begins with one of these cases, or all. */
function run(seed, cases) {
  const file = join(folder, `${seed}.jsonl`);
  const only = cases.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const report = join(folder, `${seed}.json`);
  const filter = only === "" ? [] : ["-t", only];
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
  spawnSync("npx", ["vitest", "run", "--config", "vitest.slow.config.ts", ...reporters, "test/theory", ...filter], {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, OFFRAMP_THEORY_SEED: String(seed), OFFRAMP_THEORY_FACTS: file },
  });
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  // Null when the run itself came to nothing.
  const wrong = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).numFailedTests : null;
  return { wrong, facts: lines.filter((line) => line !== "").map((line) => JSON.parse(line)) };
}

const digits = (value) => Number(value.toPrecision(6));
const off = ({ estimate, exact, error }) => (error > 0 ? (estimate - exact) / error : 0);
const line = (fact) =>
  `${fact.holds ? "holds" : "OFF  "}  ${fact.case} has ${fact.fact}: exact ${digits(fact.exact)}, estimate ${digits(fact.estimate)}, ` +
  `standard error ${((100 * fact.error) / Math.abs(fact.exact)).toFixed(3)} %, off by ${off(fact).toFixed(2)} standard errors`;

console.error(`theory tests with seed base ${base}; again with: ${again}`);
const { wrong, facts } = run(base, []);
for (const fact of facts) console.log(line(fact));
const unlucky = facts.filter(({ holds }) => !holds);
let failed = [];
if (unlucky.length > 0) {
  const second = base + 1_000_000;
  console.error(`${unlucky.length} off; their cases once more with seed base ${second}`);
  const repeated = run(second, [...new Set(unlucky.map((fact) => fact.case))]).facts;
  for (const fact of repeated) console.log(`again: ${line(fact)}`);
  failed = unlucky.filter(
    (fact) => !repeated.some((other) => other.case === fact.case && other.fact === fact.fact && other.holds),
  );
}
rmSync(folder, { recursive: true });

// Whatever else failed: pipelines that are exact, a paired ratio, a crash.
const other = wrong === null || wrong > unlucky.length;
const largest = Math.max(0, ...facts.map((fact) => Math.abs(off(fact))));
if (failed.length === 0 && !other && facts.length > 0) {
  const chance = unlucky.length === 0 ? "" : `; ${unlucky.length} off at first, by chance`;
  console.log(
    `${facts.length} facts hold with fresh seeds, at most ${largest.toFixed(2)} standard errors off${chance}; seed base ${base}`,
  );
} else {
  for (const fact of failed) console.log(`failed: ${fact.case} has ${fact.fact}`);
  if (other || facts.length === 0) console.log("failed: a test that is not of a fact, see above");
  console.log(`failed with seed base ${base}; again with: ${again}`);
  process.exitCode = 1;
}
