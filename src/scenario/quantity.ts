/** Quantities as scenarios write them: a number, at most one space, a unit whose case matters. */

export type Dimension =
  | "time"
  | "size"
  | "rate"
  | "frequency"
  | "power"
  | "energy"
  | "energy-per-size"
  | "price"
  | "price-rate"
  | "length"
  | "speed"
  | "bandwidth"
  | "power-level"
  | "ratio-level";

/** In SI: value x multiply / divide; never both, so that one rounding is all there is. */
interface Unit {
  readonly multiply: number;
  readonly divide: number;
}

const times = (multiply: number): Unit => ({ multiply, divide: 1 });
const over = (divide: number): Unit => ({ multiply: 1, divide });

const prefixes: readonly (readonly [string, number])[] = [
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
];

function amounts(of: "bytes" | "bits per second"): [string, Unit][] {
  const end = of === "bytes" ? "" : "/s";
  return prefixes.flatMap(([prefix, factor]): [string, Unit][] => [
    [`${prefix}bit${end}`, of === "bytes" ? (factor === 1 ? over(8) : times(factor / 8)) : times(factor)],
    [`${prefix}B${end}`, times(of === "bytes" ? factor : factor * 8)],
  ]);
}

const joules: readonly (readonly [string, Unit])[] = [
  ["J", times(1)],
  ["mJ", over(1e3)],
  ["uJ", over(1e6)],
  ["nJ", over(1e9)],
  ["Wh", times(3600)],
];

interface Kind {
  /** "a time". */
  readonly what: string;
  readonly example: string;
  readonly units: ReadonlyMap<string, Unit>;
  /** May be below zero. */
  readonly isSigned?: true;
}

export const kinds: Readonly<Record<Dimension, Kind>> = {
  time: {
    what: "a time",
    example: "20 ms",
    units: new Map([
      ["ns", over(1e9)],
      ["us", over(1e6)],
      ["ms", over(1e3)],
      ["s", times(1)],
      ["min", times(60)],
      ["h", times(3600)],
      ["d", times(86400)],
    ]),
  },
  size: { what: "an amount of data", example: "30 kB", units: new Map(amounts("bytes")) },
  rate: { what: "a data rate", example: "50 Mbit/s", units: new Map(amounts("bits per second")) },
  frequency: {
    what: "a rate of requests",
    example: "2 /s",
    units: new Map([
      ["/s", times(1)],
      ["/min", over(60)],
      ["/h", over(3600)],
    ]),
  },
  power: {
    what: "a power",
    example: "6 W",
    units: new Map([
      ["W", times(1)],
      ["mW", over(1e3)],
    ]),
  },
  energy: { what: "an energy", example: "5 mJ", units: new Map(joules) },
  "energy-per-size": {
    what: "an energy for an amount of data",
    example: "0.2 uJ/B",
    units: new Map(
      joules.flatMap(([name, unit]) => [
        [`${name}/B`, unit] as const,
        [`${name}/bit`, times((unit.multiply / unit.divide) * 8)] as const,
      ]),
    ),
  },
  price: { what: "an amount of money", example: "3 USD", units: new Map([["USD", times(1)]]) },
  "price-rate": { what: "a price per time", example: "0.50 USD/h", units: new Map([["USD/h", times(1)]]) },
  length: {
    what: "a length",
    example: "200 m",
    units: new Map([
      ["m", times(1)],
      ["km", times(1e3)],
    ]),
  },
  speed: {
    what: "a speed",
    example: "1.5 m/s",
    units: new Map([
      ["m/s", times(1)],
      ["km/h", over(3.6)],
    ]),
  },
  bandwidth: {
    what: "a bandwidth or carrier",
    example: "100 MHz",
    units: new Map([
      ["Hz", times(1)],
      ["kHz", times(1e3)],
      ["MHz", times(1e6)],
      ["GHz", times(1e9)],
    ]),
  },
  "power-level": { what: "a power level", example: "23 dBm", units: new Map([["dBm", times(1)]]), isSigned: true },
  "ratio-level": { what: "a ratio in decibels", example: "3 dB", units: new Map([["dB", times(1)]]), isSigned: true },
};

