import { type Dashboard, NOON } from './support/dashboard.ts';
import { drawnLines } from './support/history.ts';
import { HeldRequests } from './support/hold.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const INTERVAL = 5;
const CAPACITY = 60;

async function expectPoints(dashboard: Dashboard, points: number[]): Promise<void> {
  expect(await dashboard.cpu.points()).toEqual(points);
  expect(await dashboard.memory.points()).toEqual(points);
}

test.describe('with a mocked host', () => {
  test.beforeEach(async ({ dashboard, hostMock: _, startServer }) => {
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    await dashboard.openFrozen(server.url);
  });

  test('a sparkline keeps the last 60 points', async ({ dashboard, hostMock }) => {
    for (let poll = 1; poll <= CAPACITY + 2; poll += 1) {
      hostMock.respondWith({ cpu: wire.cpu(poll) });
      await dashboard.nextPoll(INTERVAL);
      await expect(dashboard.cpu.number).toHaveText(`${poll}%`);
    }
    await expectPoints(dashboard, [CAPACITY]);
  });

  for (const measures of [true, false]) {
    const outcome = measures ? 'is filled afterwards' : 'stays if the server took no samples either';
    test(`the gap left by failed polls ${outcome}`, async ({ complaints, dashboard, hostMock, traffic }) => {
      complaints.allowFailedRequests();
      for (let poll = 1; poll <= 20; poll += 1) await dashboard.nextPoll(INTERVAL);
      await expectPoints(dashboard, [20]);
      await expect(dashboard.cpu.newest).toHaveCount(1);
      const before = traffic.requests('history');

      hostMock.fail({ measures });
      for (let failed = 1; failed <= 2; failed += 1) {
        await dashboard.nextPoll(INTERVAL);
        await expect(dashboard.cpu.root).toHaveClass(/is-stale/);
        await expectPoints(dashboard, [20]);
        await expect(dashboard.cpu.newest, 'no current value').toHaveCount(0);
      }
      expect(traffic.requests('history'), 'no history requests to a server that does not respond').toBe(before);

      hostMock.respondWith({});
      await dashboard.nextPoll(INTERVAL);
      await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/);
      expect(traffic.requests('history')).toBe(before + 1);
      // If the gap stays, the point after it is drawn as a dot, not as a line.
      await expectPoints(dashboard, measures ? [23] : [20]);
      for (let poll = 24; poll <= CAPACITY; poll += 1) await dashboard.nextPoll(INTERVAL);
      expect(traffic.requests('history'), 'no gap since').toBe(before + 1);
      await expectPoints(dashboard, measures ? [CAPACITY] : [20, 38]);
    });
  }
});

test('a history older than the last poll removes nothing', async ({
  page,
  dashboard,
  hostMock,
  startServer,
}) => {
  const server = await startServer({ args: ['--interval', String(INTERVAL)] });
  hostMock.run([]);
  const lazy = await HeldRequests.hold(page, '**/split_*.wasm');
  await dashboard.openFrozen(server.url, { details: false });
  for (let poll = 1; poll <= 10; poll += 1) await dashboard.nextPoll(INTERVAL);

  // The lazy file requests the history as soon as it runs. Load it a second before the next poll, so the request, which
  // times out after 3 s, is still pending then.
  await page.clock.runFor(1000 * (INTERVAL - 1));
  const history = await HeldRequests.hold(page, '**/api/telemetry/history');
  await lazy.release();
  await expect.poll(() => history.count).toBe(1);
  await dashboard.beginPoll(INTERVAL);
  await expect.poll(() => dashboard.cpu.points()).toEqual([11]);

  const timestamp = (poll: number) => wire.timestamp(NOON.getTime() + poll * INTERVAL * 1000);
  const samples = Array.from({ length: 10 }, (_, index) => wire.host({ timestamp: timestamp(index + 1) }));
  await history.release((route) => route.fulfill({ json: wire.history(INTERVAL, samples, []) }));
  await dashboard.waitUntilIdle();
  await expectPoints(dashboard, [11]);
});

test.describe('with a real server', () => {
  /** Waits until the page shows its `own` lines, which the server does not have, followed by the server's lines. */
  async function expectHistoryOf(server: Server, dashboard: Dashboard, own: number[] = []): Promise<void> {
    // Retry, because a sample may arrive between the two reads.
    await expect(async () => {
      const known = drawnLines(await server.history());
      expect(known.length).toBeGreaterThan(0);
      expect(await dashboard.cpu.points()).toEqual([...own, ...known]);
    }).toPass({ timeout: 15_000, intervals: [100] });
  }

  async function samplesOf(server: Server): Promise<number> {
    return (await server.history()).host.length;
  }

  test('a gap after sleep is filled', async ({ dashboard, startServer, traffic }) => {
    const server = await startServer({ args: ['--interval', '1'] });
    await dashboard.openFrozen(server.url);
    const atFirst = await samplesOf(server);
    await expect.poll(() => samplesOf(server), { timeout: 15_000 }).toBeGreaterThanOrEqual(atFirst + 4);
    expect(traffic.requests('host'), 'polls during sleep').toBe(0);

    await dashboard.nextPoll(1);
    expect(traffic.requests('history'), 'one at first and one for the gap').toBe(2);
    const [newest = 0] = (await dashboard.cpu.points()).toReversed();
    expect(newest).toBeGreaterThan(4);
  });

  test('a gap after being offline is filled', async ({ complaints, context, page, dashboard, startServer }) => {
    complaints.allowFailedRequests();
    const server = await startServer({ args: ['--interval', '1'] });
    await page.goto(server.url);
    await expectHistoryOf(server, dashboard);

    await context.setOffline(true);
    await expect(dashboard.chips.first()).toHaveText(/^No answer/, { timeout: 15_000 });
    await expect(dashboard.cpu.newest).toHaveCount(0, { timeout: 15_000 });
    await expect(dashboard.cpu.newest).toHaveCount(0);
    await context.setOffline(false);
    await expect(dashboard.chips.filter({ hasText: /^No answer/ })).toHaveCount(0, { timeout: 15_000 });
    await expectHistoryOf(server, dashboard);
  });

  test('a restart leaves a gap, and the page keeps older samples', async ({ complaints, page, dashboard, startServer }) => {
    complaints.allowFailedRequests();
    const server = await startServer({ args: ['--interval', '1'] });
    await page.goto(server.url);
    await expect.poll(() => samplesOf(server), { timeout: 15_000 }).toBeGreaterThanOrEqual(4);

    server.signal('SIGKILL');
    await expect(dashboard.chips.first()).toHaveText(/^No answer/, { timeout: 15_000 });
    await expect(dashboard.cpu.newest).toHaveCount(0, { timeout: 15_000 });
    const own = await dashboard.cpu.points();
    expect(own.length).toBeGreaterThan(0);
    await server.restart();
    await expect(dashboard.chips.filter({ hasText: /^No answer/ })).toHaveCount(0, { timeout: 15_000 });
    await expectHistoryOf(server, dashboard, own);
  });
});
