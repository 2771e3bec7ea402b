/** One line of progress on stderr: redrawn on a terminal, a plain line every ten seconds elsewhere. */
const everyOnTerminal = 100;
const everyElsewhere = 10_000;

export class Progress {
  private readonly quiet: boolean;
  private readonly startedAt = Date.now();
  private drawnAt = Date.now();
  private wide = 0;

  /** Share that was done already when it began: nothing to tell the pace by. */
  private readonly before: number;

  constructor(quiet: boolean, before = 0) {
    this.quiet = quiet;
    this.before = before;
  }

  /** @param share done, 0 to 1 */
  show(text: string, share: number): void {
    if (this.quiet) return;
    const now = Date.now();
    const terminal = process.stderr.isTTY === true;
    if (now - this.drawnAt < (terminal ? everyOnTerminal : everyElsewhere)) return;
    this.drawnAt = now;
    const elapsed = (now - this.startedAt) / 1000;
    const worked = share - this.before;
    const left = worked > 0 ? `  ${span((elapsed * (1 - share)) / worked)} left` : "";
    const line = `${text}  ${Math.floor(share * 100)} %${left}`;
    if (terminal) {
      process.stderr.write(`\r${line.padEnd(this.wide)}`);
      this.wide = line.length;
    } else process.stderr.write(`${line}\n`);
  }

  /** Clears the line. */
  end(): void {
    if (this.wide > 0) process.stderr.write(`\r${" ".repeat(this.wide)}\r`);
    this.wide = 0;
  }
}

function span(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
