import { type Locator, type Page, expect } from '@playwright/test';

/** Both times are arbitrary, but `NOON` must be later than `BEFORE`. */
const BEFORE = new Date('2026-01-13T11:00:00Z');
export const NOON = new Date('2026-01-13T12:00:00Z');

interface ClockState {
  /** When each timer fires, in milliseconds since the epoch. Includes timers that have since been cleared. */
  timers: number[];
  /** The number of polls started so far. */
  polls: number;
  /** The number of responses and bodies that the page is waiting for. */
  pending: number;
}

/** A metric in the header. */
export class Metric {
  readonly root: Locator;
  /** The metric's text for screen readers. */
  readonly spoken: Locator;
  readonly number: Locator;
  readonly rest: Locator;
  readonly ticks: Locator;
  readonly lines: Locator;
  /** The dot at the newest value. */
  readonly newest: Locator;
  readonly bar: Locator;

  constructor(page: Page, name: 'cpu' | 'memory' | 'disk') {
    this.root = page.locator(`.ht-metric.ht-is-${name}`);
    this.spoken = this.root.locator('> .ht-sr-only');
    this.number = this.root.locator('.ht-number');
    this.rest = this.root.locator('.ht-rest');
    this.ticks = this.root.locator('.ht-ticks rect');
    this.lines = this.root.locator('.ht-spark polyline');
    this.newest = this.root.locator('.ht-spark circle[r="20"]');
    this.bar = this.root.locator('.ht-bar');
  }

  /** The number of points in each line of the sparkline. */
  points(): Promise<number[]> {
    return points(this.lines);
  }

  /** Checks only the first line of the tooltip. Other lines may give swap usage and the containers' share. */
  async expectTitle(title: string): Promise<void> {
    await expect.poll(async () => (await this.root.getAttribute('title'))?.split('\n')[0]).toBe(title);
  }
}

/** The number of points in each line. */
export function points(lines: Locator): Promise<number[]> {
  return lines.evaluateAll((list) => list.map((line) => (line.getAttribute('points') ?? '').trim().split(/\s+/).length));
}

/** The page as a user sees it. */
export class Dashboard {
  readonly page: Page;
  readonly host: Locator;
  readonly cpu: Metric;
  readonly memory: Metric;
  readonly disk: Metric;
  /** The causes that the header names, the worst first. */
  readonly chips: Locator;
  /** What is wrong, in sentences. */
  readonly advice: Locator;
  /** The page's card of memory, swap and disk. */
  readonly facts: Locator;
  readonly agents: Locator;
  readonly summary: Locator;
  /** The live region for screen readers. */
  readonly status: Locator;
  readonly panel: Locator;
  readonly panelRows: Locator;
  /** The page's section with the charts. */
  readonly history: Locator;
  /** The drawing of CPU usage. */
  readonly chart: Locator;
  /** The time that the values in the legend refer to. */
  readonly when: Locator;
  /** The page's containers section. */
  readonly containers: Locator;
  readonly rows: Locator;
  /** The times below the charts. */
  readonly times: Locator;

  constructor(page: Page) {
    this.page = page;
    this.host = page.locator('.host');
    this.cpu = new Metric(page, 'cpu');
    this.memory = new Metric(page, 'memory');
    this.disk = new Metric(page, 'disk');
    this.chips = page.locator('.ht-chip').filter({ visible: true });
    this.advice = page.locator('.ht-advice');
    this.facts = page.locator('main #ht-facts');
    this.agents = page.locator('.ht-agents');
    this.summary = this.agents.locator('.ht-toggle');
    this.status = page.getByRole('status');
    this.panel = this.agents.locator('.ht-panel');
    this.panelRows = this.panel.locator('.ht-row');
    this.history = page.locator('main section', { has: page.locator('#ht-history-title') });
    this.chart = this.history.locator('.ht-chart.ht-is-cpu .ht-chart-plot');
    this.when = this.history.locator('.ht-when');
    this.containers = page.locator('main section', { has: page.locator('#ht-containers-title') });
    this.rows = this.containers.locator('.ht-row');
    this.times = this.history.locator('.ht-chart-times text');
  }

  /** A row of totals above the rows of the table in `within`, which is the panel or the page's containers section. */
  totals(within: Locator, kind: 'all' | 'cache' | 'other' | 'host'): Locator {
    return within.locator(`thead .ht-is-${kind}`);
  }

  /** A resource's chart and its scales. */
  chartOf(resource: 'cpu' | 'memory'): Locator {
    return this.history.locator(`.ht-chart.ht-is-${resource}`);
  }

