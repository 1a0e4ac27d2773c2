import type { Dashboard } from './support/dashboard.ts';
import { expect, test } from './support/test.ts';
import { type HostAnswer, wire } from './support/wire.ts';
import { Visibility } from './support/visibility.ts';

const INTERVAL = 5;

/** The next poll is made so many milliseconds from now, and neither before nor after. */
async function expectPollIn(dashboard: Dashboard, milliseconds: number): Promise<void> {
  const polls = await dashboard.polls();
  // Ages are no binary numbers, which may cost one.
  await dashboard.page.clock.runFor(milliseconds - 2);
  expect(await dashboard.polls(), `polls before ${milliseconds} ms`).toBe(polls);
  await dashboard.page.clock.runFor(4);
  expect(await dashboard.polls(), `polls after ${milliseconds} ms`).toBe(polls + 1);
}

/** The next poll is made now, as far as timers know of it. */
async function expectPollNow(dashboard: Dashboard): Promise<void> {
  const polls = await dashboard.polls();
  await dashboard.page.clock.runFor(1);
  expect(await dashboard.polls(), 'polls at once').toBe(polls + 1);
}

test.describe('a page polls when there is something new', () => {
  const CASES = [
    { what: 'the host and the containers at once', host: 3.2, containers: 3.2, pause: 1950 },
    { what: 'a scrape that ends soon after the host', host: 3.2, containers: 2.2, pause: 2950 },
    { what: 'a scrape that ends too late to wait for', host: 3.2, containers: 0.1, pause: 1950 },
    { what: 'a sample that was due already', host: 6, containers: 6, pause: 4150 },
  ];
  for (const { what, host, containers, pause } of CASES) {
    test(what, async ({ dashboard, hostMock, startServer }) => {
      const server = await startServer({ args: ['--interval', String(INTERVAL)] });
      await dashboard.openFrozen(server.url);
      hostMock.answer({ age_seconds: host });
      hostMock.run([], { age_seconds: containers });
      await dashboard.nextPoll(INTERVAL);
      await expectPollIn(dashboard, pause);
    });
  }

  test('the server again, after 5 s, where it does not answer', async ({ complaints, dashboard, hostMock, startServer }) => {
    complaints.allowFailedRequests();
    const server = await startServer({ args: ['--interval', '60'] });
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(60);
    hostMock.fail();
    await dashboard.nextPoll(60);
    await expectPollIn(dashboard, 5000);
  });
});

test.describe('a page that nobody looks at', () => {
  test('polls once a minute, and at once when somebody looks again', async ({ page, dashboard, hostMock, startServer }) => {
    const tab = await Visibility.of(page);
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    hostMock.run([]);
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(INTERVAL);
    await tab.hide();
    for (let minute = 1; minute <= 2; minute += 1) {
      await expectPollIn(dashboard, 60_000);
      await dashboard.expectSettled();
    }
    await tab.show();
    await expectPollNow(dashboard);
    await dashboard.expectSettled();
    await dashboard.nextPoll(INTERVAL);
  });

  test('asks for what it missed only when somebody looks again', async ({ page, dashboard, startServer, traffic }) => {
    const tab = await Visibility.of(page);
    const server = await startServer({ args: ['--interval', '1'] });
    await dashboard.openFrozen(server.url);
    expect(traffic.asked('history')).toBe(1);
    await tab.hide();
    const samples = async () => (await server.history()).host.length;
    const known = await samples();
    await expect.poll(samples, { timeout: 15_000 }).toBeGreaterThanOrEqual(known + 4);
    await expectPollIn(dashboard, 60_000);
    await dashboard.expectSettled();
    expect(traffic.asked('history'), 'while hidden').toBe(1);
    const points = async () => (await dashboard.cpu.points()).at(-1) ?? 0;
    expect(await points()).toBeLessThan(known + 2);

    await tab.show();
    await expectPollNow(dashboard);
    await dashboard.expectSettled();
    expect(traffic.asked('history'), 'once shown').toBe(2);
    expect(await points()).toBeGreaterThanOrEqual(4);
  });

  test('asks once at a time, however often it is hidden and shown', async ({ page, dashboard, hostMock, startServer }) => {
    const tab = await Visibility.of(page);
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
    // A second request before there is an answer would be complained of.
    hostMock.hang();
    const polls = await dashboard.polls();
    await flicker();
    expect(await dashboard.polls()).toBe(polls + 1);
    hostMock.answer({});
    await page.clock.runFor(3000);
    await dashboard.nextPoll(INTERVAL);
    await expectPollIn(dashboard, 1000 * INTERVAL + 150);
  });
});

test.describe('the tab', () => {
  const CALM: Partial<HostAnswer> = { cpu: wire.cpu(89.9) };
  const FULL = wire.disk(95.5);
  const ICON = 'link[rel=icon]';

  test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
    const server = await startServer({ args: ['--interval', '1'] });
    hostMock.answer(CALM);
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(1);
  });

  test('says what is in the red band, the worst first', async ({ complaints, page, dashboard, hostMock }) => {
    complaints.allowFailedRequests();
    const expectCalm = async () => {
      await expect(page).toHaveTitle('Host telemetry');
      await expect(page.locator(ICON)).toHaveAttribute('href', '/favicon.svg');
    };
    await expectCalm();
    for (const [title, answer] of [
      ['CPU 94%', { cpu: wire.cpu(94.9) }],
      ['CPU 90%', { cpu: wire.cpu(90), disk: FULL }],
      ['Mem 95%', { ...CALM, memory: { ...FULL, available_gb: 9 } }],
      ['Disk 95%', { ...CALM, disk: FULL }],
    ] as const) {
      hostMock.answer(answer);
      await dashboard.nextPoll(1);
      await expect(page).toHaveTitle(`${title} · Host telemetry`);
      await expect(page.locator(ICON)).toHaveAttribute('href', '/favicon-critical.svg');
    }
    hostMock.answer(CALM);
    await dashboard.nextPoll(1);
    await expectCalm();

    hostMock.answer({ disk: FULL });
    await dashboard.nextPoll(1);
    await expect(page).toHaveTitle(/^Disk/);
    hostMock.fail();
    await dashboard.nextPoll(1);
    await expectCalm();
  });

  test('there is such an icon', async ({ page, request }) => {
    const icon = await request.get(new URL('/favicon-critical.svg', page.url()).href);
    expect(icon.status()).toBe(200);
    expect(icon.headers()['content-type']).toContain('image/svg+xml');
  });
});

test('the tab says it while it is hidden', async ({ page, dashboard, hostMock, startServer }) => {
  const tab = await Visibility.of(page);
  const server = await startServer({ args: ['--interval', '1'] });
  await dashboard.openFrozen(server.url);
  await dashboard.nextPoll(1);
  await tab.hide();
  hostMock.answer({ cpu: wire.cpu(99) });
  await expectPollIn(dashboard, 60_000);
  await expect(page).toHaveTitle('CPU 99% · Host telemetry');
});
