import type { HistoryAnswer } from './wire.ts';

/** How many points each line has that the host's CPU is drawn with, one a stretch without a gap. */
export function drawnLines({ host, interval_seconds }: HistoryAnswer): number[] {
  const lines: number[] = [];
  let newest = -Infinity;
  for (const { timestamp, cpu } of host) {
    if (cpu === null) continue;
    const at = Date.parse(timestamp) / 1000;
    const follows = Math.round((at - newest) / interval_seconds) <= 1;
    lines.push(follows ? (lines.pop() ?? 0) + 1 : 1);
    newest = at;
  }
  // A point alone is a dot.
  return lines.filter((points) => points > 1);
}
