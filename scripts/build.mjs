// Emits dist/src (ES modules with declarations) and dist/offramp.js (the command line as one file, so that it starts fast).
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildReportClient } from "./build-report.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit", cwd: root });
await buildReportClient();
await build({
  entryPoints: { offramp: join(root, "dist/src/cli/main.js"), worker: join(root, "dist/src/experiment/worker.js") },
  outdir: join(root, "dist"),
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  legalComments: "none",
  // Constants of other files are put in their places: the event loop would look each up at every use.
  minifySyntax: true,
  // Native addons and TensorFlow.js find their binaries beside their own files, so they stay packages.
  external: ["@napi-rs/canvas", "@tensorflow/*", "tinypool"],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as offrampRequire } from 'node:module'; const require = offrampRequire(import.meta.url);",
  },
});
chmodSync(join(root, "dist/offramp.js"), 0o755);
