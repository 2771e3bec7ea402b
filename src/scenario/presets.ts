/** Devices and links that ship with their figures, each with its source: `presets/*.json` as text to typed records. */

/**
 * How far a figure can be trusted. `measured`: computed from public raw data or a public table of runs, as `source` says;
 * `published`: read as it stands in a public document; `recalled`: from memory, borrowed or assumed, an order of magnitude.
 */
export type Sure = (typeof sures)[number];
const sures = ["measured", "published", "recalled"] as const;

/** Where a number comes from. */
export interface Provenance {
  /** Public origin and, for what was derived, how. */
  readonly source: string;
  readonly sure: Sure;
}

/** One number in the SI unit named. Unit `1` marks a ratio. */
export interface Figure<U extends string> extends Provenance {
  readonly value: number;
  readonly unit: U;
}

/** Percentiles of a figure that varies; ascending. */
export interface Percentiles<U extends string> extends Provenance {
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
  readonly unit: U;
}

interface Described {
  /** For people: "Raspberry Pi 4B". */
  readonly label: string;
  /** What to know before using it; may be empty. */
  readonly notes: string;
}

interface Machine extends Described {
  readonly tier: (typeof tiers)[number];
  /** Software the times belong to. */
  readonly runtime: string;
  /** Measured times of whole networks at batch 1 [s], by network. */
  readonly networks: Provenance & { readonly unit: "s"; readonly times: Readonly<Record<string, number>> };
  /** Draw when nothing runs [W]; null when unknown. */
  readonly idle: Figure<"W"> | null;
  /** Draw when a network runs [W]; null when unknown. */
  readonly busy: Figure<"W"> | null;
}
const tiers = ["device", "edge", "cloud"] as const;

/** A machine whose times follow from work: 2 x MACs / rate + overhead x layers. */
export interface UsableDevice extends Machine {
  readonly usable: true;
  /** R [FLOP/s], 1 MAC = 2 FLOP; above 0. */
  readonly rate: Figure<"FLOP/s">;
  /** o [s], once for each convolution or dense layer. */
  readonly overhead: Figure<"s">;
  /** Mean relative error over the networks fitted; null when there was only one. */
  readonly error: Figure<"1"> | null;
}

/** A machine of which only whole networks are known: cannot serve as `device:` of a node. */
export interface MeasuredDevice extends Machine {
  readonly usable: false;
  /** Why not, and what to do instead. */
  readonly reason: string;
}

export type DevicePreset = UsableDevice | MeasuredDevice;

/** Extra one-way delay of each message [s], drawn anew for each, beside `latency`. */
export interface JitterPreset extends Provenance {
  readonly distribution: "lognormal";
  readonly mean: number;
  readonly cv: number;
  readonly unit: "s";
}

export interface LinkPreset extends Described {
  /** Suggested model of contention. */
  readonly kind: (typeof kinds)[number];
  /** `device`: `up` and `down` are what one device sees, so give the link `per:` its group. `link`: what all share. */
  readonly capacityOf: (typeof owners)[number];
  readonly up: Percentiles<"bit/s">;
  readonly down: Percentiles<"bit/s">;
  /** Round trip of a small message on an unloaded link. */
  readonly rtt: Percentiles<"s"> & { readonly p99: number };
  /** One way, to which jitter is added: half of `rtt.p5`, or of `rtt.p50` where there is no jitter. */
  readonly latency: { readonly up: Figure<"s">; readonly down: Figure<"s"> };
  /** The same for both directions; null where no independent jitter resembles the link. */
  readonly jitter: JitterPreset | null;
  /** Spells in each direction in which nothing arrives: time between them and their length; null for none. */
  readonly bursts: { readonly every: Figure<"s">; readonly for: Figure<"s"> } | null;
  /** Probability that a message is lost. */
  readonly loss: Figure<"1">;
  /**
   * What the device's radio adds for each bit it sends (`up`) and receives (`down`), and what it draws while it is connected, which it
   * stays for `tail` after its last message; null when unknown.
   */
  readonly energy: {
    readonly up: Figure<"J/bit"> | null;
    readonly down: Figure<"J/bit"> | null;
    readonly connected: Figure<"W"> | null;
    readonly tail: Figure<"s"> | null;
  };
  readonly price: Figure<"USD/B">;
  /** What it is as a link of kind `nr-cell`: `latency` is then what is left of `rtt` without the access that is simulated. Null for other radios. */
  readonly nr:
    | (Provenance & { readonly numerology: Figure<"1">; readonly tdd: string; readonly latency: Figure<"s"> })
    | null;
}
const kinds = ["fixed", "fifo", "shared"] as const;
const owners = ["device", "link"] as const;

