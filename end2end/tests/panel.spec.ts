import type { Page, Route } from '@playwright/test';
import type { Dashboard } from './support/dashboard.ts';
import { points } from './support/dashboard.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';

const NAMES = ['researcher', 'coder', 'scribe'];
/** In percent of a core, highest first. */
const CPU = [90, 50, 10];

/** How many values the server has of each container, where it has enough of all for a line. */
async function values(server: Server): Promise<number[]> {
  const { containers } = await server.history();
  const counts = containers.map(({ cpu }) => cpu.filter((value) => value !== null).length);
  return counts.length === NAMES.length && counts.every((count) => count > 2) ? counts : [];
}

async function expectNoTrends(dashboard: Dashboard): Promise<void> {
  await expect(dashboard.page.locator('.trend')).not.toHaveCount(0);
  await expect(dashboard.page.locator('.trend > *')).toHaveCount(0);
}

/** Holds up the answers to requests for the history until they are let go. */
async function holdHistory(page: Page): Promise<{ letGo: () => Promise<void> }> {
  const held: Route[] = [];
  await page.route('**/api/telemetry/history', (route) => {
    held.push(route);
  });
  const letGo = async () => {
    await page.unroute('**/api/telemetry/history');
    // What the page has given up meanwhile cannot be answered.
    await Promise.all(held.map((route) => route.continue().catch(() => undefined)));
  };
  return { letGo };
}

test.beforeEach(({ fakeDocker }) => {
  fakeDocker.containers = NAMES.map((name, index) => ({ name, cpu: CPU[index] ?? NaN }));
});

test('an open panel shows how each CPU went, a closed one asks for nothing', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  // No poll of its own asks for the history here.
  await dashboard.openFrozen(server.url);
  await expectNoTrends(dashboard);
  expect(traffic.asked('history')).toBe(0);

  const trends = dashboard.panelRows.locator('.trend');
  const lines = trends.locator('polyline');
  for (let opened = 1; opened <= 2; opened += 1) {
    const [before = NaN] = await values(server);
    await dashboard.summary.click();
    await expect(lines).toHaveCount(NAMES.length);
    // At first it may show what it had from the last time.
    await expect.poll(async () => Math.min(...(await points(lines)))).toBeGreaterThanOrEqual(before);
    const [after = NaN] = await values(server);
    expect(Math.max(...(await points(lines)))).toBeLessThanOrEqual(after);
    const heights = await lines.evaluateAll((list) => list.map((line) => line.getBoundingClientRect().y));
    expect(heights, 'each shows its own').toEqual(heights.toSorted((a, b) => a - b));
    expect(new Set(heights).size).toBe(NAMES.length);
    const box = await trends.first().boundingBox();
    expect([box?.width, box?.height]).toEqual([60, 16]);
    expect(traffic.asked('history')).toBe(opened);

    await page.keyboard.press('Escape');
    await expect(dashboard.panel).toBeHidden();
    await expectNoTrends(dashboard);
    expect(traffic.asked('history')).toBe(opened);
  }
});

test('an open panel goes on with the polls', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  await page.goto(server.url);
  await expect.poll(() => traffic.asked('host'), { message: 'polls of the live page' }).toBeGreaterThan(0);
  await dashboard.summary.click();
  const lines = dashboard.panelRows.locator('.trend polyline');
  await expect(lines).toHaveCount(NAMES.length);
  const [atFirst = NaN] = await points(lines);
  await expect.poll(async () => Math.min(...(await points(lines))), { timeout: 15_000 }).toBeGreaterThanOrEqual(atFirst + 2);
});

test('a panel that was opened before the page came alive shows it as well', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  let letGo = () => {};
  const opened = new Promise<void>((done) => (letGo = done));
  await page.route('**/*.wasm', async (route) => {
    await opened;
    await route.continue();
  });
  await page.goto(server.url, { waitUntil: 'commit' });
  await dashboard.summary.click();
  await expect(dashboard.panel).toBeVisible();
  await expectNoTrends(dashboard);
  letGo();
  await expect.poll(() => traffic.asked('host'), { message: 'polls of the live page' }).toBeGreaterThan(0);
  await expect(dashboard.panelRows.locator('.trend polyline')).toHaveCount(NAMES.length);
});

test('a panel that is opened again and again asks once at a time', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  await dashboard.openFrozen(server.url);
  const history = await holdHistory(page);
  for (let opened = 1; opened <= 3; opened += 1) {
    await dashboard.summary.click();
    await expect(dashboard.panel).toBeVisible();
    await expect.poll(() => traffic.asked('history')).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await expect(dashboard.panel).toBeHidden();
  }
  await dashboard.summary.click();
  await history.letGo();
  await expect(dashboard.panelRows.locator('.trend polyline')).toHaveCount(NAMES.length);
});

test('a panel that is opened while a gap is being filled asks once at a time', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await dashboard.openFrozen(server.url);
  const known = (await server.history()).host.length;
  await expect.poll(async () => (await server.history()).host.length, { timeout: 15_000 }).toBeGreaterThan(known + 3);
  const history = await holdHistory(page);
  await page.clock.runFor(1000);
  await expect.poll(() => traffic.asked('history')).toBe(1);
  await dashboard.summary.click();
  await expect(dashboard.panel).toBeVisible();
  await history.letGo();
  await expect(dashboard.panelRows.locator('.trend polyline')).toHaveCount(NAMES.length);
});

test('a history that hangs is given up, and holds up no poll for longer', async ({
  complaints,
  page,
  dashboard,
  hostMock,
  startServer,
  traffic,
}) => {
  complaints.allowFailedRequests();
  const server = await startServer({ args: ['--interval', '5'] });
  await dashboard.openFrozen(server.url);
  await dashboard.nextPoll(5);
  hostMock.fail();
  await dashboard.nextPoll(5);

  // The gap makes it ask.
  hostMock.answer({ cpu: { percent: 33.3, count: 8 } });
  const history = await holdHistory(page);
  const asked = traffic.asked('history');
  await page.clock.runFor(5000);
  await expect.poll(() => traffic.asked('history')).toBe(asked + 1);
  await expect(dashboard.cpu.number).toHaveText('33%');
  await page.clock.runFor(3100);
  await history.letGo();
  hostMock.answer({ cpu: { percent: 44.4, count: 8 } });
  await dashboard.nextPoll(2);
  await expect(dashboard.cpu.number).toHaveText('44%');
  expect(traffic.asked('history'), 'what it did not get it asks for once more').toBe(asked + 2);
});
