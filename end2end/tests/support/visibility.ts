import type { Page } from '@playwright/test';

interface Controlled {
  hide(hidden: boolean): void;
}

/** Controls whether the page believes its tab is visible. */
export class Visibility {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async control(page: Page): Promise<Visibility> {
    await page.addInitScript(() => {
      let isHidden = false;
      Object.defineProperty(document, 'hidden', { get: () => isHidden });
      Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
      (window as unknown as Controlled).hide = (hidden) => {
        isHidden = hidden;
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      };
    });
    return new Visibility(page);
  }

  async hide(): Promise<void> {
    await this.#page.evaluate(() => (window as unknown as Controlled).hide(true));
  }

  async show(): Promise<void> {
    await this.#page.evaluate(() => (window as unknown as Controlled).hide(false));
  }
}
