import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own folder: where its `models`, `profiles` and `data` are, whether this runs from source, compiled or bundled. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, "package.json")) && existsSync(join(folder, "models")))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package folder above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}
