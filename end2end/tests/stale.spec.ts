import type { Dashboard } from './support/dashboard.ts';
import { expect, test } from './support/test.ts';
import { collectResponses } from './support/traffic.ts';
import type { HostResponse } from './support/wire.ts';

const MUTED = 'rgb(93, 100, 112)';
const TIMEOUT = { timeout: 20_000 };

test.beforeEach(({ complaints, fakeDocker }) => {
  complaints.allowFailedRequests();
  fakeDocker.containers = [{ name: 'researcher', cpu: 40 }];
});

async function expectFresh(dashboard: Dashboard): Promise<void> {
  await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/, TIMEOUT);
  await expect(dashboard.chips.filter({ hasText: /^No/ })).toHaveCount(0, TIMEOUT);
  await expect(dashboard.agents).not.toHaveClass(/is-stale/, TIMEOUT);
}

/** Expects the page to show the last values it received, marked as stale. */
async function expectStale(dashboard: Dashboard, received: HostResponse[]): Promise<void> {
  for (const metric of [dashboard.cpu, dashboard.memory, dashboard.disk]) {
    await expect(metric.root).toHaveClass(/is-stale/, TIMEOUT);
    await expect(metric.number).toHaveCSS('color', MUTED);
    await expect(metric.number).toHaveText(/\d/);
  }
  // Check this only once the page is stale: until then, a response may be in flight.
  await expect(dashboard.cpu.number).toHaveText(`${Math.floor(received.at(-1)?.cpu?.percent ?? NaN)}%`);
  await expect(dashboard.chips.first()).toHaveText(/^No answer\s+since \d\d:\d\d:\d\d/);
  await expect(dashboard.advice.first()).toContainText(/^No answer from .* since \d\d:\d\d:\d\d\. All numbers are from then\./);
  await expect(dashboard.when, 'not "now"').toHaveText(/^\d\d:\d\d:\d\d$/);
  await expect(dashboard.agents).toHaveClass(/is-stale/, TIMEOUT);
  await expect(dashboard.containers).toContainText(/Last updated \d\d:\d\d:\d\d/);
  await expect(dashboard.rows).toHaveCount(1);
}

test('if the server hangs, its last numbers stay, marked as stale', async ({ page, dashboard, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const received = collectResponses(page);
  await page.goto(server.url);
  await expect.poll(() => received.length).toBeGreaterThan(1);
  await expectFresh(dashboard);

  server.signal('SIGSTOP');
  await expectStale(dashboard, received);
  server.signal('SIGCONT');
  await expectFresh(dashboard);
});

test('if the server dies, its last numbers stay until a poll reaches the restarted server', async ({
  page,
  dashboard,
  startServer,
}) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const received = collectResponses(page);
  await page.goto(server.url);
  await expect.poll(() => received.length).toBeGreaterThan(1);
  await expectFresh(dashboard);

  server.signal('SIGKILL');
  await expectStale(dashboard, received);

  await server.restart();
  const before = received.length;
  await expectFresh(dashboard);
  // One response is enough, but a second may already have arrived.
  expect(received.length - before).toBeLessThanOrEqual(2);
});

test('a request times out after 3 s, and the next successful poll makes the page fresh', async ({
  page,
  dashboard,
  hostMock,
  startServer,
}) => {
  const server = await startServer({ args: ['--interval', '5'] });
  await dashboard.openFrozen(server.url);
  await dashboard.nextPoll(5);
  await expect(dashboard.cpu.number).toHaveText('7%');

  hostMock.hang();
  await dashboard.beginPoll(5);
  await page.clock.runFor(2900);
  await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/);
  await page.clock.runFor(200);
  await expect(dashboard.cpu.root).toHaveClass(/is-stale/);

  hostMock.respondWith({});
  await dashboard.nextPoll(2);
  await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/);
});

test('while Docker hangs, the numbers go on and the page says how old the list is', async ({ page, dashboard, docker, startServer }) => {
  await docker.runContainer('web', 'while :; do :; done');
  const server = await startServer({ docker: docker.address, args: ['--interval', '1'] });
  const received = collectResponses(page);
  await page.goto(server.url);
  await dashboard.showTable();
  await expect(dashboard.rows).toHaveCount(1);

  await docker.hang(true);
  try {
    await expect(dashboard.containers).toContainText(/List as of \d\d:\d\d:\d\d/, TIMEOUT);
    const polls = received.length;
    await expect.poll(() => received.length).toBeGreaterThan(polls + 2);
    await expectFresh(dashboard);
    await expect(dashboard.rows.first().locator('.ht-cell').first()).toHaveText(/\d%/);
  } finally {
    await docker.hang(false);
  }
  await expect(dashboard.containers).not.toContainText('List as of', TIMEOUT);
});
