import { type BrowserContext, expect } from '@playwright/test';

/** The browser logs this message for every failed request; the page cannot prevent it. */
const NETWORK = /^Failed to load resource/;

/** Collects uncaught errors as well as errors and warnings logged to the console. */
export class Complaints {
  readonly #texts: string[] = [];
  readonly #allowed: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#texts.push(message.text());
    });
    context.on('weberror', (error) => this.#texts.push(String(error.error())));
  }

  /** Allows failed requests, for tests that make requests fail on purpose. */
  allowFailedRequests(): void {
    this.allow(NETWORK);
  }

  /** Allows messages that match `text`, for tests that provoke them on purpose. */
  allow(text: RegExp): void {
    this.#allowed.push(text);
  }

  expectNone(): void {
    const texts = this.#texts.filter((text) => !this.#allowed.some((allowed) => allowed.test(text)));
    expect(texts, 'errors and warnings on the console').toEqual([]);
  }
}
