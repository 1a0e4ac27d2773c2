/** The least of the values that at least this part of all do not exceed: 0.5 for the median of an odd number. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(part * values.length) - 1] ?? NaN;
}
