// Writes what moved in test/golden/fingerprints/ anew, and why, to the log beside it: npm run golden -- --reason "why results move"
import { spawnSync } from "node:child_process";

const at = process.argv.indexOf("--reason");
const reason = at < 0 ? "" : (process.argv[at + 1] ?? "").trim().replace(/\s+/g, " ");
if (reason.length < 10) {
  console.error('a reason is needed: npm run golden -- --reason "why results move"');
  process.exit(2);
}
const { status } = spawnSync("npx", ["vitest", "run", "test/golden"], {
  stdio: "inherit",
  env: { ...process.env, OFFRAMP_GOLDEN_REASON: reason },
});
process.exitCode = status ?? 1;
