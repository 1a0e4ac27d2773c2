import { type Dashboard, points } from './support/dashboard.ts';
import { Held } from './support/hold.ts';
import type { Server } from './support/server.ts';
import { type StartServer, expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const LATER = '**/split_*.wasm';

async function openWithoutDetails(dashboard: Dashboard, startServer: StartServer): Promise<Server> {
  const server = await startServer({ args: ['--interval', '1'] });
  await dashboard.openFrozen(server.url, { details: false });
  return server;
}

test.beforeEach(({ fakeDocker }) => {
  fakeDocker.containers = [{ name: 'researcher', cpu: 20 }, { name: 'coder', cpu: 10 }];
});

test('the header waits for no details, and these are as the server sent them', async ({
  page,
  dashboard,
  hostMock,
  startServer,
  traffic,
}) => {
  const later = await Held.requests(page, LATER);
  await openWithoutDetails(dashboard, startServer);
  hostMock.answer({ cpu: wire.cpu(11.5) });
  hostMock.run([]);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('11%');
  await expect(dashboard.summary).toContainText('0containers');
  expect(later.count).toBe(1);
  await expect(dashboard.times.last()).toHaveText('now');
  await expect(dashboard.rows).toHaveCount(2);
  expect(traffic.asked('history'), 'but for the gap').toBe(1);

  // Instead of the old ones, not beside them.
  await later.letGo();
  await dashboard.expectDetails();
  await expect(dashboard.rows).toHaveCount(0);
  await expect(page.locator('main section')).toHaveCount(2);
});

test('details that cannot be had are asked for again, and the header goes on meanwhile', async ({
  complaints,
  page,
  dashboard,
  hostMock,
  startServer,
}) => {
  complaints.allowFailedRequests();
  complaints.allow(/Failed to fetch/);
  let [fails, asked] = [true, 0];
  await page.route(LATER, (route) => {
    asked += 1;
    return fails ? route.abort() : route.continue();
  });
  await openWithoutDetails(dashboard, startServer);
  await expect.poll(() => asked).toBe(1);
  await dashboard.summary.click();
  await expect(dashboard.panel).toContainText('researcher');
  await expect.poll(() => asked, { message: 'for the panel, too' }).toBe(2);
  for (let poll = 1; poll <= 4; poll += 1) {
    hostMock.answer({ cpu: wire.cpu(poll) });
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.number).toHaveText(`${poll}%`);
  }
  await expect(dashboard.times.last()).toHaveText('now');

  fails = false;
  await page.clock.runFor(5000);
  await dashboard.expectDetails();
  await expect(dashboard.rows).toHaveCount(2);
  await expect(dashboard.panelRows).toHaveCount(2);
});

test('details that come while a gap is being filled do not ask for the history, too', async ({
  page,
  dashboard,
  startServer,
  traffic,
}) => {
  const later = await Held.requests(page, LATER);
  const server = await openWithoutDetails(dashboard, startServer);
  const known = (await server.history()).host.length;
  await expect.poll(async () => (await server.history()).host.length, { timeout: 15_000 }).toBeGreaterThan(known + 3);
  const history = await Held.requests(page, '**/api/telemetry/history');
  await dashboard.beginPoll(1);
  await expect.poll(() => history.count).toBe(1);
  await later.letGo();
  await dashboard.expectDetails();
  await history.letGo();
  await dashboard.expectSettled();
  const lines = dashboard.rows.locator('.ht-trend polyline');
  await expect(lines).toHaveCount(2);
  expect(Math.min(...(await points(lines)))).toBeGreaterThan(3);
  expect(traffic.asked('history')).toBe(1);
});
