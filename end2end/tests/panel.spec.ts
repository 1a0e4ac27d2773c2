import { points } from './support/dashboard.ts';
import { HeldRequests } from './support/hold.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const NAMES = ['researcher', 'coder', 'scribe'];
/** CPU usage as a percentage of one core, highest first. */
const CPU = [90, 50, 10];

/** The number of CPU values the server has for each container; empty until every container has enough for a line. */
async function values(server: Server): Promise<number[]> {
  const { containers } = await server.history();
  const counts = containers.map(({ cpu }) => cpu.filter((value) => value !== null).length);
  return counts.length === NAMES.length && counts.every((count) => count > 2) ? counts : [];
}

test.beforeEach(({ fakeDocker }) => {
  fakeDocker.containers = NAMES.map((name, index) => ({ name, cpu: CPU[index] ?? NaN }));
});

test("an open panel shows each container's CPU history", async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  const [known = NaN] = await values(server);
  // A frozen page does not poll, so the only history it has comes from its first request.
  await dashboard.openFrozen(server.url);

  const trends = dashboard.panelRows.locator('.ht-trend-cell:not(.ht-is-memory) .ht-trend');
  const lines = trends.locator('polyline');
  for (let opened = 1; opened <= 2; opened += 1) {
    await dashboard.openPanel();
    await expect(lines).toHaveCount(NAMES.length);
    expect(Math.min(...(await points(lines)))).toBeGreaterThanOrEqual(known);
    const heights = await lines.evaluateAll((list) => list.map((line) => line.getBoundingClientRect().y));
    expect(heights, 'each line shows its own values').toEqual(heights.toSorted((a, b) => a - b));
    expect(new Set(heights).size).toBe(NAMES.length);
    const box = await trends.first().boundingBox();
    expect([box?.width, box?.height]).toEqual([60, 20]);

    await page.keyboard.press('Escape');
    await expect(dashboard.panel).toBeHidden();
  }
  expect(traffic.requests('history'), 'one request for both tables').toBe(1);
});

test('a closed panel does not update until it is opened', async ({ page, dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const show = async (...names: string[]) => {
    hostMock.run(names.map((name, index) => ({ name, cpuShare: 10 - index, memoryShare: names.length })));
    await dashboard.nextPoll(1);
  };
  const cells = dashboard.panelRows.locator('.ht-memory .ht-cell');
  const names = dashboard.panelRows.locator('.ht-name-text');
  await dashboard.openFrozen(server.url);
  await show('researcher', 'coder');
  await dashboard.openPanel();
  await expect(names).toHaveText(['researcher', 'coder']);
  await expect(cells).toHaveText(['409.6 MiB', '409.6 MiB']);

  await page.keyboard.press('Escape');
  await expect(dashboard.panel).toBeHidden();
  await show('scribe', 'coder', 'researcher');
  await expect(dashboard.rows).toHaveCount(3);
  await expect(names).toHaveText(['researcher', 'coder']);
  await expect(cells).toHaveText(['409.6 MiB', '409.6 MiB']);
  await dashboard.openPanel();
  await expect(names).toHaveText(['scribe', 'coder', 'researcher']);
  await expect(cells).toHaveText(['614.4 MiB', '614.4 MiB', '614.4 MiB']);
});

test('an open panel updates with each poll', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  await page.goto(server.url);
  await expect.poll(() => traffic.requests('host'), { message: 'polls of the hydrated page' }).toBeGreaterThan(0);
  await dashboard.openPanel();
  const lines = dashboard.panelRows.locator('.ht-trend-cell:not(.ht-is-memory) polyline');
  await expect(lines).toHaveCount(NAMES.length);
  const [atFirst = NaN] = await points(lines);
  await expect.poll(async () => Math.min(...(await points(lines))), { timeout: 15_000 }).toBeGreaterThanOrEqual(atFirst + 2);
});

test('a panel opened before hydration also shows the CPU history', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  const programs = await HeldRequests.hold(page, '**/*.wasm');
  await page.goto(server.url, { waitUntil: 'commit' });
  await dashboard.openPanel();
  await expect(dashboard.panel).toBeVisible();
  await programs.release();
  await expect.poll(() => traffic.requests('host'), { message: 'polls of the hydrated page' }).toBeGreaterThan(0);
  await expect(dashboard.panelRows.locator('.ht-trend-cell:not(.ht-is-memory) polyline')).toHaveCount(NAMES.length);
});

test('opening a panel repeatedly requests the history once', async ({ page, dashboard, startServer, traffic }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await expect.poll(() => values(server), { timeout: 15_000 }).toHaveLength(NAMES.length);
  const history = await HeldRequests.hold(page, '**/api/telemetry/history');
  await dashboard.openFrozen(server.url, { details: false });
  await dashboard.waitForDetails();
  for (let opened = 1; opened <= 3; opened += 1) {
    await dashboard.openPanel();
    await expect(dashboard.panelRows).toHaveCount(NAMES.length);
    await page.keyboard.press('Escape');
    await expect(dashboard.panel).toBeHidden();
  }
  await dashboard.openPanel();
  await history.release();
  await expect(dashboard.panelRows.locator('.ht-trend-cell:not(.ht-is-memory) polyline')).toHaveCount(NAMES.length);
  expect(traffic.requests('history')).toBe(1);
});

test('a history request that hangs times out, and polling continues', async ({
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

  // The gap makes the page request the history.
  hostMock.respondWith({ cpu: wire.cpu(33.3) });
  const history = await HeldRequests.hold(page, '**/api/telemetry/history');
  const requests = traffic.requests('history');
  await dashboard.beginPoll(5);
  await expect.poll(() => history.count).toBe(1);
  await expect(dashboard.cpu.number).toHaveText('33%');
  await page.clock.runFor(3100);
  await history.release();
  hostMock.respondWith({ cpu: wire.cpu(44.4) });
  await dashboard.nextPoll(5);
  await expect(dashboard.cpu.number).toHaveText('44%');
  expect(traffic.requests('history'), 'the request that timed out and its retry').toBe(requests + 2);
});
