import type { Page } from '@playwright/test';

interface Seen {
  hide(hidden: boolean): void;
}

/** Has a page believe that its tab is shown, or is not. */
export class Visibility {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async of(page: Page): Promise<Visibility> {
    await page.addInitScript(() => {
      let isHidden = false;
      Object.defineProperty(document, 'hidden', { get: () => isHidden });
      Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
      (window as unknown as Seen).hide = (hidden) => {
        isHidden = hidden;
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      };
    });
    return new Visibility(page);
  }

  async hide(): Promise<void> {
    await this.#page.evaluate(() => (window as unknown as Seen).hide(true));
  }

  async show(): Promise<void> {
    await this.#page.evaluate(() => (window as unknown as Seen).hide(false));
  }
}
