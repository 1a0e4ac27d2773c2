import { type BrowserContext, expect } from '@playwright/test';

/** The browser logs this for every failed request; a page cannot prevent it. */
const NETWORK = /^Failed to load resource/;

/** The errors and warnings on a page's console. */
export class Complaints {
  readonly #texts: string[] = [];
  readonly #allowed: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#texts.push(message.text());
    });
    context.on('weberror', (error) => this.#texts.push(String(error.error())));
  }

  /** For tests whose requests fail on purpose. */
  allowFailedRequests(): void {
    this.allow(NETWORK);
  }

  /** For tests that provoke this message on purpose. */
  allow(text: RegExp): void {
    this.#allowed.push(text);
  }

  expectNone(): void {
    const texts = this.#texts.filter((text) => !this.#allowed.some((allowed) => allowed.test(text)));
    expect(texts, 'the console').toEqual([]);
  }
}
