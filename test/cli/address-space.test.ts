import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AddressSpaceError } from "../../src/sim/loop/event-loop.ts";
import { root, temporaryFolder } from "./offramp.ts";

const command = (options: string): string => {
  const run = `run ${join(root, "scenarios/queue-of-one-server-is-textbook.yaml")} --no-report --quiet --set run.requests=1000`;
  return `ulimit -v 4000000; ${options} exec ${process.execPath} ${join(root, "dist/offramp.js")} ${run} --out ${temporaryFolder()}`;
};

/** Shells elsewhere may lack `ulimit -v`, and systems may not mind it. */
test.skipIf(process.platform !== "linux")("a process held to 4 GB of addresses says how to do without more", () => {
  const held = spawnSync("sh", ["-c", command("NODE_OPTIONS=")], { encoding: "utf8" });
  expect([held.status, held.stderr]).toEqual([2, `${new AddressSpaceError(null).message}\n`]);
  const without = spawnSync("sh", ["-c", command("NODE_OPTIONS=--disable-wasm-trap-handler")], { encoding: "utf8" });
  // 3: what the scenario expects of a million requests need not hold for a thousand.
  expect(without.stderr).toBe("");
  expect([0, 3]).toContain(without.status);
});
