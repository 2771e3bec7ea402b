/**
 * `npm run findings`: runs the scenarios behind docs/findings.md and draws its charts anew. With names (`npm run findings -- fog-…`) only those.
 * Prints each expectation with what was observed; the figures in the text are in `reports/<scenario>/result.json`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(root, "docs/findings.md"), "utf8");
const folder = join(root, "docs/images/findings");
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
let failed = 0;
// The page itself says which chart of which scenario it shows: an image, and the command in the lines below it.
for (const [, file, name, chart] of text.matchAll(/\(images\/findings\/(([a-z0-9-]+)\.([a-z0-9-]+)\.png)\)/g)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const out = join(root, "reports", name);
  const run = spawnSync(
    process.execPath,
    [join(root, "dist/offramp.js"), "run", join(root, "scenarios", `${name}.yaml`), "--out", out, "--quiet"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  if (run.status !== 0 && run.status !== 3) process.exit(run.status ?? 1);
  const { expectations } = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
  const open = expectations.filter(({ verdict }) => verdict !== "passed");
  console.log(`${name}: ${expectations.length - open.length} of ${expectations.length} expectations hold`);
  for (const { text: sentence, verdict } of open) console.log(`  ${verdict}: ${sentence}`);
  failed += open.length;
  writeFileSync(join(folder, file), await smaller(join(out, "charts", `${chart}.png`)));
}
process.exitCode = failed === 0 ? 0 : 3;

/** Charts are drawn for print; a page needs half of that. */
async function smaller(path) {
  const image = await loadImage(path);
  const canvas = createCanvas(Math.round(image.width / 2), Math.round(image.height / 2));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toBuffer("image/png");
}
