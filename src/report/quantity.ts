/** Swept values as a scenario writes them ("50 Mbit/s", "20 ms", 0.9), read back into SI so that an axis can be numeric. */
import type { Unit } from "./format.ts";

const prefix: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};
const time: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86400 };
const energy: Readonly<Record<string, number>> = { J: 1, mJ: 1e-3, uJ: 1e-6, nJ: 1e-9, Wh: 3600 };
const rate: Readonly<Record<string, number>> = { "/s": 1, "/min": 1 / 60, "/h": 1 / 3600 };

/** A value in SI base units. */
export interface Measured {
  readonly value: number;
  readonly unit: Unit;
}

/** Reads one swept value; null for a word, such as the name of a device. */
export function measured(text: string | number): Measured | null {
  if (typeof text === "number") return Number.isFinite(text) ? { value: text, unit: "count" } : null;
  const match = /^\s*([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(.*?)\s*$/i.exec(text);
  if (!match) return null;
  const number = Number(match[1]);
  const symbol = match[2] ?? "";
  if (symbol === "") return { value: number, unit: "count" };
  if (symbol === "%") return { value: number / 100, unit: "share" };
  const known: readonly (readonly [Readonly<Record<string, number>>, Unit])[] = [
    [time, "s"],
    [energy, "J"],
    [rate, "/s"],
    [{ W: 1, mW: 1e-3 }, "W"],
    [{ USD: 1 }, "USD"],
  ];
  for (const [factors, unit] of known) {
    const factor = factors[symbol];
    if (factor !== undefined) return { value: number * factor, unit };
  }
  const data = /^(k|M|G|T|Ki|Mi|Gi)?(bit|B)(\/s)?$/.exec(symbol);
  if (!data) return null;
  const bits = data[2] === "bit";
  const factor = prefix[data[1] ?? ""] ?? 1;
  // A rate in bytes joins the rates in bits, so that one axis can hold both.
  if (data[3]) return { value: number * factor * (bits ? 1 : 8), unit: "bit/s" };
  return bits ? { value: number * factor, unit: "bit" } : { value: number * factor, unit: "B" };
}
