/** Models and profiles that ship with the package, by name. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "./errors.ts";
import { zoo } from "./zoo.ts";

/** The package's own folder: where its `models` and `profiles` are, whether this runs from source, compiled or bundled. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, "package.json")) && existsSync(join(folder, "models")))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package folder above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

/** Names of the models that ship trained. */
export function shippedModels(): string[] {
  const folder = join(packageFolder(), "models");
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "model.json")))
    .sort();
}

/**
 * Folder of a model: a path to one, a shipped model's name, or a network's name such as `b-lenet`.
 * @throws UserError when there is none
 */
export function modelFolder(model: string): string {
  if (existsSync(join(model, "model.json"))) return model;
  const name = Object.hasOwn(zoo, model) ? zoo[model]!.folder : model;
  const shipped = shippedModels();
  if (shipped.includes(name)) return join(packageFolder(), "models", name);
  throw new UserError("model", {
    expected: `a folder with model.json, or one of ${shipped.join(", ")}`,
    got: JSON.stringify(model),
    hint: `offramp train makes one from ${Object.keys(zoo).join(" or ")}`,
  });
}
