import type { Page } from '@playwright/test';

/** A task on the page's main thread; times in milliseconds. */
export interface Span {
  name: string;
  start: number;
  end: number;
  /** CPU time, which excludes time spent waiting for the processor; the duration if the trace has no CPU time. */
  busy: number;
  /** The URL that the trace gives for the task, such as the URL of a request; empty if the trace gives no URL. */
  url: string;
}

/** A trace event as the browser reports it; times in microseconds. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args: { data?: { url?: string } };
}

/**
 * Returns all tasks on the page's main thread during `work`, ordered by start time. The page must send a request during
 * `work`, because the request identifies the thread.
 */
export async function traceMainThread(page: Page, work: () => Promise<void>): Promise<Span[]> {
  const cdp = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  // Playwright does not type the events.
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise((done) => cdp.once('Tracing.tracingComplete', done));
  await cdp.send('Tracing.start', { traceConfig: { includedCategories: ['devtools.timeline', 'v8'], excludedCategories: ['*'] } });
  await work();
  await cdp.send('Tracing.end');
  await complete;

  // The thread that sends requests is the page's main thread; the trace also covers other threads and processes.
  const main = events.find(({ name }) => name === 'ResourceSendRequest');
  return events
    .filter(({ pid, tid }) => pid === main?.pid && tid === main.tid)
    .map(({ name, ts, dur = 0, tdur = dur, args }) => {
      return { name, start: ts / 1000, end: (ts + dur) / 1000, busy: tdur / 1000, url: args.data?.url ?? '' };
    })
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
}
