import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, scenarioFile, temporaryFolder } from "./offramp.ts";

/** The file as written is done in no time; the only replication of the point takes minutes. */
const scenario = `
version: 1
title: one replication of minutes
model: { synthetic: { segments: [ { name: all, time: { exponential: 8 ms } } ] } }
nodes: { edge: { servers: 1 } }
workload: { edge: { arrivals: { poisson: 100 /s }, answer_to: nowhere } }
policies: { only: { exit: { rule: never }, place: { rule: only, node: edge } } }
run: { requests: 100, warmup: 0, replications: 1 }
sweep: { run.requests: [400000000] }
`;

const hertz = 100;
const startedAt = performance.now();

/** Processor time of a process so far [s], all threads together, where the system tells; else the time since these tests began. @see proc(5), fields 14 and 15 */
function busySeconds(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return (performance.now() - startedAt) / 1000;
  const fields = readFileSync(path, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / hertz;
}

test.each([
  ["SIGINT", 1],
  ["SIGTERM", 2],
] as const)("%s ends a run within a long replication and keeps what is done, %d threads", async (signal, workers) => {
  const out = temporaryFolder();
  const args = ["run", scenarioFile(scenario), "--out", out, "--no-report", "--workers", `${workers}`];
  const child = spawn(process.execPath, [join(root, "dist/offramp.js"), ...args]);
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  let told = "";
  child.stderr.on("data", (text) => {
    told += text;
  });
  // Its start and the file as written take half a second, the point minutes.
  while (busySeconds(child.pid!) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill(signal);
  expect(await ended).toBe(130);
  expect(told).toContain("interrupted: 1 finished part is kept");
  expect(existsSync(join(out, "result.json"))).toBe(false);
  expect(Object.keys(JSON.parse(readFileSync(join(out, "unfinished.json"), "utf8")).units)).toEqual(['["only",{}]']);
});
