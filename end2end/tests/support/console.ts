import { type BrowserContext, expect } from '@playwright/test';

/** What the browser says of a request that failed. No page can prevent it. */
const NETWORK = /^Failed to load resource/;

/** Everything that a page complains about. */
export class Complaints {
  readonly #texts: string[] = [];
  readonly #allowed: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#texts.push(message.text());
    });
    context.on('weberror', (error) => this.#texts.push(String(error.error())));
  }

  /** For a test whose requests fail on purpose. */
  allowFailedRequests(): void {
    this.allow(NETWORK);
  }

  /** For a test in which this is said on purpose. */
  allow(text: RegExp): void {
    this.#allowed.push(text);
  }

  expectNone(): void {
    const texts = this.#texts.filter((text) => !this.#allowed.some((allowed) => allowed.test(text)));
    expect(texts, 'the console').toEqual([]);
  }
}
