/** A distribution by its meaningful parameters. Values are non-negative; units are those of what it describes. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "exponential"; readonly mean: number }
  /** Cut at 0: negative draws are not drawn. `mean` and `sd` are those before the cut. */
  | { readonly kind: "normal"; readonly mean: number; readonly sd: number }
  | { readonly kind: "lognormal"; readonly mean: number; readonly cv: number }
  | { readonly kind: "gamma"; readonly mean: number; readonly cv: number }
  | { readonly kind: "erlang"; readonly mean: number; readonly k: number }
  | { readonly kind: "hyperexponential"; readonly shares: readonly number[]; readonly means: readonly number[] }
  | { readonly kind: "weibull"; readonly shape: number; readonly scale: number }
  | { readonly kind: "pareto"; readonly shape: number; readonly minimum: number }
  | { readonly kind: "discrete"; readonly values: readonly number[]; readonly shares: readonly number[] }
  /** Linear between quantiles at equally spaced probabilities 0 … 1, ascending. */
  | { readonly kind: "empirical"; readonly quantiles: readonly number[] }
  /** Element n for the stream's n-th arrival; running out is an error. */
  | { readonly kind: "sequence"; readonly values: readonly number[] };

/**
 * Refuses parameters that make no distribution: negative, infinite, NaN, or out of order. A spread of 0 is a constant.
 * @throws RangeError that names the parameter and its value
 */
export function checkDistribution(d: Distribution): void {
  switch (d.kind) {
    case "constant":
      notNegative(d.kind, { value: d.value });
      break;
    case "uniform":
      notNegative(d.kind, { low: d.low, high: d.high });
      if (d.high < d.low) fail(d.kind, `low ${d.low} above high ${d.high}`);
      break;
    case "exponential":
      notNegative(d.kind, { mean: d.mean });
      break;
    case "normal":
      notNegative(d.kind, { mean: d.mean, sd: d.sd });
      break;
    case "lognormal":
    case "gamma":
      notNegative(d.kind, { mean: d.mean, cv: d.cv });
      break;
    case "erlang":
      notNegative(d.kind, { mean: d.mean });
      if (!(Number.isSafeInteger(d.k) && d.k > 0)) fail(d.kind, `k ${d.k}, which is no positive integer`);
      break;
    case "hyperexponential":
      shared(d.kind, d.shares, d.means);
      break;
    case "weibull":
      positive(d.kind, { shape: d.shape });
      notNegative(d.kind, { scale: d.scale });
      break;
    case "pareto":
      positive(d.kind, { shape: d.shape });
      notNegative(d.kind, { minimum: d.minimum });
      break;
    case "discrete":
      shared(d.kind, d.shares, d.values);
      break;
    case "empirical":
      list(d.kind, d.quantiles);
      d.quantiles.forEach((q, i) => {
        if (q < d.quantiles[i - 1]!) fail(d.kind, `quantile ${i} (${q}) below the one before it`);
      });
      break;
    case "sequence":
      list(d.kind, d.values);
      break;
  }
}

/** Shares as probabilities: divided by their sum. */
export function normalised(shares: readonly number[]): number[] {
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => share / sum);
}

function fail(kind: string, what: string): never {
  throw new RangeError(`${kind} distribution with ${what}`);
}

function notNegative(kind: string, parameters: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) fail(kind, `${name} ${value}`);
  }
}

function positive(kind: string, parameters: Readonly<Record<string, number>>): void {
  notNegative(kind, parameters);
  for (const [name, value] of Object.entries(parameters)) if (value === 0) fail(kind, `${name} 0`);
}

function list(kind: string, values: readonly number[]): void {
  if (values.length === 0) fail(kind, "no values");
  values.forEach((value, i) => {
    notNegative(kind, { [`value ${i}`]: value });
  });
}

function shared(kind: string, shares: readonly number[], values: readonly number[]): void {
  list(kind, values);
  list(kind, shares);
  if (shares.length !== values.length) fail(kind, `${shares.length} shares and ${values.length} values`);
  if (shares.every((share) => share === 0)) fail(kind, "no share above 0");
}
