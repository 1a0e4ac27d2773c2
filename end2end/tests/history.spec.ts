import { type Dashboard, NOON } from './support/dashboard.ts';
import { drawnLines } from './support/history.ts';
import { Held } from './support/hold.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const INTERVAL = 5;
const CAPACITY = 60;

async function expectPoints(dashboard: Dashboard, points: number[]): Promise<void> {
  expect(await dashboard.cpu.points()).toEqual(points);
  expect(await dashboard.memory.points()).toEqual(points);
}

test.describe('by the clock', () => {
  test.beforeEach(async ({ dashboard, hostMock: _, startServer }) => {
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    await dashboard.openFrozen(server.url);
  });

  test('after more polls than fit, a sparkline has 60 points', async ({ dashboard, hostMock }) => {
    for (let poll = 1; poll <= CAPACITY + 2; poll += 1) {
      hostMock.answer({ cpu: wire.cpu(poll) });
      await dashboard.nextPoll(INTERVAL);
      await expect(dashboard.cpu.number).toHaveText(`${poll}%`);
    }
    await expectPoints(dashboard, [CAPACITY]);
  });

  for (const measures of [true, false]) {
    const end = measures ? 'filled afterwards' : 'never filled if the server did not measure either';
    test(`polls that fail are a gap, ${end}`, async ({ complaints, dashboard, hostMock, traffic }) => {
      complaints.allowFailedRequests();
      for (let poll = 1; poll <= 20; poll += 1) await dashboard.nextPoll(INTERVAL);
      await expectPoints(dashboard, [20]);
      await expect(dashboard.cpu.newest).toHaveCount(1);
      const before = traffic.asked('history');

      hostMock.fail({ measures });
      for (let failed = 1; failed <= 2; failed += 1) {
        await dashboard.nextPoll(INTERVAL);
        await expect(dashboard.cpu.root).toHaveClass(/is-stale/);
        await expectPoints(dashboard, [20]);
        await expect(dashboard.cpu.newest, 'nothing is known of now').toHaveCount(0);
      }
      expect(traffic.asked('history'), 'a server that does not answer is not asked for more').toBe(before);

      hostMock.answer({});
      await dashboard.nextPoll(INTERVAL);
      await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/);
      expect(traffic.asked('history')).toBe(before + 1);
      // A point alone is a dot.
      await expectPoints(dashboard, measures ? [23] : [20]);
      for (let poll = 24; poll <= CAPACITY; poll += 1) await dashboard.nextPoll(INTERVAL);
      expect(traffic.asked('history'), 'nothing was missed since').toBe(before + 1);
      await expectPoints(dashboard, measures ? [CAPACITY] : [20, 38]);
    });
  }
});

test('a history from before a poll, that comes after it, takes nothing away', async ({
  page,
  dashboard,
  hostMock,
  startServer,
}) => {
  const server = await startServer({ args: ['--interval', String(INTERVAL)] });
  hostMock.run([]);
  const later = await Held.requests(page, '**/split_*.wasm');
  await dashboard.openFrozen(server.url, { details: false });
  for (let poll = 1; poll <= 10; poll += 1) await dashboard.nextPoll(INTERVAL);

  // What comes later asks for the history first of all; a request is given up after 3 s.
  await page.clock.runFor(1000 * (INTERVAL - 1));
  const history = await Held.requests(page, '**/api/telemetry/history');
  await later.letGo();
  await expect.poll(() => history.count).toBe(1);
  await dashboard.beginPoll(INTERVAL);
  await expect.poll(() => dashboard.cpu.points()).toEqual([11]);

  const timestamp = (poll: number) => wire.timestamp(NOON.getTime() + poll * INTERVAL * 1000);
  const samples = Array.from({ length: 10 }, (_, index) => wire.host({ timestamp: timestamp(index + 1) }));
  await history.letGo((route) => route.fulfill({ json: wire.history(INTERVAL, samples, []) }));
  await dashboard.expectSettled();
  await expectPoints(dashboard, [11]);
});

test.describe('of a real server', () => {
  /** Waits until the page's line is what the server knows, after what the page alone knows. */
  async function expectAllOf(server: Server, dashboard: Dashboard, own: number[] = []): Promise<void> {
    // A sample may come between the two looks.
    await expect(async () => {
      const known = drawnLines(await server.history());
      expect(known.length).toBeGreaterThan(0);
      expect(await dashboard.cpu.points()).toEqual([...own, ...known]);
    }).toPass({ timeout: 15_000, intervals: [100] });
  }

  async function samplesOf(server: Server): Promise<number> {
    return (await server.history()).host.length;
  }

  test('what a page missed while it was asleep is filled', async ({ dashboard, startServer, traffic }) => {
    const server = await startServer({ args: ['--interval', '1'] });
    await dashboard.openFrozen(server.url);
    const atFirst = await samplesOf(server);
    await expect.poll(() => samplesOf(server), { timeout: 15_000 }).toBeGreaterThanOrEqual(atFirst + 4);
    expect(traffic.asked('host'), 'polls while it was asleep').toBe(0);

    await dashboard.nextPoll(1);
    expect(traffic.asked('history'), 'at first, and for the gap').toBe(2);
    const [newest = 0] = (await dashboard.cpu.points()).toReversed();
    expect(newest).toBeGreaterThan(4);
  });

  test('what a page missed while it was offline is filled', async ({ complaints, context, page, dashboard, startServer }) => {
    complaints.allowFailedRequests();
    const server = await startServer({ args: ['--interval', '1'] });
    await page.goto(server.url);
    await expectAllOf(server, dashboard);

    await context.setOffline(true);
    await expect(dashboard.age).toHaveText(/^[3-9] s old$/, { timeout: 15_000 });
    await expect(dashboard.cpu.newest).toHaveCount(0);
    await context.setOffline(false);
    await expect(dashboard.age).toBeHidden({ timeout: 15_000 });
    await expectAllOf(server, dashboard);
  });

  test('a restart is a gap, and what the page knew from before stays', async ({ complaints, page, dashboard, startServer }) => {
    complaints.allowFailedRequests();
    const server = await startServer({ args: ['--interval', '1'] });
    await page.goto(server.url);
    await expect.poll(() => samplesOf(server), { timeout: 15_000 }).toBeGreaterThanOrEqual(4);

    server.signal('SIGKILL');
    await expect(dashboard.age).toHaveText(/^[3-9] s old$/, { timeout: 15_000 });
    const own = await dashboard.cpu.points();
    expect(own.length).toBeGreaterThan(0);
    await server.restart();
    await expect(dashboard.age).toBeHidden({ timeout: 15_000 });
    await expectAllOf(server, dashboard, own);
  });
});