/** What the service times of a node with `device:` follow from. */
export type DeviceFigures = Pick<UsableDevice, "rate" | "overhead" | "error">;

/**
 * @param text contents of `presets/devices.json`
 * @throws RangeError that names the path of the first figure that is missing, out of range, in another unit or without a source
 */
export function parseDevicePresets(text: string): ReadonlyMap<string, DevicePreset> {
  return parseFile(text, "offramp/devices", device);
}

/**
 * @param text contents of `presets/links.json`
 * @throws RangeError as {@link parseDevicePresets}
 */
export function parseLinkPresets(text: string): ReadonlyMap<string, LinkPreset> {
  return parseFile(text, "offramp/links", shape(link));
}

type Reader<T> = (value: unknown, path: string) => T;
type Fields<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

function fail(path: string, expected: string, got: unknown): never {
  const shown = got === undefined ? "nothing" : JSON.stringify(got);
  throw new RangeError(`${path}: expected ${expected}, got ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown}`);
}

function map(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(path, "an object", value);
  return value as Record<string, unknown>;
}

/** Exactly these keys. */
function shape<T extends object>(fields: Fields<T>): Reader<T> {
  return (value, path) => {
    const given = map(value, path);
    for (const key of Object.keys(given)) {
      if (!Object.hasOwn(fields, key))
        fail(`${path}.${key}`, `no such key (${Object.keys(fields).join(", ")})`, given[key]);
    }
    const out: Partial<T> = {};
    for (const key of Object.keys(fields) as (keyof T & string)[]) out[key] = fields[key](given[key], `${path}.${key}`);
    return out as T;
  };
}

/** Any names that are valid, each with the same kind of value. */
function named<T>(item: Reader<T>): Reader<ReadonlyMap<string, T>> {
  return (value, path) => {
    const out = new Map<string, T>();
    for (const [name, given] of Object.entries(map(value, path))) {
      if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) fail(path, "names of small letters, digits and hyphens", name);
      out.set(name, item(given, `${path}.${name}`));
    }
    return out;
  };
}

function oneOf<const T extends string | number | boolean>(...values: readonly T[]): Reader<T> {
  return (value, path) =>
    values.find((v) => v === value) ?? fail(path, values.map((v) => JSON.stringify(v)).join(" or "), value);
}

const orNull =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path);

function anyText(value: unknown, path: string): string {
  return typeof value === "string" ? value : fail(path, "a text", value);
}

function text(value: unknown, path: string): string {
  return anyText(value, path).trim() === "" ? fail(path, "a text that is not empty", value) : (value as string);
}

function amount(value: unknown, path: string): number {
  const fits = typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY;
  return fits ? value : fail(path, "a finite number, not negative", value);
}

function positive(value: unknown, path: string): number {
  return amount(value, path) > 0 ? (value as number) : fail(path, "a number above 0", value);
}

function probability(value: unknown, path: string): number {
  return amount(value, path) <= 1 ? (value as number) : fail(path, "a number from 0 to 1", value);
}

const provenance: Fields<Provenance> = { source: text, sure: oneOf(...sures) };

