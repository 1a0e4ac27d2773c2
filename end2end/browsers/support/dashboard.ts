import { expect } from '@playwright/test';
import { type Part, flaws } from '../../tests/support/geometry.ts';
import type { Driver } from './driver.ts';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The page, by means that every driver has. */
export class Dashboard {
  readonly driver: Driver;

  constructor(driver: Driver) {
    this.driver = driver;
  }

  /** The text of each element that is rendered. */
  texts(selector: string): Promise<string[]> {
    return this.driver.evaluate((selector) => {
      const elements = [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
      return elements.map((element) => (element.textContent ?? '').trim());
    }, selector);
  }

  async text(selector: string): Promise<string | undefined> {
    return (await this.texts(selector))[0];
  }

  attribute(selector: string, name: string): Promise<string | null> {
    return this.driver.evaluate(
      ([selector, name]) => document.querySelector(selector)?.getAttribute(name) ?? null,
      [selector, name] as const,
    );
  }

  style(selector: string, property: string): Promise<string> {
    return this.driver.evaluate(
      ([selector, property]) => {
        const element = document.querySelector(selector);
        return element ? getComputedStyle(element).getPropertyValue(property) : '';
      },
      [selector, property] as const,
    );
  }

  /** The right edge of the text in the first match. */
  textEdge(selector: string): Promise<number> {
    return this.driver.evaluate((selector) => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector(selector) ?? document);
      return range.getBoundingClientRect().right;
    }, selector);
  }

  /** The box of the first match, after scrolling it into view. */
  async box(selector: string): Promise<Box> {
    const box = await this.driver.evaluate((selector) => {
      const element = document.querySelector(selector);
      element?.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { x = 0, y = 0, width = 0, height = 0 } = element?.getBoundingClientRect() ?? {};
      return { x, y, width, height };
    }, selector);
    expect(box.width * box.height, `size of ${selector}`).toBeGreaterThan(0);
    return box;
  }

  async click(selector: string): Promise<void> {
    const { x, y, width, height } = await this.box(selector);
    await this.driver.click(x + width / 2, y + height / 2);
  }

  async focus(selector: string): Promise<void> {
    await this.driver.evaluate((selector) => document.querySelector<HTMLElement>(selector)?.focus(), selector);
  }

  async setTheme(theme: 'light' | 'dark'): Promise<void> {
    await this.driver.evaluate((theme) => void (document.documentElement.dataset['theme'] = theme), theme);
  }

  /** Leaves the header alone, as in a dashboard that has no table of its own, where the summary opens the panel. */
  async removePage(): Promise<void> {
    await this.driver.evaluate(() => document.querySelector('main')?.remove(), undefined);
  }

  /** The names of the WebAssembly files that the page has loaded. */
  programs(): Promise<string[]> {
    return this.driver.evaluate(() => {
      const names = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
      // WebKit lists a preloaded file twice.
      return [...new Set(names)].filter((name) => name.endsWith('.wasm'));
    }, undefined);
  }

  /** Layout flaws in a part of the page, or text that is not where it should be. */
  flaws(part: Part): Promise<string[]> {
    return flaws(this.driver, part);
  }

  /** Waits until the details, which are loaded lazily from the bundle's second file, are live. */
  async waitForDetails(): Promise<void> {
    // Only live details say "now", because the server's HTML may be read later.
    await expect.poll(() => this.text('.ht-when')).toBe('now');
  }
}
