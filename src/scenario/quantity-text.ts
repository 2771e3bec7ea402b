import type { Plain } from "./tree.ts";

/** Number and unit of a text such as `12 Mbit/s`; the unit of a bare number is empty. Says nothing of what units there are. */
export function parsePlainQuantity(given: Plain): { readonly value: number; readonly unit: string } | null {
  if (typeof given === "number") return Number.isFinite(given) ? { value: given, unit: "" } : null;
  const match =
    typeof given === "string" ? /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) ?(\S.*)?$/.exec(given.trim()) : null;
  return match === null ? null : { value: Number(match[1]), unit: match[2] ?? "" };
}
