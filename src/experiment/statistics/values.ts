/** What every estimator asks of its input. */

/** Numbers in an array of any kind. */
export type Values = ArrayLike<number>;

/**
 * @throws RangeError when there are fewer values than `least`, or one is NaN or infinite; says which
 */
export function checkValues(values: Values, what: string, least = 1): void {
  if (values.length < least) {
    throw new RangeError(`${what} needs at least ${least} ${least === 1 ? "value" : "values"}, got ${values.length}`);
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`${what} needs finite values, got ${values[i]} at ${i}`);
  }
}

/** @throws RangeError unless the confidence is strictly between 0 and 1 */
export function checkConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`a confidence is between 0 and 1, got ${confidence}`);
}
