import { type Locator, type Page, expect } from '@playwright/test';

/** Any moments will do, the second some time after the first. */
const BEFORE = new Date('2026-01-13T11:00:00Z');
export const NOON = new Date('2026-01-13T12:00:00Z');

interface Clocked {
  /** When its timers go off, those that it has given up since included. */
  timers: number[];
  /** How many polls it has begun. */
  polls: number;
  /** How much it waits for of what it has asked. */
  pending: number;
}

/** One metric of the header. */
export class Metric {
  readonly root: Locator;
  /** What is said aloud of it. */
  readonly spoken: Locator;
  readonly number: Locator;
  readonly rest: Locator;
  readonly ticks: Locator;
  readonly lines: Locator;
  /** The dot at its newest value. */
  readonly newest: Locator;
  readonly bar: Locator;
  /** Who is to blame for it, a button. */
  readonly culprit: Locator;

  constructor(page: Page, name: 'cpu' | 'memory' | 'disk') {
    this.root = page.locator(`.ht-metric.ht-is-${name}`);
    this.spoken = this.root.locator('> .ht-sr-only');
    this.number = this.root.locator('.ht-number');
    this.rest = this.root.locator('.ht-rest');
    this.ticks = this.root.locator('.ht-ticks rect');
    this.lines = this.root.locator('.ht-spark polyline');
    this.newest = this.root.locator('.ht-spark circle[r="20"]');
    this.bar = this.root.locator('.ht-bar');
    this.culprit = this.root.locator('.ht-culprit');
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
  /** What is said aloud as it changes. */
  readonly status: Locator;
  readonly panel: Locator;
  readonly panelRows: Locator;
  /** The history's section of the page. */
  readonly history: Locator;
  readonly chart: Locator;
  /** What time the values beside it are of. */
  readonly when: Locator;
  /** The containers' section of the page. */
  readonly containers: Locator;
  readonly rows: Locator;
  /** Below the chart. */
  readonly times: Locator;

  constructor(page: Page) {
    this.page = page;
    this.host = page.locator('.host-name');
    this.cpu = new Metric(page, 'cpu');
    this.memory = new Metric(page, 'memory');
    this.disk = new Metric(page, 'disk');
    this.age = page.locator('.ht-age');
    this.agents = page.locator('.ht-agents');
    this.summary = this.agents.locator('.ht-toggle');
    this.status = page.getByRole('status');
    this.panel = this.agents.locator('.ht-panel');
    this.panelRows = this.panel.locator('tbody tr');
    this.history = page.locator('main section', { has: page.locator('#ht-history-title') });
    this.chart = this.history.locator('.ht-chart-plot');
    this.when = this.history.locator('.ht-when');
    this.containers = page.locator('main section', { has: page.locator('#ht-containers-title') });
    this.rows = this.containers.locator('tbody tr');
    this.times = this.history.locator('.ht-chart-x span');
  }

  /** The line of sums with this class, below the table in the panel or on the page. */
  sums(within: Locator, kind: 'all' | 'cache' | 'other' | 'host'): Locator {
    return within.locator(`tfoot .ht-is-${kind}`);
  }

  /** The chart's line of this series, one a stretch without a gap. */
  line(series: 'cpu' | 'memory'): Locator {
    return this.chart.locator(`polyline.ht-is-${series}:not(.ht-is-part)`);
  }

  /** Waits until what comes with the second file is live. */
  async expectDetails(): Promise<void> {
    // Only then it can be known what time it is for who looks at it.
    await expect(this.times.last()).toHaveText(/^\d\d:\d\d/);
  }

  /**
   * Opens the page with its clock stopped, so that polls are made by `nextPoll` alone, and waits until it is live: with
   * its details and all that these ask for, unless told otherwise.
   */
  async openFrozen(url: string, { details = true } = {}): Promise<void> {
    await this.page.clock.install({ time: BEFORE });
    await this.page.clock.pauseAt(NOON);
    await this.page.addInitScript(() => {
      const clocked = window as unknown as Clocked;
      const { setTimeout, fetch } = window;
      clocked.polls = clocked.pending = 0;
      clocked.timers = [];
      window.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => {
        clocked.timers.push(Date.now() + (args[1] ?? 0));
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
        const [, endpoint] = /\/api\/telemetry\/(\w+)$/.exec(String(args[0])) ?? [];
        if (endpoint === 'host') clocked.polls += 1;
        return endpoint ? counted(fetch(...args)) : fetch(...args);
      };
      const { text } = Response.prototype;
      Response.prototype.text = function () {
        return counted(text.call(this));
      };
    });
    await this.page.goto(url);
    // The first timer is that of the first poll: now the page is alive.
    await expect.poll(async () => (await this.#clocked()).next, { message: 'timers of the hydrated page' }).toBeLessThan(Infinity);
    if (!details) return;
    await this.expectDetails();
    await this.expectSettled();
  }

  /**
   * Lets time pass until a page that was opened frozen, with an interval of `seconds`, polls, and waits until it shows
   * what it was answered, to its poll and to what it asked after that.
   */
  async nextPoll(seconds: number): Promise<void> {
    await this.beginPoll(seconds);
    await this.expectSettled();
  }

  /** The same, but waits for no answer. */
  async beginPoll(seconds: number): Promise<void> {
    const before = await this.#clocked();
    // When it is due is for the page to know, and no further: a request's deadline goes by the same clock.
    for (let now = before; now.polls === before.polls; now = await this.#clocked()) {
      expect(now.next - before.time, 'milliseconds without a poll').toBeLessThan(2000 * seconds);
      await this.page.clock.runFor(Math.max(1, now.next - now.time));
    }
  }

  /** How many polls a page that was opened frozen has begun. */
  async polls(): Promise<number> {
    return (await this.#clocked()).polls;
  }

  /** Waits until a page that was opened frozen shows all that it has asked for. */
  async expectSettled(): Promise<void> {
    const looks = { message: 'answers that are awaited', intervals: [10], timeout: 10_000 };
    await expect.poll(async () => (await this.#clocked()).pending, looks).toBe(0);
  }

  /** How far a page that was opened frozen is: what it has asked for, the time, and when its next timer goes off. */
  #clocked(): Promise<{ polls: number; pending: number; time: number; next: number }> {
    return this.page.evaluate(() => {
      const { timers, polls, pending } = window as unknown as Clocked;
      const time = Date.now();
      return { polls, pending, time, next: Math.min(...timers.filter((at) => at >= time)) };
    });
  }
}
