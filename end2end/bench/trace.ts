import type { Page } from '@playwright/test';

/** Something that a page's main thread did, in milliseconds. */
export interface Span {
  name: string;
  start: number;
  end: number;
  /** How long of it the thread had a processor, which other programs may have kept from it. */
  busy: number;
  /** Of a request, what it asks for; otherwise empty. */
  url: string;
}

/** What a browser says of it, in microseconds. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args: { data?: { url?: string } };
}

/** All that the page's main thread does while `work` goes on and the page asks for something, in order of its start. */
export async function traceMainThread(page: Page, work: () => Promise<void>): Promise<Span[]> {
  const cdp = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  // The protocol leaves open what an event is.
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise((done) => cdp.once('Tracing.tracingComplete', done));
  await cdp.send('Tracing.start', { traceConfig: { includedCategories: ['devtools.timeline', 'v8'], excludedCategories: ['*'] } });
  await work();
  await cdp.send('Tracing.end');
  await complete;

  // Requests are made on the main thread; the browser's other processes have threads of their own.
  const main = events.find(({ name }) => name === 'ResourceSendRequest');
  return events
    .filter(({ pid, tid }) => pid === main?.pid && tid === main.tid)
    .map(({ name, ts, dur = 0, tdur = dur, args }) => {
      return { name, start: ts / 1000, end: (ts + dur) / 1000, busy: tdur / 1000, url: args.data?.url ?? '' };
    })
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
}
