import { show } from "../errors.ts";
import { fault, filledLines, type TraceFormat, traceOf } from "./trace.ts";

/** Zero rates up to this long [s] are pauses of the measuring tool, about every 12 rows. */
const longestPause = 3;

/**
 * Logs of a phone that downloads: one row about every second, `Timestamp` 2020.01.16_10.43.34, bitrates in kbit/s, `-` where missing.
 * The clock repeats and skips seconds: rows of one second are averaged, and one before a gap holds until the next. `UL_bitrate` is what
 * acknowledges the download, not what the uplink could carry. @see D. Raca et al., "Beyond throughput, the next generation", MMSys 2020
 */
export const irish5g: TraceFormat = {
  name: "irish-5g",
  about: "logs of Raca et al. 2020: Timestamp, DL_bitrate in kbit/s",
  uses: ["column", "pauses"],
  fits: (_file, head) => /^Timestamp,.*DL_bitrate/.test(head[0] ?? ""),
  read(lines, { what, column, pauses }) {
    if (what === "latency") fault("a trace of delays", "bitrates");
    const wanted = column ?? (what === "down" ? "DL_bitrate" : null);
    if (wanted === null)
      fault(
        "a trace that shows what an uplink can carry",
        "UL_bitrate, which is what acknowledges a download",
        "column: DL_bitrate takes the downlink's figures",
      );
    const rows = filledLines(lines)[Symbol.iterator]();
    const header = (rows.next().value?.[0] ?? "").split(",");
    const [timeAt, valueAt] = [header.indexOf("Timestamp"), header.indexOf(wanted)];
    if (timeAt < 0 || valueAt < 0)
      fault(`the columns Timestamp and ${wanted}`, `only ${header.slice(0, 40).join(", ")}`);
    const seconds: { at: number; sum: number; n: number }[] = [];
    for (const [text, number] of { [Symbol.iterator]: () => rows }) {
      const cells = text.split(",");
      const at = instantOf(cells[timeAt] ?? "", number);
      const cell = cells[valueAt]?.trim() ?? "";
      if (cell === "-" || cell === "") continue;
      const value = Number(cell);
      if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
        fault(`kbit/s in ${wanted}`, `${show(cell)} in line ${number}`);
      const last = seconds.at(-1);
      if (last !== undefined && at < last.at) fault("instants that do not fall", `${cells[timeAt]} in line ${number}`);
      if (last?.at === at) {
        last.sum += value;
        last.n++;
      } else seconds.push({ at, sum: value, n: 1 });
    }
    const at = seconds.map((s) => s.at);
    const values = seconds.map((s) => (s.sum / s.n) * 1000);
    return pauses === "keep" ? traceOf(at, values, 1) : withoutPauses(at, values);
  },
};

function instantOf(text: string, line: number): number {
  const match = /^(\d{4})\.(\d\d)\.(\d\d)_(\d\d)\.(\d\d)\.(\d\d)$/.exec(text.trim());
  if (match === null) fault("instants such as 2020.01.16_10.43.34", `${show(text)} in line ${line}`);
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Cuts out runs of zero that are too short to be outages, and the time they take. */
function withoutPauses(at: readonly number[], values: readonly number[]): ReturnType<typeof traceOf> {
  const instants: number[] = [];
  const kept: number[] = [];
  let cut = 0;
  for (let i = 0; i < at.length; ) {
    let end = i;
    while (end < at.length && values[end] === 0) end++;
    const until = at[end] ?? at.at(-1)! + 1;
    if (end > i && until - at[i]! <= longestPause) {
      cut += until - at[i]!;
      i = end;
      continue;
    }
    for (const last = Math.max(end, i + 1); i < last; i++) {
      instants.push(at[i]! - cut);
      kept.push(values[i]!);
    }
  }
  return traceOf(instants, kept, 1);
}
