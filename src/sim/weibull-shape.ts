import { logGamma } from "./special.ts";

/**
 * Shape of the weibull distribution with a coefficient of variation, to rounding: cv² = Γ(1 + 2/shape) / Γ(1 + 1/shape)² - 1, which
 * falls as the shape rises.
 * @param cv 0.001 to 1000
 */
export function weibullShape(cv: number): number {
  const wanted = Math.log1p(cv * cv);
  const above = (logShape: number): boolean => {
    const x = Math.exp(-logShape);
    return logGamma(1 + 2 * x) - 2 * logGamma(1 + x) > wanted;
  };
  let [low, high] = [Math.log(0.05), Math.log(2000)];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (above(middle)) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
