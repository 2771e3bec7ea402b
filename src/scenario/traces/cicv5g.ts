import { show } from "../errors.ts";
import { fault, filledLines, type TraceFormat, traceOf } from "./trace.ts";

/**
 * Round trips of small messages between a vehicle and a server, columns by the names in the header (10 or 13 of them), blanks between.
 * One way is taken as half of a round trip, which holds from when its message was sent until the next one's.
 * @see X. Zhang et al., "5G communication delay dataset for cloud-based vehicle planning and control", 2025
 */
export const cicv5g: TraceFormat = {
  name: "cicv5g",
  about: "round trips of Zhang et al. 2025: pub_time(ms), delay(ms)",
  uses: [],
  fits: (_file, head) => /^pub_time\(ms\)\s.*delay\(ms\)/.test(head[0] ?? ""),
  read(lines, { what }) {
    if (what !== "latency") fault("a trace of rates", "round trips, which latency takes");
    const rows = filledLines(lines)[Symbol.iterator]();
    const header = (rows.next().value?.[0] ?? "").split(/\s+/);
    const [timeAt, delayAt] = [header.indexOf("pub_time(ms)"), header.indexOf("delay(ms)")];
    if (timeAt < 0 || delayAt < 0) fault("the columns pub_time(ms) and delay(ms)", header.slice(0, 20).join(" "));
    const points: { at: number; delay: number }[] = [];
    for (const [text, number] of { [Symbol.iterator]: () => rows }) {
      const cells = text.split(/\s+/);
      const [at, delay] = [Number(cells[timeAt]), Number(cells[delayAt])];
      if (!(Number.isFinite(at) && delay >= 0 && delay < Number.POSITIVE_INFINITY))
        fault("milliseconds in pub_time(ms) and delay(ms)", `${show(text.slice(0, 60))} in line ${number}`);
      points.push({ at: at / 1000, delay: delay / 2000 });
    }
    // Lines are written as answers come back, so they may be out of order.
    points.sort((a, b) => a.at - b.at);
    const kept = points.filter((p, i) => p.at !== points[i + 1]?.at);
    const gaps = kept
      .slice(1)
      .map((p, i) => p.at - kept[i]!.at)
      .sort((a, b) => a - b);
    return traceOf(
      kept.map((p) => p.at),
      kept.map((p) => p.delay),
      gaps[gaps.length >> 1] ?? 1,
    );
  },
};
