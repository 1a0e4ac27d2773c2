import type { Page, Route } from '@playwright/test';

/** Holds up the answers to some requests until they are let go. */
export class Held {
  readonly #page: Page;
  readonly #url: string;
  readonly #routes: Route[] = [];
  readonly #hold = (route: Route): void => void this.#routes.push(route);

  private constructor(page: Page, url: string) {
    this.#page = page;
    this.#url = url;
  }

  static async requests(page: Page, url: string): Promise<Held> {
    const held = new Held(page, url);
    await page.route(url, held.#hold);
    return held;
  }

  /** How many were made. */
  get count(): number {
    return this.#routes.length;
  }

  /** Has them answered as if they had not been held up, or as told; those to come are not held up. */
  async letGo(answer = (route: Route) => route.fallback()): Promise<void> {
    await this.#page.unroute(this.#url, this.#hold);
    // What the page has given up meanwhile cannot be answered.
    await Promise.all(this.#routes.map((route) => answer(route).catch(() => undefined)));
  }
}
