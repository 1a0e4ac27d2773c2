import { type Locator, type Page, expect } from '@playwright/test';

/** Any moments will do, the second some time after the first. */
const BEFORE = new Date('2026-01-13T11:00:00Z');
export const NOON = new Date('2026-01-13T12:00:00Z');

interface Clocked {
  /** How many timers the page has set. */
  timersSet: number;
  /** How many polls it has begun. */
  polls: number;
  /** How much it waits for of what it has asked. */
  pending: number;
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

  /** How many points each of its lines has. */
  points(): Promise<number[]> {
    return points(this.lines);
  }

  /** Its tooltip, but for a second line, which tells the containers' share where that is known. */
  async expectTitle(title: string): Promise<void> {
    await expect.poll(async () => (await this.root.getAttribute('title'))?.split('\n')[0]).toBe(title);
  }
}

/** How many points each of the lines has. */
export function points(lines: Locator): Promise<number[]> {
  return lines.evaluateAll((list) => list.map((line) => (line.getAttribute('points') ?? '').trim().split(/\s+/).length));
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
  readonly panelRows: Locator;
  /** The host's use in two parts, in the panel. */
  readonly split: Locator;
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
    this.panelRows = this.panel.locator('table:not(.split) tbody tr');
    this.split = this.panel.locator('.split');
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
      const { setTimeout, fetch } = window;
      clocked.timersSet = clocked.polls = clocked.pending = 0;
      window.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => {
        clocked.timersSet += 1;
        return setTimeout(...args);
      }, setTimeout);
      // The clock does not hold up messages, and what the page does with an answer it does before it gets one.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (clocked.pending -= 1);
      const counted = async <T>(promise: Promise<T>): Promise<T> => {
        clocked.pending += 1;
        return promise.finally(() => port2.postMessage(null));
      };
      window.fetch = (...args) => {
        const [asked] = args;
        if ((asked instanceof Request ? asked.url : String(asked)).endsWith('/host')) clocked.polls += 1;
        return counted(fetch(...args));
      };
      const { arrayBuffer, text } = Response.prototype;
      Response.prototype.arrayBuffer = function () {
        return counted(arrayBuffer.call(this));
      };
      Response.prototype.text = function () {
        return counted(text.call(this));
      };
    });
    await this.page.goto(url);
    // The first timer is that of the first poll: now the page is alive.
    await expect.poll(async () => (await this.#clocked()).timersSet, { message: 'timers of the hydrated page' }).toBeGreaterThan(0);
  }

  /**
   * Lets `seconds` pass, the interval of a page that was opened frozen, and waits until the page shows what it was
   * answered, to its poll and to what it asked after that.
   */
  async nextPoll(seconds: number): Promise<void> {
    const { polls } = await this.#clocked();
    await this.page.clock.runFor(seconds * 1000);
    await this.#expectClocked((now) => now.polls > polls && now.pending === 0);
  }

  /** Waits until a page that was opened frozen shows all that it has asked for. */
  async expectSettled(): Promise<void> {
    await this.#expectClocked(({ pending }) => pending === 0);
  }

  async #expectClocked(holds: (now: Clocked) => boolean): Promise<void> {
    const looks = { message: 'answers that were taken', intervals: [10], timeout: 10_000 };
    await expect.poll(async () => holds(await this.#clocked()), looks).toBe(true);
  }

  #clocked(): Promise<Clocked> {
    return this.page.evaluate(() => {
      const { timersSet, polls, pending } = window as unknown as Clocked;
      return { timersSet, polls, pending };
    });
  }

  /** Nothing is to be scrolled to sideways. */
  async expectNoSidewaysScroll(): Promise<void> {
    const [needed, width] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(needed).toBeLessThanOrEqual(width ?? 0);
  }
}
