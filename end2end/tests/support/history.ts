import type { HistoryResponse } from './wire.ts';

/** How many points each line of the host's CPU has; a gap splits lines. */
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
  // A single point is drawn as a dot.
  return lines.filter((points) => points > 1);
}
