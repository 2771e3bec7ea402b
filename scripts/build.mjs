// Emits dist/src (ES modules with declarations), dist/offramp.cjs (the command line as one file, so that it starts fast) with its
// launcher dist/offramp.js, and dist/worker.js.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { buildReportClient } from "./build-report.mjs";
import { bundleCommandLine, bundled, root } from "./bundle.mjs";
import { writeEventLoop } from "./event-loop.mjs";

const dist = join(root, "dist");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
await writeEventLoop();
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit", cwd: root });
await buildReportClient();
await bundleCommandLine(dist);
await build({
  ...bundled,
  entryPoints: [join(dist, "src/experiment/worker.js")],
  outfile: join(dist, "worker.js"),
  format: "esm",
  banner: {
    js: "import { createRequire as offrampRequire } from 'node:module'; const require = offrampRequire(import.meta.url);",
  },
});

// A first run leaves the code that V8 made of the program for the others: see launcher.mjs. Nothing is lost where it fails.
const out = mkdtempSync(join(tmpdir(), "offramp-build-"));
const scenario = join(root, "scenarios/chain-exits-early-at-textbook-latency.yaml");
const first = ["run", scenario, "--set", "run.requests=20000", "--no-report", "--quiet", "--out", out];
spawnSync(process.execPath, [join(dist, "offramp.js"), ...first], { stdio: "ignore" });
rmSync(out, { recursive: true, force: true });
