import type { Dashboard } from './support/dashboard.ts';
import { expect, test } from './support/test.ts';
import { type HostResponse, wire } from './support/wire.ts';
import { Visibility } from './support/visibility.ts';

const INTERVAL = 5;

/** Expects the next poll in this many milliseconds, give or take 2 ms. */
async function expectPollIn(dashboard: Dashboard, milliseconds: number): Promise<void> {
  const polls = await dashboard.polls();
  // Allow for rounding: most decimal ages have no exact binary representation.
  await dashboard.page.clock.runFor(milliseconds - 2);
  expect(await dashboard.polls(), `polls before ${milliseconds} ms`).toBe(polls);
  await dashboard.page.clock.runFor(4);
  expect(await dashboard.polls(), `polls after ${milliseconds} ms`).toBe(polls + 1);
}

/** Expects a poll within a millisecond, the shortest time in which a timer can fire. */
async function expectPollNow(dashboard: Dashboard): Promise<void> {
  const polls = await dashboard.polls();
  await dashboard.page.clock.runFor(1);
  expect(await dashboard.polls(), 'polls at once').toBe(polls + 1);
}

test.describe('a page polls when new data are due', () => {
  const CASES = [
    { title: 'host and containers sampled together', host: 3.2, containers: 3.2, pause: 1950 },
    { title: 'a scrape that ends shortly after the host sample', host: 3.2, containers: 2.2, pause: 2950 },
    { title: 'a scrape that ends too late to wait for', host: 3.2, containers: 0.1, pause: 1950 },
    { title: 'an overdue sample', host: 6, containers: 6, pause: 4150 },
  ];
  for (const { title, host, containers, pause } of CASES) {
    test(title, async ({ dashboard, hostMock, startServer }) => {
      const server = await startServer({ args: ['--interval', String(INTERVAL)] });
      await dashboard.openFrozen(server.url);
      hostMock.respondWith({ age_seconds: host });
      hostMock.run([], { age_seconds: containers });
      await dashboard.nextPoll(INTERVAL);
      await expectPollIn(dashboard, pause);
    });
  }

  test('a failed poll is retried after 5 s', async ({ complaints, dashboard, hostMock, startServer }) => {
    complaints.allowFailedRequests();
    const server = await startServer({ args: ['--interval', '60'] });
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(60);
    hostMock.fail();
    await dashboard.nextPoll(60);
    await expectPollIn(dashboard, 5000);
  });
});

test.describe('a hidden page', () => {
  test('polls once a minute, and at once when shown again', async ({ page, dashboard, hostMock, startServer }) => {
    const tab = await Visibility.control(page);
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    hostMock.run([]);
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(INTERVAL);
    await tab.hide();
    for (let minute = 1; minute <= 2; minute += 1) {
      await expectPollIn(dashboard, 60_000);
      await dashboard.waitUntilIdle();
    }
    await tab.show();
    await expectPollNow(dashboard);
    await dashboard.waitUntilIdle();
    await dashboard.nextPoll(INTERVAL);
  });

  test('requests the missing history only when shown again', async ({ page, dashboard, startServer, traffic }) => {
    const tab = await Visibility.control(page);
    const server = await startServer({ args: ['--interval', '1'] });
    await dashboard.openFrozen(server.url);
    expect(traffic.requests('history')).toBe(1);
    await tab.hide();
    const samples = async () => (await server.history()).host.length;
    const known = await samples();
    await expect.poll(samples, { timeout: 15_000 }).toBeGreaterThanOrEqual(known + 4);
    await expectPollIn(dashboard, 60_000);
    await dashboard.waitUntilIdle();
    expect(traffic.requests('history'), 'while hidden').toBe(1);
    const points = async () => (await dashboard.cpu.points()).at(-1) ?? 0;
    expect(await points()).toBeLessThan(known + 2);

    await tab.show();
    await expectPollNow(dashboard);
    await dashboard.waitUntilIdle();
    expect(traffic.requests('history'), 'once shown').toBe(2);
    expect(await points()).toBeGreaterThanOrEqual(4);
  });

  test('sends one request at a time, however often it is hidden and shown', async ({ page, dashboard, hostMock, startServer }) => {
    const tab = await Visibility.control(page);
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    hostMock.run([]);
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(INTERVAL);
    const flicker = async () => {
      for (let times = 1; times <= 3; times += 1) {
        await tab.hide();
        await tab.show();
        await page.clock.runFor(2);
      }
    };
    // Overlapping requests would log an error, which fails the test.
    hostMock.hang();
    const polls = await dashboard.polls();
    await flicker();
    expect(await dashboard.polls()).toBe(polls + 1);
    hostMock.respondWith({});
    await page.clock.runFor(3000);
    await dashboard.nextPoll(INTERVAL);
    await expectPollIn(dashboard, 1000 * INTERVAL + 150);
  });
});

test.describe('the tab', () => {
  const CALM: Partial<HostResponse> = { cpu: wire.cpu(89.9) };
  const FULL = wire.disk(95.5);
  const ICON = 'link[rel=icon]';

  test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
    const server = await startServer({ args: ['--interval', '1'] });
    hostMock.respondWith(CALM);
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(1);
  });

  test('names the worst critical metric, and silence', async ({ complaints, page, dashboard, hostMock }) => {
    complaints.allowFailedRequests();
    const expectCalm = async () => {
      await expect(page).toHaveTitle(/ · Host telemetry$/);
      await expect(page.locator(ICON)).toHaveAttribute('href', '/favicon.svg');
    };
    await expectCalm();
    for (const [title, answer] of [
      ['CPU 94%', { cpu: wire.cpu(94.9) }],
      ['CPU 90%', { cpu: wire.cpu(90), disk: FULL }],
      ['Mem 95%', { ...CALM, memory: { ...FULL, available_gb: 9 } }],
      ['Disk 95%', { ...CALM, disk: FULL }],
    ] as const) {
      hostMock.respondWith(answer);
      await dashboard.nextPoll(1);
      await expect(page).toHaveTitle(`${title} · atlas-01`);
      await expect(page.locator(ICON)).toHaveAttribute('href', '/favicon-critical.svg');
    }
    hostMock.respondWith(CALM);
    await dashboard.nextPoll(1);
    await expectCalm();

    hostMock.respondWith({ disk: FULL });
    await dashboard.nextPoll(1);
    await expect(page).toHaveTitle(/^Disk/);
    hostMock.fail();
    await dashboard.nextPoll(1);
    await expect(page).toHaveTitle('No answer · atlas-01');
    await expect(page.locator(ICON), 'which does not need the server').toHaveAttribute('href', /^data:image\/svg/);
    hostMock.respondWith(CALM);
    await dashboard.nextPoll(1);
    await expectCalm();
  });

  test('the critical icon exists', async ({ page, request }) => {
    const icon = await request.get(new URL('/favicon-critical.svg', page.url()).href);
    expect(icon.status()).toBe(200);
    expect(icon.headers()['content-type']).toContain('image/svg+xml');
  });
});

test('a hidden tab also names a critical metric', async ({ page, dashboard, hostMock, startServer }) => {
  const tab = await Visibility.control(page);
  const server = await startServer({ args: ['--interval', '1'] });
  await dashboard.openFrozen(server.url);
  await dashboard.nextPoll(1);
  await tab.hide();
  hostMock.respondWith({ cpu: wire.cpu(99) });
  await expectPollIn(dashboard, 60_000);
  await expect(page).toHaveTitle('CPU 99% · atlas-01');
});
