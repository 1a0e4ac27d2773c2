import { type Locator, type Page, expect } from '@playwright/test';

/** Any moments will do, the second some time after the first. */
const BEFORE = new Date('2026-01-13T11:00:00Z');
const NOON = new Date('2026-01-13T12:00:00Z');

interface Clocked {
  /** How many timers the page has set. */
  timersSet: number;
}

/** One metric of the header. */
export class Metric {
  readonly root: Locator;
  readonly number: Locator;
  readonly rest: Locator;
  readonly ticks: Locator;
  readonly lines: Locator;
  readonly bar: Locator;

  constructor(page: Page, label: string) {
    this.root = page.locator('.ht-metric').filter({ has: page.locator('.ht-label', { hasText: new RegExp(`^${label}$`) }) });
    this.number = this.root.locator('.ht-number');
    this.rest = this.root.locator('.ht-rest');
    this.ticks = this.root.locator('.ht-level rect');
    this.lines = this.root.locator('.ht-spark polyline');
    this.bar = this.root.locator('.ht-bar');
  }
}

/** The page, in the words of who looks at it. */
export class Dashboard {
  readonly page: Page;
  readonly host: Locator;
  readonly cpu: Metric;
  readonly memory: Metric;
  readonly disk: Metric;
  readonly age: Locator;
  readonly agents: Locator;
  readonly summary: Locator;
  readonly panel: Locator;
  readonly chart: Locator;
  readonly containers: Locator;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.host = page.locator('.host-name');
    this.cpu = new Metric(page, 'CPU');
    this.memory = new Metric(page, 'Mem');
    this.disk = new Metric(page, 'Disk');
    this.age = page.locator('.ht-age');
    this.agents = page.locator('.ht-agents');
    this.summary = this.agents.locator('.ht-toggle');
    this.panel = this.agents.locator('.ht-panel');
    this.chart = page.locator('.chart-plot');
    this.containers = page.locator('main section', { has: page.locator('#containers-title') });
    this.rows = this.containers.locator('tbody tr');
  }

  /** Opens the page with its clock stopped, so that polls are made by `nextPoll` alone. */
  async openFrozen(url: string): Promise<void> {
    await this.page.clock.install({ time: BEFORE });
    await this.page.clock.pauseAt(NOON);
    await this.page.addInitScript(() => {
      const clocked = window as unknown as Clocked;
      const { setTimeout } = window;
      clocked.timersSet = 0;
      window.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => {
        clocked.timersSet += 1;
        return setTimeout(...args);
      }, setTimeout);
    });
    await this.page.goto(url);
    // The first timer is that of the first poll: now the page is alive.
    const timersSet = () => this.page.evaluate(() => (window as unknown as Clocked).timersSet);
    await expect.poll(timersSet, { message: 'timers of the hydrated page' }).toBeGreaterThan(0);
  }

  /**
   * Lets `seconds` pass, the interval of a page that was opened frozen, and waits until both answers are in.
   * See what they changed before the next: the page may not have taken them yet.
   */
  async nextPoll(seconds: number): Promise<void> {
    const ended = ['host', 'containers'].map((name) => this.#ended(name));
    await this.page.clock.runFor(seconds * 1000);
    await Promise.all(ended);
  }

  async #ended(name: string): Promise<void> {
    const isIt = (request: { url(): string }) => request.url().endsWith(`/api/telemetry/${name}`);
    await Promise.race([
      this.page.waitForEvent('requestfinished', isIt),
      this.page.waitForEvent('requestfailed', isIt),
    ]);
  }

  /** Nothing is to be scrolled to sideways. */
  async expectNoSidewaysScroll(): Promise<void> {
    const [needed, width] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(needed).toBeLessThanOrEqual(width ?? 0);
  }
}
