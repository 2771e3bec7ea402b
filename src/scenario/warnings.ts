/** What is no mistake but may surprise: said before a run, on stderr. */
import { compile, type Materials } from "./compile.ts";
import { loadWarnings, offeredLoad } from "./offered-load.ts";
import type { Resources } from "./resources.ts";
import type { Scenario } from "./scenario.ts";

export function warningsOf(scenario: Scenario, resources: Materials & Pick<Resources, "links">): string[] {
  const warnings: string[] = [];
  for (const policy of scenario.policies) {
    const setup = compile(scenario, policy.name, resources);
    const load = offeredLoad(setup);
    if (load !== null) warnings.push(...loadWarnings(setup, load));
  }
  for (const link of scenario.links) {
    const preset = link.preset === null ? undefined : resources.links().get(link.preset);
    const isFromPreset = [`links.${link.name}.up`, `links.${link.name}.down`].some(
      (path) => scenario.origins[path]?.kind === "preset",
    );
    const isCrowded = link.between.some((name) => scenario.nodes.find((node) => node.name === name)!.count > 1);
    if (preset?.capacityOf === "device" && isFromPreset && link.per === null && isCrowded)
      warnings.push(
        `warning: links.${link.name} gives all devices together the rates that preset ${link.preset} has for one; per: ${link.between[0]} gives them to each`,
      );
  }
  if (scenario.model.kind === "profile" && resources.profile(scenario.model.profile).profile.host.noisy)
    warnings.push(`warning: profile ${scenario.model.profile} was measured on a noisy host: its times scatter`);
  return [...new Set(warnings)];
}
