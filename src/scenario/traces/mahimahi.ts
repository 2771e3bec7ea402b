import { show } from "../errors.ts";
import { fault, filledLines, type TraceFormat } from "./trace.ts";

/** Bits that leave at one opportunity: a packet of 1500 B. */
const opportunity = 12_000;

/**
 * Opportunities to send 1500 B, one a line, by the millisecond at which they end; several lines with one number are several packets. The
 * recording repeats with its last number as period. Capacity, not throughput; binned, because a rate needs a width.
 * @see ravinet/mahimahi, mm-link(1)
 */
export const mahimahi: TraceFormat = {
  name: "mahimahi",
  about: "milliseconds at which 1500 B may leave, one a line (.up, .down)",
  uses: ["bin"],
  fits: (file, head) => /\.(up|down)$/.test(file) || head.every((line) => /^\d+$/.test(line)),
  read(lines, { what, bin }) {
    if (what === "latency") fault("a trace of delays", "opportunities to send, which are a capacity");
    const instants: number[] = [];
    for (const [text, number] of filledLines(lines)) {
      const ms = Number(text);
      if (!/^\d+$/.test(text) || !Number.isSafeInteger(ms))
        fault("a whole number of milliseconds on each line", `${show(text)} in line ${number}`);
      if (ms < (instants.at(-1) ?? 0))
        fault("numbers that do not fall", `${ms} after ${instants.at(-1)} in line ${number}`);
      instants.push(ms);
    }
    const period = instants.at(-1) ?? 0;
    if (period === 0)
      fault("milliseconds above 0: the last is the period", instants.length === 0 ? "no line" : "only 0");
    const width = bin * 1000;
    const bins = Math.ceil(period / width);
    const packets = new Float64Array(bins);
    // An opportunity at t belongs to the time that ends there.
    for (const ms of instants) packets[Math.max(0, Math.ceil(ms / width) - 1)]! += 1;
    return {
      at: Array.from(packets, (_, i) => (i * width) / 1000),
      values: Array.from(packets, (n, i) => (n * opportunity * 1000) / (Math.min(period, (i + 1) * width) - i * width)),
      length: period / 1000,
    };
  },
};
