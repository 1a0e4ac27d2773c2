import type { Page } from '@playwright/test';
import type { Dashboard } from './support/dashboard.ts';
import { expect, test } from './support/test.ts';
import type { HostAnswer } from './support/wire.ts';

const MUTED = 'rgb(93, 100, 112)';
const PATIENCE = { timeout: 20_000 };

test.beforeEach(({ complaints, fakeDocker }) => {
  complaints.allowFailedRequests();
  fakeDocker.containers = [{ name: 'researcher', cpu: 40 }];
});

/** The host's answers that came in, newest last. */
function answers(page: Page): HostAnswer[] {
  const list: HostAnswer[] = [];
  page.on('response', async (response) => {
    if (response.url().endsWith('/host') && response.ok()) list.push(await response.json());
  });
  return list;
}

async function expectFresh(dashboard: Dashboard): Promise<void> {
  await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/, PATIENCE);
  await expect(dashboard.age).toBeHidden();
  await expect(dashboard.agents).not.toHaveClass(/is-stale/, PATIENCE);
}

/** The last values are there, and marked as old. */
async function expectStale(dashboard: Dashboard, seen: HostAnswer[]): Promise<void> {
  for (const metric of [dashboard.cpu, dashboard.memory, dashboard.disk]) {
    await expect(metric.root).toHaveClass(/is-stale/, PATIENCE);
    await expect(metric.number).toHaveCSS('color', MUTED);
    await expect(metric.number).toHaveText(/\d/);
  }
  // Not before: an answer may have been on its way.
  await expect(dashboard.cpu.number).toHaveText(`${Math.floor(seen.at(-1)?.cpu?.percent ?? NaN)}%`);
  await expect(dashboard.age).toHaveText(/^\d+ s old$/);
  await expect(dashboard.agents).toHaveClass(/is-stale/, PATIENCE);
  await expect(dashboard.containers).toContainText('not up to date');
  await expect(dashboard.rows).toHaveCount(1);
}

test('a server that hangs leaves its last numbers, marked stale', async ({ page, dashboard, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const seen = answers(page);
  await page.goto(server.url);
  await expect.poll(() => seen.length).toBeGreaterThan(1);
  await expectFresh(dashboard);

  server.signal('SIGSTOP');
  await expectStale(dashboard, seen);
  const age = async () => Number.parseInt((await dashboard.age.textContent()) ?? '', 10);
  const before = await age();
  await expect.poll(age, PATIENCE).toBeGreaterThan(before);

  server.signal('SIGCONT');
  await expectFresh(dashboard);
});

test('a server that died leaves its last numbers, and its successor is seen at the next poll', async ({
  page,
  dashboard,
  startServer,
}) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const seen = answers(page);
  await page.goto(server.url);
  await expect.poll(() => seen.length).toBeGreaterThan(1);
  await expectFresh(dashboard);

  server.signal('SIGKILL');
  await expectStale(dashboard, seen);

  await server.restart();
  const before = seen.length;
  await expectFresh(dashboard);
  // One answer is enough; a second may have come while this looked.
  expect(seen.length - before).toBeLessThanOrEqual(2);
});

test('a request that takes over 3 s has failed, and the next poll that succeeds is fresh', async ({
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

  hostMock.answer({});
  await dashboard.nextPoll(2);
  await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/);
});
