/** Formats of traces; the first that fits a file is taken. */
import { cicv5g } from "./cicv5g.ts";
import { csv } from "./csv.ts";
import { irish5g } from "./irish-5g.ts";
import { mahimahi } from "./mahimahi.ts";
import { nyuMets } from "./nyu-mets.ts";
import { fault, type Trace, type TraceFormat, type TraceRequest } from "./trace.ts";

export const traceFormats: readonly TraceFormat[] = [irish5g, cicv5g, nyuMets, mahimahi, csv];

/**
 * @param given keys that were written beside the file
 * @param format name of one of {@link traceFormats}, or null to tell by the file
 * @throws FileFault when the file is not of that format
 */
export function readTrace(
  file: string,
  text: string,
  format: string | null,
  request: TraceRequest,
  given: readonly TraceFormat["uses"][number][] = [],
): Trace {
  const lines = text.split(/\r?\n/);
  const head = lines
    .slice(0, 20)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const { name, uses, read } = formatOf(file, head, format);
  const unused = given.find((key) => !uses.includes(key));
  if (unused !== undefined)
    fault(
      uses.length === 0
        ? `no column, bin or pauses for a file of format ${name}`
        : `${uses.join(" or ")} for a file of format ${name}`,
      unused,
    );
  return read(lines, request);
}

/** The format that a file is read as. @param head its first lines that are not empty */
function formatOf(file: string, head: readonly string[], format: string | null): TraceFormat {
  return traceFormats.find((f) => (format === null ? head.length > 0 && f.fits(file, head) : f.name === format)) ?? csv;
}
