import { show } from "../errors.ts";
import { fault, filledLines, type TraceFormat, traceOf } from "./trace.ts";

const units: Readonly<Record<string, number>> = { bits: 1, kbits: 1e3, mbits: 1e6, gbits: 1e9 };

/**
 * Throughput of a download, one value a second, each with its own unit: they change within a file.
 * @see L. Mei et al., "Realtime mobile bandwidth prediction using LSTM neural network", PAM 2019
 */
export const nyuMets: TraceFormat = {
  name: "nyu-mets",
  about: "value,unit on each line, one a second",
  uses: [],
  fits: (_file, head) => /^[\d.]+\s*,\s*[kmg]?bits\/sec/i.test(head[0] ?? ""),
  read(lines, { what }) {
    if (what === "latency") fault("a trace of delays", "rates");
    const values: number[] = [];
    for (const [text, number] of filledLines(lines)) {
      const match = /^(\d+\.?\d*|\.\d+)\s*,\s*([kmg]?bits)\/sec$/i.exec(text);
      if (match === null)
        fault("a value and its unit on each line, such as 3.97,Mbits/sec", `${show(text)} in line ${number}`);
      values.push(Number(match[1]) * units[match[2]!.toLowerCase()]!);
    }
    return traceOf(
      values.map((_, i) => i),
      values,
      1,
    );
  },
};
