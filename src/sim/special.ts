/** Gamma and beta functions, for distributions and for the statistics of output. Relative errors are about 1e-13 unless said otherwise. */

const LOG_SQRT_2PI = 0.9189385332046727;

/** C. Lanczos's approximation with g = 7 and nine terms, as computed by P. Godfrey (2001): relative error 1e-15 of the gamma function. */
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const;

/** From here on Stirling's series is exact to the last bits. */
const STIRLING_FROM = 15;

/** log Γ(x) less ((x - 1/2) log x - x + log √(2π)), for x >= 15. */
function stirlingCorrection(x: number): number {
  const z = 1 / (x * x);
  return (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - (z * 691) / 360360))))) / x;
}

/**
 * Logarithm of the gamma function. Near its zeros at 1 and 2 it is the absolute error that is 1e-15.
 * @throws RangeError unless x > 0
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`log-gamma is for positive numbers, got ${x}`);
  if (x >= STIRLING_FROM) return (x - 0.5) * Math.log(x) - x + LOG_SQRT_2PI + stirlingCorrection(x);
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  let sum: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x - 1 + i);
  const t = x + 6.5;
  return LOG_SQRT_2PI + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** log of x^a e^-x / Γ(a): x times the density of a gamma variable of shape a and mean a. Takes log x, which may be below that of any double. */
export function logGammaDensity(a: number, logX: number): number {
  const x = Math.exp(logX);
  if (a < STIRLING_FROM) return a * logX - x - logGamma(a);
  const off = (x - a) / a;
  // Written so that for large a no large numbers cancel.
  const exponent = Math.abs(off) < 0.5 ? a * (Math.log1p(off) - off) : a * (logX - Math.log(a) - off);
  return exponent + 0.5 * Math.log(a) - LOG_SQRT_2PI - stirlingCorrection(a);
}

/**
 * Logarithms of the regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x), each accurate where it is small.
 * About √a steps when x is near a. @see DLMF 8.11.4 (series), 8.9.2 (continued fraction).
 * @param logX log x, which may be below that of any double
 */
export function logIncompleteGamma(a: number, logX: number): { readonly logP: number; readonly logQ: number } {
  const x = Math.exp(logX);
  if (x === Number.POSITIVE_INFINITY) return { logP: 0, logQ: Number.NEGATIVE_INFINITY };
  const logDensity = logGammaDensity(a, logX);
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    const logP = Math.min(0, logDensity + Math.log(sum));
    return { logP, logQ: logOneLess(logP) };
  }
  // Modified Lentz: b + a1/(b1 + a2/(b2 + …)).
  let b = x + 1 - a;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let h = d;
  for (let n = 1; ; n++) {
    const step = n * (a - n);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 2e-16) break;
  }
  const logQ = Math.min(0, logDensity + Math.log(h));
  return { logP: logOneLess(logQ), logQ };
}

/** log(1 - e^l) for l <= 0. */
function logOneLess(l: number): number {
  return l > -Math.LN2 ? Math.log(-Math.expm1(l)) : Math.log1p(-Math.exp(l));
}

/**
 * Regularised lower incomplete gamma function P(a, x): the distribution function of a gamma variable of shape a and scale 1.
 * @throws RangeError unless a > 0 and x >= 0
 */
export function gammaP(a: number, x: number): number {
  check(a, x);
  return x === 0 ? 0 : Math.exp(logIncompleteGamma(a, Math.log(x)).logP);
}

/** Q(a, x) = 1 - P(a, x), accurate where it is small. @throws RangeError unless a > 0 and x >= 0 */
export function gammaQ(a: number, x: number): number {
  check(a, x);
  return x === 0 ? 1 : Math.exp(logIncompleteGamma(a, Math.log(x)).logQ);
}

function check(a: number, x: number): void {
  if (!(a > 0 && a < Number.POSITIVE_INFINITY && x >= 0)) {
    throw new RangeError(`the incomplete gamma function is for a > 0 and x >= 0, got ${a} and ${x}`);
  }
}

/**
 * Regularised incomplete beta function I_x(a, b): the distribution function of a beta variable.
 * @param complement 1 - x, where it is known better than by subtraction
 * @throws RangeError unless a > 0, b > 0 and 0 <= x <= 1
 * @see DLMF 8.17.22 (continued fraction)
 */
export function incompleteBeta(a: number, b: number, x: number, complement = 1 - x): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) {
    throw new RangeError(`the incomplete beta function is for a, b > 0 and 0 <= x <= 1, got ${a}, ${b} and ${x}`);
  }
  if (x === 0) return 0;
  if (complement === 0) return 1;
  const logFront = logBetaDensity(a, b, x, complement);
  if (x < (a + 1) / (a + b + 2)) return (Math.exp(logFront) * betaFraction(a, b, x)) / a;
  return 1 - (Math.exp(logFront) * betaFraction(b, a, complement)) / b;
}

/** log of x^a (1-x)^b / B(a, b), written so that for large a and b no large numbers cancel. */
function logBetaDensity(a: number, b: number, x: number, complement: number): number {
  if (a < b) return logBetaDensity(b, a, complement, x);
  if (b >= STIRLING_FROM) {
    const off = b * x - a * complement;
    const corrections = stirlingCorrection(a + b) - stirlingCorrection(a) - stirlingCorrection(b);
    const scale = 0.5 * Math.log((a * b) / (a + b)) - LOG_SQRT_2PI;
    return (
      logPower(a, off / a, x * (1 + b / a)) + logPower(b, -off / b, complement * (1 + a / b)) + scale + corrections
    );
  }
  const logX = x > 0.5 ? Math.log1p(-complement) : Math.log(x);
  return a * logX + b * Math.log(complement) - logGamma(b) + logGammaRatio(a, b);
}

/** n log(1 + off), where ratio = 1 + off may be known better when it is small. */
function logPower(n: number, off: number, ratio: number): number {
  return n * (Math.abs(off) < 0.5 ? Math.log1p(off) : Math.log(ratio));
}

/** log Γ(a + b) - log Γ(a). */
function logGammaRatio(a: number, b: number): number {
  if (a < STIRLING_FROM) return logGamma(a + b) - logGamma(a);
  const corrections = stirlingCorrection(a + b) - stirlingCorrection(a);
  return (a - 0.5) * Math.log1p(b / a) + b * Math.log(a + b) - b + corrections;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    h *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    h *= c * d;
    if (Math.abs(c * d - 1) < 4e-16 || m > 1_000_000) return h;
  }
}
