import { normalCdf, normalDensity } from "./normal.ts";

/**
 * The normal distribution whose part above 0 has a mean and a coefficient of variation, to rounding. With a = mean / sd before the cut and
 * h = density(a) / P(Z < a), the part above 0 has mean sd (a + h) and variance sd² (1 - a h - h²).
 * @param cv 0 or more
 * @returns null for a cv above that of half a normal around 0, √(π / 2 - 1) = 0.7555: before the cut the mean would be below 0
 */
export function uncutNormal(mean: number, cv: number): { readonly mean: number; readonly sd: number } | null {
  // A cut so far away takes nothing.
  if (cv < 1e-3 || mean === 0) return { mean, sd: cv * mean };
  const at = (a: number): { readonly first: number; readonly cv: number } => {
    const h = normalDensity(a) / normalCdf(a);
    return { first: a + h, cv: Math.sqrt(1 - a * h - h * h) / (a + h) };
  };
  if (at(0).cv < cv * (1 - 1e-3)) return null;
  // The cv falls as the cut moves away; without a cut it is 1 / a.
  let [low, high] = [0, 1 / cv];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (at(middle).cv > cv) low = middle;
    else high = middle;
  }
  const a = (low + high) / 2;
  const sd = mean / at(a).first;
  return { mean: a * sd, sd };
}