  /** A resource's name and legend. */
  legendOf(resource: 'cpu' | 'memory'): Locator {
    return this.history.locator(`.ht-chart-head.ht-is-${resource}`);
  }

  /** The lines of the host's usage. A gap starts a new line. */
  line(resource: 'cpu' | 'memory'): Locator {
    return this.chartOf(resource).locator('polyline.ht-is-total');
  }

  /** Opens the panel, as a click on the summary does in a dashboard that has no table of its own. */
  async openPanel(): Promise<void> {
    await this.panel.evaluate((panel: HTMLElement) => panel.showPopover());
  }

  /** Waits until the details, which are loaded lazily from the bundle's second file, are live. */
  async waitForDetails(): Promise<void> {
    // Only the server's HTML says "UTC", because it does not know the browser's time zone.
    await expect(this.when).toHaveText(/^(now|\d\d:\d\d:\d\d)$/);
  }

  /** Scrolls to the page's table, because rows out of sight do not change. */
  async showTable(): Promise<void> {
    // The live table replaces the server's.
    await this.waitForDetails();
    await this.containers.scrollIntoViewIfNeeded();
  }

  /**
   * Opens the page with its clock stopped, so it polls only when a test advances the clock, as `nextPoll` does. Waits
   * until the page is hydrated and, by default, until the details have loaded and their requests have been answered.
   */
  async openFrozen(url: string, { details = true } = {}): Promise<void> {
    await this.page.clock.install({ time: BEFORE });
    await this.page.clock.pauseAt(NOON);
    await this.page.addInitScript(() => {
      const state = window as unknown as ClockState;
      const { setTimeout, fetch } = window;
      state.polls = state.pending = 0;
      state.timers = [];
      window.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => {
        state.timers.push(Date.now() + (args[1] ?? 0));
        return setTimeout(...args);
      }, setTimeout);
      // The stopped clock does not delay messages, and the page handles the response before this message arrives.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (state.pending -= 1);
      const counted = async <T>(promise: Promise<T>): Promise<T> => {
        state.pending += 1;
        return promise.finally(() => port2.postMessage(null));
      };
      window.fetch = (...args) => {
        const [, endpoint] = /\/api\/telemetry\/(\w+)(?:\?|$)/.exec(String(args[0])) ?? [];
        if (endpoint === 'host') state.polls += 1;
        return endpoint ? counted(fetch(...args)) : fetch(...args);
      };
      const { text } = Response.prototype;
      Response.prototype.text = function () {
        return counted(text.call(this));
      };
    });
    await this.page.goto(url);
    // The first timer schedules the first poll, so the page is hydrated once the timer is set.
    await expect.poll(async () => (await this.#clockState()).next, { message: 'timers of the hydrated page' }).toBeLessThan(Infinity);
    if (!details) return;
    await this.waitForDetails();
    await this.waitUntilIdle();
  }

  /**
   * Advances a frozen page's clock until the page polls, which must happen within two intervals of `seconds`. Then
   * waits until the page shows all responses, including responses to requests that the poll triggered.
   */
  async nextPoll(seconds: number): Promise<void> {
    await this.beginPoll(seconds);
    await this.waitUntilIdle();
  }

  /** Advances a frozen page's clock like `nextPoll`, but does not wait for responses. */
  async beginPoll(seconds: number): Promise<void> {
    const before = await this.#clockState();
    // Advance no further than the next timer: request timeouts run on the same clock.
    for (let now = before; now.polls === before.polls; now = await this.#clockState()) {
      expect(now.next - before.time, 'milliseconds without a poll').toBeLessThan(2000 * seconds);
      await this.page.clock.runFor(Math.max(1, now.next - now.time));
    }
  }

  /** How many polls a frozen page has started. */
  async polls(): Promise<number> {
    return (await this.#clockState()).polls;
  }

  /** Waits until a frozen page has no pending requests and shows every response. */
  async waitUntilIdle(): Promise<void> {
    const options = { message: 'pending responses', intervals: [10], timeout: 10_000 };
    await expect.poll(async () => (await this.#clockState()).pending, options).toBe(0);
  }

  /**
   * A frozen page's polls so far, pending responses, current time, and the time when its next timer fires, which is
   * Infinity if no timer is set. Times are in milliseconds since the epoch.
   */
  #clockState(): Promise<{ polls: number; pending: number; time: number; next: number }> {
    return this.page.evaluate(() => {
      const { timers, polls, pending } = window as unknown as ClockState;
      const time = Date.now();
      return { polls, pending, time, next: Math.min(...timers.filter((at) => at >= time)) };
    });
  }
}
