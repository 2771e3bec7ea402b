/** Student's t and the normal distribution, as tests and intervals use them. */
import { normalCdf, normalQuantile } from "../../sim/normal.ts";
import { incompleteBeta, logGamma } from "../../sim/special.ts";

export { normalCdf, normalQuantile };

/**
 * P(T <= t).
 * @param df degrees of freedom, any positive number; Infinity gives the normal distribution
 * @throws RangeError for NaN, or df that is not positive
 */
export function studentCdf(t: number, df: number): number {
  check(t, df);
  return t > 0 ? 1 - upperTail(t, df) : upperTail(-t, df);
}

/**
 * The t with P(T <= t) = p, relative error 1e-11.
 * @param p 0 to 1; the ends give infinities
 * @param df degrees of freedom, any positive number; Infinity gives the normal distribution
 * @throws RangeError for p outside 0 to 1, or df that is not positive
 */
export function studentQuantile(p: number, df: number): number {
  check(p, df);
  if (p < 0 || p > 1) throw new RangeError(`a t quantile is asked for at 0 to 1, got ${p}`);
  if (p === 0.5) return 0;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p);
  return p < 0.5 ? -upperQuantile(p, df) : upperQuantile(1 - p, df);
}

/** What was asked last: a report asks for the same factor hundreds of times. */
let latest = { confidence: Number.NaN, df: Number.NaN, factor: Number.NaN };

/** Half the width of a two-sided interval in standard errors: the t quantile at (1 + confidence) / 2. */
export function studentFactor(confidence: number, df: number): number {
  if (latest.confidence !== confidence || latest.df !== df) {
    latest = { confidence, df, factor: -studentQuantile((1 - confidence) / 2, df) };
  }
  return latest.factor;
}

/** Two-sided p value: P(|T| >= |t|). @throws RangeError for NaN, or df that is not positive */
export function studentP(t: number, df: number): number {
  check(t, df);
  return 2 * upperTail(Math.abs(t), df);
}

/** Two-sided p value: P(|Z| >= |z|). @throws RangeError for NaN */
export function normalP(z: number): number {
  return 2 * normalCdf(-Math.abs(z));
}

function check(at: number, df: number): void {
  if (Number.isNaN(at) || !(df > 0)) throw new RangeError(`Student's t at ${at} with ${df} degrees of freedom`);
}

/** P(T > t) for t >= 0. */
function upperTail(t: number, df: number): number {
  if (t === Number.POSITIVE_INFINITY) return 0;
  if (df === Number.POSITIVE_INFINITY) return normalCdf(-t);
  const rest = df + t * t;
  if (rest === Number.POSITIVE_INFINITY) return 0;
  return 0.5 * incompleteBeta(df / 2, 0.5, df / rest, (t * t) / rest);
}

/** P(|T| < t) for t >= 0, accurate where it is small. */
function centre(t: number, df: number): number {
  const rest = df + t * t;
  return incompleteBeta(0.5, df / 2, (t * t) / rest, df / rest);
}

function logDensity(t: number, df: number): number {
  const scale = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  return scale - ((df + 1) / 2) * Math.log1p((t * t) / df);
}

/**
 * The t > 0 with upper tail q < 1/2. Newton on log t, against the logarithm of the tail far out and of the centre near 0: either is
 * nearly straight.
 */
function upperQuantile(q: number, df: number): number {
  const far = q < 0.25;
  const wanted = Math.log(far ? q : 1 - 2 * q);
  let t = Math.max(-normalQuantile(q), 1e-300);
  for (let i = 0; i < 200; i++) {
    const share = far ? upperTail(t, df) : centre(t, df);
    if (share === 0) {
      // Beyond all doubles: come back half the way.
      t = Math.sqrt(t);
      continue;
    }
    const slope = (Math.exp(logDensity(t, df)) * t * (far ? -1 : 2)) / share;
    const step = Math.max(-3, Math.min(3, (wanted - Math.log(share)) / slope));
    t *= Math.exp(step);
    if (Math.abs(step) < 1e-13) break;
  }
  return t;
}
