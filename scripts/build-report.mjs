// Bundles the report page's script, chart.js included, into dist/report-client.js: the page that carries it opens without a network.
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Writes the bundle; the page allows exactly this text by its hash. */
export async function buildReportClient(outfile = join(root, "dist", "report-client.js")) {
  await build({
    entryPoints: [join(root, "src", "report", "client", "main.ts")],
    outfile,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildReportClient();
