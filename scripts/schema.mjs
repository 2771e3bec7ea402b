// Writes scenarios/schema.json from the readers in src/scenario. A test checks that it is up to date.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "offramp-schema-"));
try {
  const outfile = join(folder, "schema.cjs");
  const entryPoints = [join(root, "src/scenario/json-schema.ts")];
  await build({ entryPoints, outfile, bundle: true, format: "cjs", platform: "node", logLevel: "error" });
  const { schemaText } = createRequire(import.meta.url)(outfile);
  writeFileSync(join(root, "scenarios/schema.json"), schemaText());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
