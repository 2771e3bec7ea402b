/** A gate as it is kept; apart from how it is fitted, which knows TensorFlow.js. */

/** A logistic function of standardised features. */
export interface Gate {
  /** Exit it belongs to. */
  readonly exit: string;
  /** Of each feature over the rows it was fitted to. */
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** One a feature, the constant last. */
  readonly weights: readonly number[];
}