function figure<const U extends string>(unit: U, value: Reader<number> = amount): Reader<Figure<U>> {
  return shape<Figure<U>>({ value, unit: oneOf(unit), ...provenance });
}

function percentiles<const U extends string>(unit: U): Fields<Percentiles<U>> {
  return { p5: amount, p50: amount, p95: amount, unit: oneOf(unit), ...provenance };
}

/** Refuses percentiles that are not ascending. */
function ascending<
  T extends { readonly p5: number; readonly p50: number; readonly p95: number; readonly p99?: number },
>(reader: Reader<T>): Reader<T> {
  return (value, path) => {
    const read = reader(value, path);
    const { p5, p50, p95, p99 = p95 } = read;
    return p5 <= p50 && p50 <= p95 && p95 <= p99 ? read : fail(path, "ascending percentiles", [p5, p50, p95, p99]);
  };
}

const machine: Fields<Machine> = {
  label: text,
  tier: oneOf(...tiers),
  runtime: text,
  networks: shape<Machine["networks"]>({
    unit: oneOf("s"),
    ...provenance,
    times: (value, path) => Object.fromEntries(named(positive)(value, path)),
  }),
  idle: orNull(figure("W")),
  busy: orNull(figure("W", positive)),
  notes: anyText,
};
const usable = shape<UsableDevice>({
  ...machine,
  usable: oneOf(true),
  rate: figure("FLOP/s", positive),
  overhead: figure("s"),
  error: orNull(figure("1")),
});
const measured = shape<MeasuredDevice>({ ...machine, usable: oneOf(false), reason: text });

function device(value: unknown, path: string): DevicePreset {
  const isUsable = oneOf(true, false)(map(value, path).usable, `${path}.usable`);
  const read = isUsable ? usable(value, path) : measured(value, path);
  if (read.idle !== null && read.busy !== null && read.busy.value < read.idle.value) {
    fail(`${path}.busy.value`, `no less than ${read.idle.value}, the idle draw`, read.busy.value);
  }
  return read;
}

const bandwidth = ascending(shape(percentiles("bit/s")));
const link: Fields<LinkPreset> = {
  label: text,
  kind: oneOf(...kinds),
  capacityOf: oneOf(...owners),
  up: bandwidth,
  down: bandwidth,
  rtt: ascending(shape<LinkPreset["rtt"]>({ ...percentiles("s"), p99: amount })),
  latency: shape<LinkPreset["latency"]>({ up: figure("s"), down: figure("s") }),
  jitter: orNull(
    shape<JitterPreset>({
      distribution: oneOf("lognormal"),
      mean: amount,
      cv: amount,
      unit: oneOf("s"),
      ...provenance,
    }),
  ),
  bursts: orNull(
    shape<NonNullable<LinkPreset["bursts"]>>({ every: figure("s", positive), for: figure("s", positive) }),
  ),
  loss: figure("1", probability),
  energy: shape<LinkPreset["energy"]>({
    up: orNull(figure("J/bit")),
    down: orNull(figure("J/bit")),
    connected: orNull(figure("W")),
    tail: orNull(figure("s")),
  }),
  price: figure("USD/B"),
  nr: orNull(
    shape<NonNullable<LinkPreset["nr"]>>({
      numerology: figure("1", oneOf(0, 1, 2, 3, 4)),
      tdd: text,
      latency: figure("s"),
      ...provenance,
    }),
  ),
  notes: anyText,
};

function parseFile<const F extends string, T>(text: string, format: F, preset: Reader<T>): ReadonlyMap<string, T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${format}: expected JSON, got a text that is none (${(error as Error).message})`);
  }
  // First of all, so that another file is not blamed for its keys.
  oneOf(format)(map(json, format).format, "format");
  const { presets, version, ...rest } = map(json, format);
  oneOf(1)(version, "version");
  for (const key of Object.keys(rest))
    if (key !== "format") fail(key, "no such key (format, version, presets)", rest[key]);
  return named(preset)(presets, "presets");
}
