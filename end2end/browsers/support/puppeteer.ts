import puppeteer, { type Browser, type LaunchOptions, type Page } from 'puppeteer-core';
import base from '../../playwright.config.ts';
import type { Driver, Key } from './driver.ts';

/** Chromium, with the flags of the other tests. */
function chromium(): LaunchOptions {
  const { executablePath = '', args = [] } = base.use?.launchOptions ?? {};
  return { browser: 'chrome', executablePath, args };
}

/** Firefox, driven by WebDriver BiDi. */
function firefox(): LaunchOptions {
  return {
    browser: 'firefox',
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
    // Send background requests to a dead proxy; requests to loopback addresses bypass it.
    extraPrefsFirefox: {
      'network.proxy.type': 1,
      'network.proxy.http': '127.0.0.1',
      'network.proxy.http_port': 9,
      'network.proxy.ssl': '127.0.0.1',
      'network.proxy.ssl_port': 9,
    },
  };
}

/** Chromium or Firefox, driven by puppeteer. */
export class PuppeteerDriver implements Driver {
  readonly #browser: Browser;
  readonly #page: Page;
  #complaints: string[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) this.#complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
  }

  static async start(browserName: 'chromium' | 'firefox'): Promise<PuppeteerDriver> {
    const options = browserName === 'chromium' ? chromium() : firefox();
    const browser = await puppeteer.launch({ ...options, headless: true, defaultViewport: null });
    // Not the page that is already there: in Firefox it has no focus, so Enter does not press a button.
    return new PuppeteerDriver(browser, await browser.newPage());
  }

  async open(url: string): Promise<void> {
    this.#complaints = [];
    await this.#page.goto(url);
  }

  evaluate<R, A>(call: (argument: A) => R, argument: A): Promise<R> {
    return this.#page.evaluate(call as (argument: unknown) => R, argument) as Promise<R>;
  }

  resize(width: number, height: number): Promise<void> {
    return this.#page.setViewport({ width, height });
  }

  movePointer(x: number, y: number): Promise<void> {
    return this.#page.mouse.move(x, y);
  }

  click(x: number, y: number): Promise<void> {
    return this.#page.mouse.click(x, y);
  }

  press(key: Key): Promise<void> {
    return this.#page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from(await this.#page.screenshot());
  }

  async complaints(): Promise<string[]> {
    return this.#complaints;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
