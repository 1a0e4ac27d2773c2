import type { Page, Route } from '@playwright/test';

/** Holds matching requests until they are released. */
export class HeldRequests {
  readonly #page: Page;
  readonly #url: string;
  readonly #routes: Route[] = [];
  readonly #hold = (route: Route): void => void this.#routes.push(route);

  private constructor(page: Page, url: string) {
    this.#page = page;
    this.#url = url;
  }

  static async hold(page: Page, url: string): Promise<HeldRequests> {
    const held = new HeldRequests(page, url);
    await page.route(url, held.#hold);
    return held;
  }

  /** How many requests have been held so far. */
  get count(): number {
    return this.#routes.length;
  }

  /** Lets the held requests continue, or passes them to `answer`. Later requests are no longer held. */
  async release(answer = (route: Route) => route.fallback()): Promise<void> {
    await this.#page.unroute(this.#url, this.#hold);
    // Ignore errors: requests that the page has aborted cannot be answered.
    await Promise.all(this.#routes.map((route) => answer(route).catch(() => undefined)));
  }
}
