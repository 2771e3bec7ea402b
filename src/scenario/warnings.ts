/** What is no mistake but may surprise: said before a run, on stderr. */
import { compile, type Materials } from "./compile.ts";
import { loadWarnings, offeredLoad, peakNotes } from "./offered-load.ts";
import type { DeviceFigures } from "./presets.ts";
import type { Resources } from "./resources.ts";
import { bandOf } from "./scale.ts";
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
    if (preset?.capacityOf === "device" && link.kind !== "nr-cell" && isFromPreset && link.per === null && isCrowded)
      warnings.push(
        `warning: links.${link.name} gives all devices together the rates that preset ${link.preset} has for one; per: ${link.between[0]} gives them to each`,
      );
  }
  if (scenario.model.kind === "profile" && resources.profile(scenario.model.profile).profile.host.noisy)
    warnings.push(`warning: profile ${scenario.model.profile} was measured on a noisy host: its times scatter`);
  return [...new Set(warnings)];
}

/** Loads that are too much only at times: nothing is wrong with that, and a mean does not tell. */
export function peaksOf(scenario: Scenario, materials: Materials): string[] {
  return scenario.policies.flatMap(({ name }) => {
    const setup = compile(scenario, name, materials);
    const load = offeredLoad(setup);
    return load === null ? [] : peakNotes(setup, load);
  });
}

/** How far times that follow from a device preset may be off: never less than 25 %, which is what moving a profile to another machine costs. */
export function errorBand({ error }: DeviceFigures): string {
  return error === null ? "of unknown error" : `+-${Math.max(25, Math.round(error.value * 100))} %`;
}

/** Nodes whose times nobody measured, with the error of their presets. */
export function estimatesOf(scenario: Scenario): string[] {
  return scenario.nodes.flatMap(({ name, speed }) => {
    if (speed.kind === "scale")
      return [`note: times on ${name} are moved from the profile's host, ${bandOf(speed.error)}`];
    if (speed.kind !== "device") return [];
    return [`note: times on ${name} are estimates from preset ${speed.device}, ${errorBand(speed.figures)}`];
  });
}
