/** Progress of long work on stderr: a bar with the time left on a terminal, elsewhere a plain line every 10 s. */
export interface ProgressBar {
  /** @param share of all work done, 0 to 1 @param note what is under way */
  update(share: number, note: string): void;
  /** Ends the line, so that what follows begins on its own. */
  end(): void;
}

const width = 24;

/**
 * @param quiet prints nothing
 * @param startedAt share that was already done when this process began, left out of the estimate of the time left
 */
export function progressBar(quiet: boolean, startedAt = 0): ProgressBar {
  const begun = performance.now();
  const terminal = process.stderr.isTTY === true;
  let printedAt = -Infinity;
  let drawn = false;
  return {
    update(share, note) {
      const now = performance.now();
      if (quiet || now - printedAt < (terminal ? 100 : 10_000)) return;
      printedAt = now;
      const done = share - startedAt;
      const left = done > 0 ? `${clock(((now - begun) * (1 - share)) / done)} left` : "";
      const percent = `${(100 * share).toFixed(1).padStart(5)} %`;
      if (!terminal) {
        process.stderr.write(`${percent}  ${note}  ${left}\n`);
        return;
      }
      const full = Math.round(width * share);
      const line = `${"█".repeat(full)}${"░".repeat(width - full)} ${percent}  ${note}  ${left}`;
      process.stderr.write(`\r${line.slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
      drawn = true;
    },
    end() {
      if (drawn) process.stderr.write("\n");
      drawn = false;
    },
  };
}

/** A span as h:mm:ss or m:ss. */
function clock(milliseconds: number): string {
  const total = Math.round(milliseconds / 1000);
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
