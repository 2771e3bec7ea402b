// The command line as one file, <folder>/offramp.cjs, and its launcher, <folder>/offramp.js.
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What all bundles have in common. */
export const bundled = {
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
  // What it takes of node:assert is two lines.
  // fflate builds tables as it loads, zod its classes.
  alias: {
    assert: join(root, "scripts/plain-assert.mjs"),
    "string-width": join(root, "scripts/plain-width.mjs"),
    fflate: join(root, "scripts/lazy-fflate.mjs"),
    zod: join(root, "scripts/lazy-zod.mjs"),
  },
  // A function of zod that scripts/lazy-zod.mjs does not know.
  logOverride: { "import-is-undefined": "error" },
  // Native addons and TensorFlow.js find their binaries beside their own files, so they stay packages.
  external: ["@napi-rs/canvas", "@tensorflow/*", "sucrase", "tinypool"],
};

const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** From dist/src, which must be there. `plugins`: of esbuild. */
export async function bundleCommandLine(folder, plugins = []) {
  const outfile = join(folder, "offramp.cjs");
  await build({
    ...bundled,
    entryPoints: [join(root, "dist/src/cli/main.js")],
    outfile,
    plugins,
    format: "cjs",
    define: { "import.meta.url": "bundleUrl" },
    // Code of an earlier run has lost its way to import(); packages are required instead.
    supported: { "dynamic-import": false },
    // All ASCII, and an expression: a function that the launcher calls.
    charset: "ascii",
    banner: { js: "(function (require, __dirname, bundleUrl) { const module = { exports: {} };" },
    footer: { js: "})" },
  });
  // esbuild leaves letters in regular expressions and tagged templates as they are; the launcher reads a letter a byte.
  const program = readFileSync(outfile, "utf8").replace(/[^\0-\x7f]/g, escaped);
  writeFileSync(outfile, program);
  const hash = createHash("sha256").update(program).digest("hex");
  const launcher = readFileSync(join(root, "scripts/launcher.mjs"), "utf8").replace('"HASH"', `"${hash.slice(0, 16)}"`);
  writeFileSync(join(folder, "offramp.js"), launcher);
  chmodSync(join(folder, "offramp.js"), 0o755);
}
