import { join } from "node:path";
import type { ExitTable, Profile } from "../profile.ts";
import { encodeExitTable } from "./exit-table.ts";
import { writeWhole } from "./files.ts";

/** A profile as `profile.json` holds it. */
export function profileText(profile: Profile): string {
  // Lists of plain numbers stay on one line: they are quantiles and shapes.
  const text = JSON.stringify(profile, null, 2).replace(
    /\[\s+([-\d.e+,\s]+?)\s+\]/g,
    (_, list: string) => `[${list.replace(/\s+/g, " ")}]`,
  );
  return `${text}\n`;
}

/** Writes `profile.json` and `exits.npz`, each whole or not at all, the profile last. */
export function saveProfile(folder: string, profile: Profile, table: ExitTable): void {
  writeWhole(join(folder, "exits.npz"), encodeExitTable(table));
  writeWhole(join(folder, "profile.json"), profileText(profile));
}
