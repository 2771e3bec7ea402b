/** The upper confidence bound of a bandit with finitely many arms. */

/**
 * UCB1: every arm once in order, then the one with the largest mean + c sqrt(ln t / n), of equal ones the first.
 * @see Auer, Cesa-Bianchi, Fischer, "Finite-time analysis of the multiarmed bandit problem", Machine Learning 47, 2002 (there c = sqrt 2)
 */
export class Ucb {
  private readonly sums: number[];
  private readonly counts: number[];
  private total = 0;
  private readonly exploration: number;

  constructor(arms: number, exploration: number) {
    this.sums = new Array<number>(arms).fill(0);
    this.counts = new Array<number>(arms).fill(0);
    this.exploration = exploration;
  }

  /** Rewards come later than choices: an arm that was never rewarded is tried before all others. */
  choose(): number {
    const untried = this.counts.indexOf(0);
    if (untried >= 0) return untried;
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    this.counts.forEach((n, arm) => {
      const bound = this.sums[arm]! / n + this.exploration * Math.sqrt(Math.log(this.total) / n);
      if (bound > most) {
        most = bound;
        best = arm;
      }
    });
    return best;
  }

  reward(arm: number, value: number): void {
    this.sums[arm]! += value;
    this.counts[arm]! += 1;
    this.total++;
  }

  /** Mean reward of an arm so far; NaN before the first. */
  mean(arm: number): number {
    return this.sums[arm]! / this.counts[arm]!;
  }
}
