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