const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(\s*)(.*)$/s;

/** What is wrong with a text that should be a quantity, and what may have been meant. */
export interface QuantityFault {
  readonly expected: string;
  readonly got: string | null;
  readonly hint: string | null;
}

/** @returns the value in SI (bytes, bit/s, USD/h), or what is wrong with it */
export function parseQuantity(dimension: Dimension, given: unknown): number | QuantityFault {
  const kind = kinds[dimension];
  const expected = `${kind.what} such as "${kind.example}"`;
  const units = [...kind.units.keys()];
  if (typeof given === "number") {
    const unit = kind.example.replace(/^[\d.]+ ?/, "");
    if (!Number.isFinite(given)) return { expected, got: null, hint: "every value is finite" };
    if (given === 0) return { expected, got: "0, without a unit", hint: `zero needs a unit too: "0 ${unit}"` };
    return { expected, got: `${given}, without a unit`, hint: `add a unit: ${sayUnits(units)}` };
  }
  if (typeof given !== "string") return { expected, got: null, hint: null };
  const match = pattern.exec(given.trim());
  if (match === null) return { expected, got: null, hint: hintWithoutNumber(given) };
  const [, digits, space, unit] = match as unknown as [string, string, string, string];
  const known = kind.units.get(unit);
  if (unit === "") return { expected, got: null, hint: `add a unit: ${sayUnits(units)}` };
  if (known === undefined) return { expected, got: null, hint: hintForUnit(dimension, digits, unit) };
  if (space !== "" && space !== " ") return { expected, got: null, hint: `one space at most: "${digits} ${unit}"` };
  const value = (Number(digits) * known.multiply) / known.divide;
  if (!Number.isFinite(value)) return { expected: `${expected}, finite`, got: null, hint: null };
  if (value < 0 && kind.isSigned === undefined) return { expected: `${expected}, not negative`, got: null, hint: null };
  return value === 0 ? 0 : value;
}

function sayUnits(units: readonly string[]): string {
  return units.length > 10
    ? `bit or B with k M G T or Ki Mi Gi Ti${units[0]!.endsWith("/s") ? ", per second: Mbit/s" : ""}`
    : units.join(" ");
}

function hintWithoutNumber(given: string): string | null {
  if (/^[+-]?\.?(nan|inf|infinity)$/i.test(given.trim())) return "every value is finite";
  return /^[\d.,_\s]+/.test(given.trim()) ? 'write numbers like "1500" or "1.5"' : null;
}

/** What is often written instead, in lower case. */
const habits: Readonly<Record<string, string>> = {
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
  msec: "ms",
  msecs: "ms",
  millisecond: "ms",
  milliseconds: "ms",
  usec: "us",
  µs: "us",
  μs: "us",
  microseconds: "us",
  nsec: "ns",
  minute: "min",
  minutes: "min",
  mins: "min",
  m: "min",
  hr: "h",
  hrs: "h",
  hour: "h",
  hours: "h",
  day: "d",
  days: "d",
  byte: "B",
  bytes: "B",
  bits: "bit",
  hz: "/s",
  rps: "/s",
  qps: "/s",
  "req/s": "/s",
  "requests/s": "/s",
  "per second": "/s",
  "/sec": "/s",
  "1/s": "/s",
  "/second": "/s",
  "/minute": "/min",
  "/hour": "/h",
  watt: "W",
  watts: "W",
  milliwatt: "mW",
  joule: "J",
  joules: "J",
  "$/h": "USD/h",
  "usd/hr": "USD/h",
  $: "USD",
  dollars: "USD",
};

