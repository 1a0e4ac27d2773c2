import type { HistoryResponse } from './wire.ts';

/** The number of points in each line drawn for the host's CPU usage. A gap starts a new line. */
export function drawnLines({ host, interval_seconds }: HistoryResponse): number[] {
  const lines: number[] = [];
  let newest = -Infinity;
  for (const { timestamp, cpu } of host) {
    if (cpu === null) continue;
    const at = Date.parse(timestamp) / 1000;
    const follows = Math.round((at - newest) / interval_seconds) <= 1;
    lines.push(follows ? (lines.pop() ?? 0) + 1 : 1);
    newest = at;
  }
  // A single point is drawn as a dot, not as a line.
  return lines.filter((points) => points > 1);
}
