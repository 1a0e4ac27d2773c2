import type { Locator } from '@playwright/test';
import { expect, test } from './support/test.ts';

const INTERVAL = 5;
const CAPACITY = 60;

/** How many points each of the lines has. */
function points(lines: Locator): Promise<number[]> {
  return lines.evaluateAll((list) => list.map((line) => (line.getAttribute('points') ?? '').trim().split(/\s+/).length));
}

test.beforeEach(async ({ dashboard, hostMock: _, startServer }) => {
  const server = await startServer({ args: ['--interval', String(INTERVAL)] });
  await dashboard.openFrozen(server.url);
});

test('after more polls than fit, a sparkline has 60 points', async ({ dashboard, hostMock }) => {
  for (let poll = 1; poll <= CAPACITY + 2; poll += 1) {
    hostMock.answer({ cpu: { percent: poll, count: 8 } });
    await dashboard.nextPoll(INTERVAL);
    await expect(dashboard.cpu.number).toHaveText(`${poll}%`);
  }
  expect(await points(dashboard.cpu.lines)).toEqual([CAPACITY]);
  expect(await points(dashboard.memory.lines)).toEqual([CAPACITY]);
});

test('a poll that fails is a gap', async ({ complaints, dashboard, hostMock }) => {
  complaints.allowFailedRequests();
  for (let poll = 1; poll <= CAPACITY; poll += 1) {
    if (poll === 21) {
      hostMock.fail();
      await dashboard.nextPoll(INTERVAL);
      await expect(dashboard.cpu.root).toHaveClass(/is-stale/);
    } else {
      hostMock.answer({ cpu: { percent: poll, count: 8 } });
      await dashboard.nextPoll(INTERVAL);
      await expect(dashboard.cpu.number).toHaveText(`${poll}%`);
    }
  }
  expect(await points(dashboard.cpu.lines)).toEqual([20, 39]);
  expect(await points(dashboard.memory.lines)).toEqual([20, 39]);
});