function hintForUnit(dimension: Dimension, digits: string, unit: string): string {
  const { units } = kinds[dimension];
  const say = (...names: string[]): string =>
    `did you mean ${names.map((name) => `"${digits} ${name}"`).join(" or ")}?`;
  const data = /^([kmgt]?)(i?)(b|bit|bits|byte|bytes)(ps|s|\/s|\/sec|it\/s)?$/i.exec(unit);
  if (data !== null && (dimension === "rate" || dimension === "size")) {
    const prefix = data[1] === "" ? "" : data[1]!.toLowerCase() === "k" ? "k" : data[1]!.toUpperCase();
    const binary = prefix === "" || data[2] === "" ? prefix : `${prefix.toUpperCase()}i`;
    const end = dimension === "rate" ? "/s" : "";
    if (binary !== prefix) return say(`${binary}B${end}`, `${binary}bit${end}`);
    if (dimension === "rate") return /B/.test(data[3]!) ? say(`${prefix}B/s`, `${prefix}bit/s`) : say(`${prefix}bit/s`);
    if (unit === "KB") return `${say("kB").slice(0, -1)} (1000 B) or "${digits} KiB" (1024 B)?`;
    return data[3]!.length > 1 && /^bit/i.test(data[3]!) ? say(`${prefix}bit`) : say(`${prefix}B`, `${prefix}bit`);
  }
  const habit = habits[unit.toLowerCase()];
  if (habit !== undefined && units.has(habit)) return say(habit);
  const other = (Object.keys(kinds) as Dimension[]).find((d) => kinds[d].units.has(unit));
  if (other !== undefined) return `"${unit}" is a unit of ${kinds[other].what.replace(/^an? /, "")}`;
  const sameLetters = [...units.keys()].find((name) => name.toLowerCase() === unit.toLowerCase());
  return sameLetters === undefined ? `units: ${sayUnits([...units.keys()])}` : say(sameLetters);
}

/** How many of `to` one of `from` is, such as 1000 kbit/s in a Mbit/s; null for units of different things. */
export function unitRatio(from: string, to: string): number | null {
  if (from === to) return 1;
  for (const { units } of Object.values(kinds)) {
    const [a, b] = [units.get(from), units.get(to)];
    if (a !== undefined && b !== undefined) return (a.multiply * b.divide) / (a.divide * b.multiply);
  }
  return null;
}

/** Units that a value is shown in, from large to small. */
const shownIn: Readonly<Record<Dimension, readonly string[]>> = {
  time: ["d", "h", "min", "s", "ms", "us", "ns"],
  size: ["GB", "MB", "kB", "B"],
  rate: ["Gbit/s", "Mbit/s", "kbit/s", "bit/s"],
  frequency: ["/s", "/min", "/h"],
  power: ["W", "mW"],
  energy: ["J", "mJ", "uJ", "nJ"],
  "energy-per-size": ["J/B", "mJ/B", "uJ/B", "nJ/B"],
  price: ["USD"],
  "price-rate": ["USD/h"],
  length: ["km", "m"],
  speed: ["m/s", "km/h"],
  bandwidth: ["GHz", "MHz", "kHz", "Hz"],
  "power-level": ["dBm"],
  "ratio-level": ["dB"],
};

/** The shortest text that {@link parseQuantity} reads back as exactly this value. */
export function formatQuantity(dimension: Dimension, value: number): string {
  const { units } = kinds[dimension];
  const base: Record<string, string> = {
    time: "s",
    size: "B",
    rate: "bit/s",
    power: "W",
    energy: "J",
    "energy-per-size": "J/B",
    length: "m",
    bandwidth: "Hz",
  };
  let best = `${value} ${base[dimension] ?? shownIn[dimension][0]}`;
  if (value === 0) return best;
  for (const name of shownIn[dimension]) {
    const unit = units.get(name)!;
    const scaled = Number(((value / unit.multiply) * unit.divide).toPrecision(15));
    const text = `${scaled} ${name}`;
    const isShorter =
      text.length < best.length || (text.length === best.length && scaled >= 1 && Number.parseFloat(best) < 1);
    if (isShorter && parseQuantity(dimension, text) === value) best = text;
  }
  return best;
}

/** For people: three digits. */
export function sayQuantity(dimension: Dimension, value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "unbounded";
  const { units } = kinds[dimension];
  const names = shownIn[dimension];
  const name = names.find((n) => (value * units.get(n)!.divide) / units.get(n)!.multiply >= 1) ?? names.at(-1)!;
  const unit = units.get(name)!;
  return `${Number(((value * unit.divide) / unit.multiply).toPrecision(4))} ${name}`;
}
