/** The smallest value that is at least as large as this fraction of all values; 0.5 gives the median of an odd count. */
export function quantile(values: readonly number[], fraction: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(fraction * values.length) - 1] ?? NaN;
}
