/** How good each exit is, from its logits and the labels. */

/** Quality of one exit over some rows. */
export interface ExitQuality {
  /** Share of rows whose largest logit is the label's; of equal ones the lowest class counts. */
  readonly accuracy: number;
  /** Mean largest softmax probability. */
  readonly confidence: number;
  /** Expected calibration error over 15 equal bins of confidence (Guo et al. 2017). */
  readonly calibrationError: number;
  /** Mean cross-entropy [nats]. */
  readonly loss: number;
}

/**
 * Quality of every exit.
 * @param logits shape [rows, exits, classes]
 * @param labels shape [rows]
 * @param pick the rows that count; all by default
 */
export function qualityOf(
  logits: Float32Array,
  labels: ArrayLike<number>,
  exits: number,
  classes: number,
  pick: (row: number) => boolean = () => true,
): ExitQuality[] {
  return Array.from({ length: exits }, (_, exit) => {
    const bins = new ConfidenceBins();
    let loss = 0;
    for (let row = 0; row < labels.length; row += 1) {
      if (!pick(row)) continue;
      const from = (row * exits + exit) * classes;
      const { top, confidence, logSum } = softmaxTop(logits, from, classes);
      loss += logSum - logits[from + labels[row]!]!;
      bins.add(confidence, top === labels[row]);
    }
    return { ...bins.quality(), loss: loss / bins.rows };
  });
}

/** Bins of confidence, from which accuracy and calibration error come. */
const binCount = 15;

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly rows: number;
  /** Mean confidence and accuracy of its rows; 0 where it has none. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** Counts rows by confidence in 15 equal bins of (0, 1]. */
export class ConfidenceBins {
  rows = 0;
  readonly #bins = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, correct: 0 }));

  add(confidence: number, isCorrect: boolean): void {
    const bin = this.#bins[Math.min(binCount - 1, Math.floor(confidence * binCount))]!;
    this.rows += 1;
    bin.count += 1;
    bin.confidence += confidence;
    bin.correct += isCorrect ? 1 : 0;
  }

  quality(): Omit<ExitQuality, "loss"> {
    const sum = (of: (bin: { count: number; confidence: number; correct: number }) => number): number =>
      this.#bins.reduce((total, bin) => total + of(bin), 0);
    return {
      accuracy: sum((bin) => bin.correct) / this.rows,
      confidence: sum((bin) => bin.confidence) / this.rows,
      calibrationError: sum((bin) => Math.abs(bin.correct - bin.confidence)) / this.rows,
    };
  }

  reliability(): ReliabilityBin[] {
    return this.#bins.map(({ count, confidence, correct }) => ({
      rows: count,
      confidence: count === 0 ? 0 : confidence / count,
      accuracy: count === 0 ? 0 : correct / count,
    }));
  }
}

/** The class of the largest logit, its softmax probability, and the log of the sum of exponentials. */
function softmaxTop(
  logits: Float32Array,
  from: number,
  classes: number,
): { top: number; confidence: number; logSum: number } {
  let top = 0;
  for (let c = 1; c < classes; c += 1) if (logits[from + c]! > logits[from + top]!) top = c;
  const largest = logits[from + top]!;
  let sum = 0;
  for (let c = 0; c < classes; c += 1) sum += Math.exp(logits[from + c]! - largest);
  return { top, confidence: 1 / sum, logSum: largest + Math.log(sum) };
}
