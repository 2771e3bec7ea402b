import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

test("a scenario runs in a bundle made for a browser worker, without Node's modules", async () => {
  const bundle = await build({
    stdin: {
      contents: `
        import { prepareExperiment, runExperiment, version } from "./src/index.ts";
        globalThis.answer = async (text) => {
          const experiment = prepareExperiment(text, { path: "mm1.yaml" });
          const { result } = await runExperiment(experiment, { version });
          return JSON.stringify(result);
        };`,
      resolveDir: root,
      loader: "ts",
    },
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  const code = bundle.outputFiles[0]!.text;
  expect(code).not.toMatch(/\brequire\(|["']node:|tfjs|napi-rs/);
  // What a worker has and the language does not: no require, no process, no Buffer, no file system.
  const worker: Record<string, unknown> = {
    TextEncoder,
    TextDecoder,
    URL,
    structuredClone,
    console,
    performance,
    queueMicrotask,
    setTimeout,
  };
  worker.self = worker;
  runInNewContext(code, worker);
  const text = readFileSync(join(root, "test/scenarios/mm1.yaml"), "utf8");
  const result = JSON.parse(await (worker.answer as (text: string) => Promise<string>)(text));
  expect(result.policies[0].latency_s.mean.estimate).toBeGreaterThan(0);
});
