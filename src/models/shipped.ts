/** Models and profiles that ship with the package, by name. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { packageFolder } from "./package-folder.ts";
import { zoo } from "./zoo.ts";

/** Names of the models that ship trained. */
export function shippedModels(): string[] {
  const folder = join(packageFolder(), "models");
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "model.json")))
    .sort();
}

/** Folders that commands write models to. */
const madeHere = ["imported", "trained"];

/** Folder of a model that is not a shipped one: a path, or the name of one that `import` or `train` made here; null where there is none. */
export function findModel(model: string): string | null {
  if (existsSync(join(model, "model.json"))) return model;
  if (!/^[\w-]+$/.test(model)) return null;
  return madeHere.map((place) => join(place, model)).find((place) => existsSync(join(place, "model.json"))) ?? null;
}

/**
 * Folder of a model: a path to one, the name of one made here, a shipped model's, or a network's such as `b-lenet`.
 * @throws UserError when there is none
 */
export function modelFolder(model: string): string {
  const made = findModel(model);
  if (made !== null) return made;
  const name = Object.hasOwn(zoo, model) ? zoo[model]!.folder : model;
  const shipped = shippedModels();
  if (shipped.includes(name)) return join(packageFolder(), "models", name);
  throw new UserError("model", {
    expected: `a folder with model.json, or one of ${shipped.join(", ")}`,
    got: JSON.stringify(model),
    hint: `offramp train makes one from ${Object.keys(zoo).join(" or ")}; offramp import from a TensorFlow.js model`,
  });
}
