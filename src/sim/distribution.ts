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
