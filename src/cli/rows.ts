/** `requests.csv`: a row per request of the file as written. */
import { csvLine, RowRecorder, rowColumns } from "../experiment/rows.ts";
import type { Setup } from "../sim/setup.ts";
import type { Recorder } from "../sim/simulation.ts";
import { openWhole } from "./files.ts";

export interface RowOutput {
  recorder(setup: Setup, replication: number): Recorder;
  commit(): void;
  discard(): void;
}

/** Characters gathered before they are written. */
const piece = 1 << 20;

export function rowOutput(path: string): RowOutput {
  const file = openWhole(path);
  let text = "";
  let hasHead = false;
  const flush = (): void => {
    file.write(text);
    text = "";
  };
  return {
    recorder(setup, replication) {
      if (!hasHead) text += csvLine(rowColumns(setup));
      hasHead = true;
      return new RowRecorder(setup, replication, (row) => {
        text += csvLine(row);
        if (text.length > piece) flush();
      });
    },
    commit() {
      flush();
      file.commit();
    },
    discard: () => file.discard(),
  };
}
