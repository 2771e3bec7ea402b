// Emits dist/src (ES modules with declarations), dist/offramp.cjs (the command line as one file, so that it starts fast) with its
// launcher dist/offramp.js, and dist/worker.js.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildReportClient } from "./build-report.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit", cwd: root });
await buildReportClient();

const bundled = {
  bundle: true,
  platform: "node",
  target: "node20",
  legalComments: "none",
  // Constants of other files are put in their places: the event loop would look each up at every use.
  minifySyntax: true,
  // Names stay, and lines, for stack traces.
  minifyWhitespace: true,
  lineLimit: 140,
  // yargs measures the width of its help with tables of all emoji: a quarter of what --help takes. Ours has none.
  alias: { "string-width": join(root, "scripts/plain-width.mjs") },
  // Native addons and TensorFlow.js find their binaries beside their own files, so they stay packages.
  external: ["@napi-rs/canvas", "@tensorflow/*", "tinypool"],
};
await build({
  ...bundled,
  entryPoints: [join(dist, "src/cli/main.js")],
  outfile: join(dist, "offramp.cjs"),
  format: "cjs",
  define: { "import.meta.url": "bundleUrl" },
  // Code of an earlier run has lost its way to import(); packages are required instead.
  supported: { "dynamic-import": false },
  // All ASCII, and an expression: a function that the launcher calls.
  charset: "ascii",
  banner: { js: "(function (require, __dirname, bundleUrl) { const module = { exports: {} };" },
  footer: { js: "})" },
});
await build({
  ...bundled,
  entryPoints: [join(dist, "src/experiment/worker.js")],
  outfile: join(dist, "worker.js"),
  format: "esm",
  banner: {
    js: "import { createRequire as offrampRequire } from 'node:module'; const require = offrampRequire(import.meta.url);",
  },
});
const hash = createHash("sha256")
  .update(readFileSync(join(dist, "offramp.cjs")))
  .digest("hex");
const launcher = readFileSync(join(root, "scripts/launcher.mjs"), "utf8").replace('"HASH"', `"${hash.slice(0, 16)}"`);
writeFileSync(join(dist, "offramp.js"), launcher);
chmodSync(join(dist, "offramp.js"), 0o755);
