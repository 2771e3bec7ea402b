/** Rules from files, by the names that scenarios hold: path and version of the file, so that two files of one name are two rules. */
import type { HonestExitRuleType } from "../../sim/exit-rules/index.ts";
import type { JointRuleType } from "../../sim/joint-rules/index.ts";
import type { HonestPlacementRuleType } from "../../sim/placement-rules/index.ts";
import type { Resources } from "../resources.ts";
import { exitPlugin } from "./exit-plugin.ts";
import { jointPlugin } from "./joint-plugin.ts";
import { type PluginModule, pluginModule } from "./module.ts";
import { placementPlugin } from "./placement-plugin.ts";

export interface Plugin {
  readonly name: string;
  readonly exit: HonestExitRuleType;
  readonly place: HonestPlacementRuleType;
  readonly both: JointRuleType;
}

const loaded = new Map<string, Plugin>();

/** A rule whose name is a path. */
export const isPath = (name: string): boolean => /[./\\]/.test(name);

export const pluginOf = (name: string): Plugin | undefined => loaded.get(name);

/** As the user wrote it. */
export const ruleText = (name: string): string => name.replace(/#[0-9a-f]{16}$/, "");

/** @throws FileFault where the file cannot be used */
export function loadPlugin(path: string, resources: Resources): Plugin {
  return plugin(pluginModule(path, resources));
}

export function plugin(module: PluginModule): Plugin {
  const name = `${module.path}#${module.key}`;
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const made = {
    name,
    exit: exitPlugin(module, name),
    place: placementPlugin(module, name),
    both: jointPlugin(module, name),
  };
  loaded.set(name, made);
  return made;
}
