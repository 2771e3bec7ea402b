/** Whether a series of measurements has come to a new level. */

/**
 * Bayesian online change-point detection: the posterior of the run length since the last change, with a constant hazard and normal measurements of known
 * spread around a level with a normal prior. Run lengths beyond `most` are joined.
 * @see Adams, MacKay, "Bayesian online changepoint detection", arXiv 0710.3742, 2007, algorithm 1
 */
export class ChangePoints {
  /** By run length: probability, and mean and precision of the level. */
  private probability = [1];
  private means: number[];
  private precisions: number[];
  private readonly prior: { readonly mean: number; readonly precision: number };
  private readonly noise: number;
  private readonly hazard: number;
  private readonly most: number;

  /** @param prior mean and standard deviation of levels @param spread of measurements around their level @param hazard probability of a change at each */
  constructor(prior: { mean: number; sd: number }, spread: number, hazard: number, most = 100) {
    this.prior = { mean: prior.mean, precision: 1 / prior.sd ** 2 };
    this.noise = 1 / spread ** 2;
    this.hazard = hazard;
    this.most = most;
    this.means = [prior.mean];
    this.precisions = [this.prior.precision];
  }

  add(x: number): void {
    const fits = this.means.map((mean, r) => {
      const variance = 1 / this.precisions[r]! + 1 / this.noise;
      return (this.probability[r]! * Math.exp((-0.5 * (x - mean) ** 2) / variance)) / Math.sqrt(variance);
    });
    const grown = fits.map((p) => p * (1 - this.hazard));
    const changed = fits.reduce((sum, p) => sum + p * this.hazard, 0);
    const total = changed + grown.reduce((sum, p) => sum + p, 0);
    // A value that nothing expected: a change for certain.
    if (!(total > 0)) {
      this.probability = [1];
      this.means = [x];
      this.precisions = [this.noise];
      return;
    }
    this.probability = [changed / total, ...grown.map((p) => p / total)];
    const updated = this.means.map((mean, r) => {
      const precision = this.precisions[r]!;
      return (precision * mean + this.noise * x) / (precision + this.noise);
    });
    this.means = [this.prior.mean, ...updated];
    this.precisions = [this.prior.precision, ...this.precisions.map((p) => p + this.noise)];
    if (this.probability.length <= this.most) return;
    const last = this.probability.pop()!;
    this.probability[this.probability.length - 1]! += last;
    this.means.pop();
    this.precisions.pop();
  }

  /** Level of the most probable run; the prior's before any measurement. */
  get level(): number {
    return this.means[this.runLength]!;
  }

  /** Most probable number of measurements since the last change. */
  get runLength(): number {
    return this.probability.indexOf(Math.max(...this.probability));
  }
}
