/** Segment times measured elsewhere, as a csv with a line per measured call (or per median). */
import { type Codec, type CodecCost, codecs, type Segment, type Timing, type Work } from "../profile.ts";
import { type Csv, type CsvRow, numberIn, readCsv } from "./csv.ts";
import { UserError } from "./errors.ts";
import { summarise } from "./timing.ts";

const units: Readonly<Record<string, number>> = { time_s: 1, time_ms: 1e-3, time_us: 1e-6 };
const parts = ["trunk", "head", "encode", "decode"] as const;
type Part = (typeof parts)[number];
const counts = ["macs", "layers", "params"] as const;

/** Lines of one piece of work. */
interface Group {
  readonly segment: string;
  readonly part: Part;
  readonly codec: Codec;
  readonly rows: readonly CsvRow[];
}

/**
 * Reads `segment,part,time_s` (or `time_ms`, `time_us`) and, where known, `batch,macs,layers,params,codec,bytes`. `part` is trunk, head,
 * encode or decode; segments stand in order of depth; several lines of one piece and batch are a sample of its time. `bytes` is the size on
 * the wire of the tensor after the segment: on lines of encode by codec, or on the trunk's as float32, which then costs no time to write.
 * @throws UserError naming the line
 */
export function readTimes(path: string): Segment[] {
  const csv = readCsv(
    path,
    ["segment", "part"],
    ["segment", "part", "batch", "codec", "bytes", ...counts, ...Object.keys(units)],
  );
  const unit = csv.columns.filter((column) => Object.hasOwn(units, column));
  if (unit.length !== 1) {
    throw new UserError(`${path}:1`, {
      expected: `one of the columns ${Object.keys(units).join(", ")}`,
      got: unit.join(", ") || "none",
    });
  }
  const groups = grouped(csv);
  const names = [...new Set(groups.map(({ segment }) => segment))];
  const time = (rows: readonly CsvRow[]): Timing[] => timings(csv, rows, unit[0]!);
  return names.map((name, index): Segment => {
    const of = (part: Part): readonly Group[] =>
      groups.filter((group) => group.segment === name && group.part === part);
    const isLast = index === names.length - 1;
    const [trunk] = of("trunk");
    const [head] = of("head");
    if (trunk === undefined)
      throw new UserError(path, { expected: `a line of the trunk of segment ${name}`, got: "none" });
    return {
      name,
      trunk: work(csv, trunk.rows, time),
      head: head !== undefined ? work(csv, head.rows, time) : isLast ? free : null,
      output: isLast ? null : { shape: [], codecs: costs(csv, name, trunk, of("encode"), of("decode"), time) },
    };
  });
}

const nothing: Timing = { batch: 1, count: 1, quantiles_s: [0], cv: 0 };
/** The last exit's head where its time is part of the trunk's. */
const free: Work = { macs: 0, layers: 0, params: 0, time: [nothing] };

function grouped(csv: Csv): Group[] {
  const groups = new Map<string, { segment: string; part: Part; codec: Codec; rows: CsvRow[] }>();
  for (const row of csv.rows) {
    const fail = (expected: string, got: string): never => {
      throw new UserError(`${csv.path}:${row.line}`, { expected, got: JSON.stringify(got) });
    };
    const segment = row.cell("segment");
    if (!/^[a-z][a-z0-9-]*$/.test(segment)) fail("a segment's name of a-z, 0-9 and -, a letter first", segment);
    const part =
      parts.find((each) => each === row.cell("part")) ?? fail(`a part: ${parts.join(", ")}`, row.cell("part"));
    const written = row.cell("codec") === "" ? "float32" : row.cell("codec");
    const codec = codecs.find((each) => each === written) ?? fail(`a codec: ${codecs.join(", ")}`, written);
    const key = [segment, part, part === "encode" || part === "decode" ? codec : ""].join(" ");
    const group = groups.get(key) ?? { segment, part, codec, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function timings(csv: Csv, rows: readonly CsvRow[], column: string): Timing[] {
  const byBatch = new Map<number, number[]>();
  for (const row of rows) {
    const batch = numberIn(csv, row, "batch", { fallback: 1, whole: true });
    if (batch < 1) throw new UserError(`${csv.path}:${row.line}`, { expected: "a batch of at least 1", got: "0" });
    const seen = byBatch.get(batch) ?? [];
    seen.push(numberIn(csv, row, column) * units[column]!);
    byBatch.set(batch, seen);
  }
  if (!byBatch.has(1)) {
    throw new UserError(`${csv.path}:${rows[0]!.line}`, {
      expected: `a time at batch 1 of ${rows[0]!.cell("segment")}`,
      got: `batch ${[...byBatch.keys()].join(", ")}`,
    });
  }
  return [...byBatch.entries()]
    .sort(([a], [b]) => a - b)
    .map(([batch, seen]) =>
      seen.length === 1 ? { batch, count: 1, quantiles_s: seen, cv: 0 } : summarise(Float64Array.from(seen), batch),
    );
}

/** MACs and the like: of the first line that says them. */
function work(csv: Csv, rows: readonly CsvRow[], time: (rows: readonly CsvRow[]) => Timing[]): Work {
  const [macs, layers, params] = counts.map((column) => {
    const row = rows.find((each) => each.cell(column) !== "");
    return row === undefined ? 0 : numberIn(csv, row, column, { whole: true });
  });
  return { macs: macs!, layers: layers!, params: params!, time: time(rows) };
}

function costs(
  csv: Csv,
  name: string,
  trunk: Group,
  encoded: readonly Group[],
  decoded: readonly Group[],
  time: (rows: readonly CsvRow[]) => Timing[],
): Partial<Record<Codec, CodecCost>> {
  const bytesOf = ({ rows }: Group): number | null => {
    const row = rows.find((each) => each.cell("bytes") !== "");
    return row === undefined ? null : numberIn(csv, row, "bytes");
  };
  const found: Partial<Record<Codec, CodecCost>> = {};
  for (const group of encoded) {
    const bytes = bytesOf(group) ?? (group.codec === "float32" ? bytesOf(trunk) : null);
    if (bytes === null || bytes === 0) {
      throw new UserError(`${csv.path}:${group.rows[0]!.line}`, {
        expected: `bytes on the wire of ${name} in ${group.codec}`,
        got: "none",
      });
    }
    const back = decoded.find(({ codec }) => codec === group.codec);
    found[group.codec] = {
      bytes,
      encode: time(group.rows)[0]!,
      decode: back === undefined ? nothing : time(back.rows)[0]!,
    };
  }
  const plain = bytesOf(trunk);
  if (found.float32 === undefined && plain !== null && plain > 0)
    found.float32 = { bytes: plain, encode: nothing, decode: nothing };
  if (found.float32 === undefined) {
    throw new UserError(csv.path, {
      expected: `bytes of the tensor after segment ${name}, as float32`,
      got: "none",
      hint: "give its trunk's line a number in column bytes",
    });
  }
  return found;
}
