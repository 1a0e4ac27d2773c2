/** The nearest-rank quantile of `values`; for an odd number of values, a `fraction` of 0.5 gives the median. */
export function quantile(values: readonly number[], fraction: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(fraction * values.length) - 1] ?? NaN;
}
