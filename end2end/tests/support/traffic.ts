import type { BrowserContext, Page } from '@playwright/test';
import type { HostResponse } from './wire.ts';

type Endpoint = 'host' | 'containers' | 'history';

/** Counts the requests that pages send to each endpoint. */
export class Traffic {
  readonly #addresses: Record<Endpoint, string[]> = { host: [], containers: [], history: [] };

  private constructor(context: BrowserContext) {
    context.on('request', (request) => {
      const name = /\/api\/telemetry\/(\w+)(?:\?|$)/.exec(request.url())?.[1];
      if (name) this.#addresses[name as Endpoint].push(request.url());
    });
  }

  static async watch(context: BrowserContext): Promise<Traffic> {
    await context.addInitScript(reportOverlap);
    return new Traffic(context);
  }

  /** How many requests the pages have sent to this endpoint. */
  requests(endpoint: Endpoint): number {
    return this.#addresses[endpoint].length;
  }

  /** The addresses that the pages have asked at this endpoint, newest last. */
  addresses(endpoint: Endpoint): readonly string[] {
    return this.#addresses[endpoint];
  }
}

/** Collects the host endpoint's responses, newest last. */
export function collectResponses(page: Page): HostResponse[] {
  const list: HostResponse[] = [];
  page.on('response', async (response) => {
    if (!response.url().endsWith('/host') || !response.ok()) return;
    // A page that is closed meanwhile no longer has the body.
    const answer = await response.json().catch(() => undefined);
    if (answer) list.push(answer);
  });
  return list;
}

/**
 * Logs an error if an endpoint is requested again before it has responded. Runs in the page, because Playwright may
 * report that a request was aborted only after it has reported the next request.
 */
function reportOverlap(): void {
  const pending = new Map<string, number>();
  const { fetch } = window;
  window.fetch = async (...args) => {
    const { url, signal } = new Request(...args);
    const count = (change: number) => pending.set(url, (pending.get(url) ?? 0) + change);
    count(1);
    if ((pending.get(url) ?? 0) > 1) console.error(`overlapping requests: ${url}`);
    let ended = false;
    const end = () => {
      if (!ended) count(-1);
      ended = true;
    };
    signal.addEventListener('abort', end);
    return fetch(...args).finally(end);
  };
}
