import type { Provenance } from "./presets.ts";

/** For people: `preset rpi4, measured: ncnn benchmark README …`. Equal sources are named once. */
export function cite(preset: string, figures: readonly Provenance[]): string {
  const sources = [...new Set(figures.map((figure) => `${figure.sure}: ${figure.source}`))];
  return `preset ${preset}, ${sources.join("; ")}`;
}
