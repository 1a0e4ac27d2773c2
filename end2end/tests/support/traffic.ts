import type { BrowserContext } from '@playwright/test';

type Endpoint = 'host' | 'containers' | 'history';

/** What the pages ask the endpoints. */
export class Traffic {
  readonly #asked: Record<Endpoint, number> = { host: 0, containers: 0, history: 0 };

  private constructor(context: BrowserContext) {
    context.on('request', (request) => {
      const name = /\/api\/telemetry\/(\w+)$/.exec(request.url())?.[1];
      if (name) this.#asked[name as Endpoint] += 1;
    });
  }

  static async watch(context: BrowserContext): Promise<Traffic> {
    await context.addInitScript(complainOfCrowds);
    return new Traffic(context);
  }

  /** How often that endpoint was asked. */
  asked(endpoint: Endpoint): number {
    return this.#asked[endpoint];
  }
}

/**
 * Complains on the console of an endpoint that is asked while it has yet to answer. Runs in the page: outside of it one
 * hears of a request that was given up later than of the one that follows it.
 */
function complainOfCrowds(): void {
  const underWay = new Map<string, number>();
  const { fetch } = window;
  window.fetch = async (...args) => {
    const { url, signal } = new Request(...args);
    const count = (change: number) => underWay.set(url, (underWay.get(url) ?? 0) + change);
    count(1);
    if ((underWay.get(url) ?? 0) > 1) console.error(`asked again before there was an answer: ${url}`);
    let ended = false;
    const end = () => {
      if (!ended) count(-1);
      ended = true;
    };
    signal.addEventListener('abort', end);
    return fetch(...args).finally(end);
  };
}
