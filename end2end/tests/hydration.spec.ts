import { points } from './support/dashboard.ts';
import { expect, test } from './support/test.ts';
import { collectResponses } from './support/traffic.ts';
import { wire } from './support/wire.ts';

test('the page shows the second poll without a reload @smoke', async ({ page, dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await dashboard.openFrozen(server.url);
  hostMock.respondWith({ cpu: wire.cpu(11.5) });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('11%');
  await expect(dashboard.memory.number).toHaveText('12.5');
  await expect(dashboard.memory.rest).toHaveText('/20G');
  await expect(dashboard.disk.number).toHaveText('54%');
  hostMock.respondWith({ cpu: wire.cpu(22.5) });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('22%');
  await dashboard.cpu.expectTitle('CPU 22.5% of 8 cores');
  await expect(page).toHaveURL(`${server.url}/`);
});

test('numbers and charts update', async ({ page, dashboard, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const received = collectResponses(page);
  await page.goto(server.url);
  // A sample that a busy machine misses leaves a gap, which starts a new line.
  const drawn = async () => (await points(dashboard.line('cpu'))).reduce((sum, count) => sum + count, 0);
  const atFirst = await drawn();
  await expect.poll(drawn, { timeout: 20_000 }).toBeGreaterThanOrEqual(atFirst + 3);
  const times = () => received.map(({ timestamp }) => timestamp);
  await expect.poll(() => new Set(times()).size, { message: 'distinct samples', timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  expect(times(), 'time advances').toEqual(times().toSorted());
});

test('containers appear and disappear', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [{ name: 'one' }];
  const server = await startServer({ args: ['--interval', '1'] });
  await page.goto(server.url);
  await expect(dashboard.summary).toContainText('1container');
  fakeDocker.containers = [{ name: 'one' }, { name: 'two' }];
  await expect(dashboard.summary).toContainText('2containers');
  await expect(dashboard.rows).toHaveCount(2);
  fakeDocker.containers = [];
  await expect(dashboard.summary).toContainText('0containers');
  await expect(dashboard.rows).toHaveCount(0);
});
