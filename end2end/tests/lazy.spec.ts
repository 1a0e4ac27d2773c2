import { type Dashboard, points } from './support/dashboard.ts';
import { HeldRequests } from './support/hold.ts';
import type { Server } from './support/server.ts';
import { type StartServer, expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const LAZY = '**/split_*.wasm';

async function openWithoutDetails(dashboard: Dashboard, startServer: StartServer): Promise<Server> {
  const server = await startServer({ args: ['--interval', '1'] });
  await dashboard.openFrozen(server.url, { details: false });
  return server;
}

test.beforeEach(({ fakeDocker }) => {
  fakeDocker.containers = [{ name: 'researcher', cpu: 20 }, { name: 'coder', cpu: 10 }];
});

test('the header does not wait for the details, which stay as the server rendered them', async ({
  page,
  dashboard,
  hostMock,
  startServer,
  traffic,
}) => {
  const lazy = await HeldRequests.hold(page, LAZY);
  await openWithoutDetails(dashboard, startServer);
  hostMock.respondWith({ cpu: wire.cpu(11.5) });
  hostMock.run([]);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('11%');
  await expect(dashboard.summary).toContainText('0containers');
  expect(lazy.count).toBe(1);
  await expect(dashboard.when).toContainText('UTC');
  await expect(dashboard.rows).toHaveCount(2);
  expect(traffic.requests('history'), 'only to fill the gap').toBe(1);

  // The live details replace the details rendered by the server.
  await lazy.release();
  await dashboard.waitForDetails();
  await expect(dashboard.rows).toHaveCount(0);
  await expect(page.locator('main section.ht-card')).toHaveCount(3);
});

test('the focus stays on its button when the live contents of the panel replace those from the server', async ({ page, dashboard, startServer }) => {
  const lazy = await HeldRequests.hold(page, LAZY);
  await openWithoutDetails(dashboard, startServer);
  await dashboard.openPanel();
  const close = dashboard.panel.getByRole('button', { name: 'Close' });
  await close.focus();
  await close.evaluate((element) => element.setAttribute('data-old', ''));
  await lazy.release();
  await expect(close).not.toHaveAttribute('data-old');
  await expect(close).toBeFocused();
});

test('loading the details is retried, and the header stays live meanwhile', async ({
  complaints,
  page,
  dashboard,
  hostMock,
  startServer,
}) => {
  complaints.allowFailedRequests();
  complaints.allow(/Failed to fetch/);
  let [fails, requests] = [true, 0];
  await page.route(LAZY, (route) => {
    requests += 1;
    return fails ? route.abort() : route.continue();
  });
  await openWithoutDetails(dashboard, startServer);
  await expect.poll(() => requests, { message: 'requests for the page and the tab' }).toBe(2);
  await dashboard.openPanel();
  await expect(dashboard.panel).toContainText('researcher');
  await expect.poll(() => requests, { message: 'requests, including one for the panel' }).toBe(3);
  for (let poll = 1; poll <= 4; poll += 1) {
    hostMock.respondWith({ cpu: wire.cpu(poll) });
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.number).toHaveText(`${poll}%`);
  }
  await expect(dashboard.when).toContainText('UTC');

  fails = false;
  await page.clock.runFor(5000);
  await dashboard.waitForDetails();
  await expect(dashboard.rows).toHaveCount(2);
  await expect(dashboard.panelRows).toHaveCount(2);
});

test('details that load while a gap is being filled do not request the history again', async ({
  page,
  dashboard,
  startServer,
  traffic,
}) => {
  const lazy = await HeldRequests.hold(page, LAZY);
  const server = await openWithoutDetails(dashboard, startServer);
  const known = (await server.history()).host.length;
  await expect.poll(async () => (await server.history()).host.length, { timeout: 15_000 }).toBeGreaterThan(known + 3);
  const history = await HeldRequests.hold(page, '**/api/telemetry/history');
  await dashboard.beginPoll(1);
  await expect.poll(() => history.count).toBe(1);
  await lazy.release();
  await dashboard.waitForDetails();
  await history.release();
  await dashboard.waitUntilIdle();
  await page.setViewportSize({ width: 1280, height: 1000 });
  const lines = dashboard.rows.locator('.ht-trend-cell:not(.ht-is-memory) polyline');
  await expect(lines).toHaveCount(2);
  expect(Math.min(...(await points(lines)))).toBeGreaterThan(3);
  expect(traffic.requests('history')).toBe(1);
});
