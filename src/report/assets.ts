/** Files of the package that a report needs: fonts and the page's script. Found from the sources, from dist/src and from the bundled command line alike. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let root: string | undefined;

/** The folder of the package: the nearest one above this file whose package.json names it. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && isOurs(readFileSync(manifest, "utf8"))) {
      root = folder;
      return folder;
    }
    if (dirname(folder) === folder)
      throw new Error(`no package.json of offramp above ${fileURLToPath(import.meta.url)}`);
  }
}

function isOurs(manifest: string): boolean {
  const parsed: unknown = JSON.parse(manifest);
  return typeof parsed === "object" && parsed !== null && "name" in parsed && parsed.name === "offramp";
}

/** The fonts that pictures are drawn with: on a machine without fonts, text would be drawn as nothing. */
export const fontFiles = (): readonly string[] =>
  ["Inter-Medium.otf", "Inter-Bold.otf"].map((name) => join(packageRoot(), "fonts", name));

let client: string | undefined;

/** The page's script, made by the build; run from the sources, it is bundled on the spot so that it is never out of date. */
export function clientScript(): string {
  client ??= import.meta.url.endsWith(".ts")
    ? bundled()
    : readFileSync(join(packageRoot(), "dist", "report-client.js"), "utf8");
  return client;
}

/** What scripts/build-report.mjs does, in memory. */
function bundled(): string {
  const { buildSync } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  const entry = join(packageRoot(), "src", "report", "client", "main.ts");
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    write: false,
  });
  const [file] = outputFiles;
  if (!file) throw new Error("esbuild made no report client");
  return file.text;
}

/** A source for a content security policy: only this very text may run. */
export const cspHash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
