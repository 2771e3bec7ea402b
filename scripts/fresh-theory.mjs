// Runs the theory tests with seeds never used before, and says which, so that a failure can be had again: npm run test:theory:fresh -- --seed N
// Chance alone takes one of about sixty facts beyond four standard errors of forty replications (probability 1/3700 each) in one run of sixty.
import { spawnSync } from "node:child_process";

const at = process.argv.indexOf("--seed");
const base = at < 0 ? Date.now() * 1000 : Number(process.argv[at + 1]);
if (!(Number.isSafeInteger(base) && base >= 0)) throw new Error("--seed N: an integer from 0 to 2^53");
const again = `npm run test:theory:fresh -- --seed ${base}`;
console.log(`theory tests with seed base ${base}; again with: ${again}`);
const { status } = spawnSync("npx", ["vitest", "run", "--config", "vitest.slow.config.ts", "test/theory"], {
  stdio: "inherit",
  env: { ...process.env, OFFRAMP_THEORY_SEED: String(base) },
});
if (status !== 0) console.log(`failed with seed base ${base}; again with: ${again}`);
process.exitCode = status ?? 1;
