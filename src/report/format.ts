/** Numbers as people read them: 3 to 4 significant digits, SI prefixes, the unit beside the number. Used by the terminal, the charts and the page alike. */
import type { Interval } from "../experiment/result.ts";

/** What stands where there is no value. */
export const absent = "—";

/** What a number counts, in SI base units; a `share` is 0 to 1 and shown in percent. */
export type Unit = "s" | "J" | "B" | "bit/s" | "/s" | "USD" | "share" | "count" | "bit" | "W";

/** One prefix for a whole axis or column: shown number = value / factor, followed by `symbol`. */
export interface Scale {
  readonly factor: number;
  readonly symbol: string;
}

const prefixes: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
];

/** Units that are never prefixed downwards (half a byte is no millibyte) or upwards (nobody says kiloseconds). */
const smallest: Partial<Record<Unit, number>> = { B: 1, bit: 1, "bit/s": 1 };
const largest: Partial<Record<Unit, number>> = { s: 1 };

/** The prefix that puts `value` between 1 and 1000 of its unit, as far as the unit allows. */
export function scaleFor(value: number | null, unit: Unit): Scale {
  if (unit === "share") return { factor: 0.01, symbol: "%" };
  if (unit === "count") return { factor: 1, symbol: "" };
  if (unit === "/s") return { factor: 1, symbol: unit };
  const size = Math.abs(value ?? 0);
  // A request costs millionths of a dollar: nobody reads six zeros.
  if (unit === "USD")
    return size > 0 && size < 1e-3 ? { factor: 1e-6, symbol: "USD per million" } : { factor: 1, symbol: unit };
  if (!(size > 0) || !Number.isFinite(size)) return { factor: 1, symbol: unit };
  const low = smallest[unit] ?? 0;
  const high = largest[unit] ?? Infinity;
  const allowed = prefixes.filter(([factor]) => factor >= low && factor <= high);
  // 0.9995 and above would be rounded to 1000 of the smaller unit.
  const found = allowed.find(([factor]) => size >= factor * 0.9995) ?? allowed[allowed.length - 1];
  const [factor, prefix] = found ?? [1, ""];
  return { factor, symbol: prefix + unit };
}

/** Decimals that give `value` its significant digits. */
export function decimalsFor(value: number, digits = 3): number {
  // What rounding makes of it: 0.99999 is printed as 1.00.
  const size = Number(Math.abs(value).toPrecision(digits));
  if (!(size > 0)) return 0;
  return Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(size) + 1e-12)));
}

/** A plain decimal number with a thin gap between groups of three from 10,000 up and a true minus sign. */
export function decimal(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return absent;
  if (Math.abs(value) >= 1e15) return value.toExponential(2).replace("-", "−");
  const text = Math.abs(value).toFixed(Math.min(20, decimals));
  const [whole = "0", fraction] = text.split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  const number = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && Number(text) !== 0 ? `−${number}` : number;
}

/** Decimals for a share shown in percent: enough to keep 99.98 % from reading as 100 %. */
function percentDecimals(percent: number): number {
  const size = Math.abs(percent);
  if (size === 0 || size === 100) return 0;
  const toWhole = Math.abs(100 - size);
  if (size > 50 && toWhole < 1) return toWhole >= 0.1 ? 2 : Math.min(4, decimalsFor(toWhole, 1));
  return size >= 10 ? 1 : Math.min(4, decimalsFor(size, 3));
}

function decimalsOf(shown: number, unit: Unit): number {
  if (unit === "share") return percentDecimals(shown);
  if (unit === "count" && Number.isInteger(shown)) return 0;
  return decimalsFor(shown, unit === "USD" ? 4 : 3);
}

const join = (number: string, symbol: string): string => (symbol === "" ? number : `${number} ${symbol}`);

/** "12.3 ms", "93.1 %", "—" for null. */
export function quantity(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return absent;
  const scale = scaleFor(value, unit);
  const shown = value / scale.factor;
  return join(decimal(shown, decimalsOf(shown, unit)), scale.symbol);
}

/** The number alone, on a scale fixed for the whole column. */
export function scaled(value: number | null | undefined, unit: Unit, scale: Scale): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return absent;
  const shown = value / scale.factor;
  return decimal(shown, decimalsOf(shown, unit));
}

/** An estimate and its interval with the same prefix and the same decimals. */
export interface IntervalText {
  /** "12.3 ms" */
  readonly estimate: string;
  /** "[12.1, 12.5]", or empty where no honest bound can be given. */
  readonly range: string;
  /** "12.3", without its unit. */
  readonly number: string;
}

/** Writes an interval so that its two ends differ when they do; pass `scale` to fix the prefix for a column. */
export function interval(value: Interval | null | undefined, unit: Unit, scale?: Scale): IntervalText {
  if (!value || !Number.isFinite(value.estimate)) return { estimate: absent, range: "", number: absent };
  const { estimate, low, high } = value;
  const chosen = scale ?? scaleFor(estimate === 0 ? (high ?? 0) : estimate, unit);
  const shown = estimate / chosen.factor;
  let decimals = decimalsOf(shown, unit);
  let range = "";
  if (low !== null && high !== null) {
    const width = (high - low) / chosen.factor;
    const finest = decimals + 2;
    while (decimals < finest && width > 0 && width < 2 * 10 ** -decimals) decimals++;
    range = `[${decimal(low / chosen.factor, decimals)}, ${decimal(high / chosen.factor, decimals)}]`;
  }
  const number = decimal(shown, decimals);
  return { estimate: join(number, chosen.symbol), range, number };
}

/** A difference with its sign: "−27.1 ms", "+0.4 pp" (percentage points, so that nobody reads a share of a share). */
export function signed(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return absent;
  const text = unit === "share" ? quantity(value, unit).replace("%", "pp") : quantity(value, unit);
  return value > 0 ? `+${text}` : text;
}

/** A difference and its interval, on the prefix of whichever is largest. */
export function difference(value: Interval, unit: Unit): IntervalText {
  const size = Math.max(...[value.estimate, value.low ?? 0, value.high ?? 0].map(Math.abs));
  const scale = scaleFor(size, unit);
  const symbol = unit === "share" ? "pp" : scale.symbol;
  const { number, range } = interval(value, unit, scale);
  const sign = value.estimate > 0 ? "+" : "";
  return { estimate: sign + join(number, number === absent ? "" : symbol), range, number: sign + number };
}

/** A whole number of things: "40 000". */
export const count = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value) ? absent : decimal(value, 0);

/** A value at a tick of an axis: as many decimals as it needs, no more. */
export function tick(value: number, scale: Scale): string {
  const shown = Number((value / scale.factor).toPrecision(6));
  const [, fraction = ""] = Math.abs(shown).toFixed(9).replace(/0+$/, "").split(".");
  return decimal(shown, fraction.length);
}
