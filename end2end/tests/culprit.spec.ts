import { expect, test } from './support/test.ts';
import { type HostResponse, wire } from './support/wire.ts';

const HOT: Partial<HostResponse> = { cpu: wire.cpu(94) };
const CALM: Partial<HostResponse> = { cpu: wire.cpu(40) };
const FULL_MEMORY = wire.memory(91);
const GREEDY = [{ name: 'agent-x', cpuShare: 61 }, { name: 'agent-y', cpuShare: 20 }];

test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  hostMock.respondWith(HOT);
  hostMock.run(GREEDY);
  await dashboard.openFrozen(server.url);
});

test('the culprit is named after two scrapes on a hot host, and for two more once it has cooled down', async ({ dashboard, hostMock }) => {
  const { culprit } = dashboard.cpu;
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('94%');
  await expect(culprit).toBeHidden();
  await dashboard.nextPoll(1);
  await expect(culprit).toHaveText("agent-x 61% of the host's CPU");
  await expect(culprit).toBeVisible();
  await expect(culprit).toHaveAttribute('title', "agent-x: 61.0% of the host's CPU");
  await expect(dashboard.memory.culprit).toBeHidden();

  hostMock.respondWith(CALM);
  hostMock.run([{ name: 'agent-x', cpuShare: 12.3 }]);
  for (let scrape = 1; scrape <= 2; scrape += 1) {
    await dashboard.nextPoll(1);
    await expect(culprit, 'with its current usage').toHaveText("agent-x 12% of the host's CPU");
    await expect(culprit).toBeVisible();
  }
  await dashboard.nextPoll(1);
  await expect(culprit).toBeHidden();
});

test('a scrape returned twice counts once', async ({ dashboard, hostMock }) => {
  hostMock.run(GREEDY, { timestamp: '2026-01-13T12:00:01.000000Z' });
  for (let poll = 1; poll <= 3; poll += 1) {
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.culprit).toBeHidden();
  }
  hostMock.run(GREEDY);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.culprit).toBeVisible();
});

test('no culprit is named below high load, nor if nothing has a large share', async ({ dashboard, hostMock }) => {
  hostMock.respondWith({ cpu: wire.cpu(74.9) });
  for (let poll = 1; poll <= 3; poll += 1) {
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.culprit).toBeHidden();
  }
  hostMock.respondWith({ cpu: wire.cpu(90) });
  hostMock.run(['a', 'b', 'c', 'd'].map((name) => ({ name, cpuShare: 22 })));
  for (let poll = 1; poll <= 3; poll += 1) {
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.culprit).toBeHidden();
  }
});

test('a culprit outside the agents is named, and its row of totals is marked', async ({ dashboard, hostMock }) => {
  hostMock.run([{ name: 'agent-x', cpuShare: 10 }]);
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.culprit).toHaveText("outside agents 84% of the host's CPU");
  await dashboard.cpu.culprit.click();
  for (const table of [dashboard.containers, dashboard.panel]) {
    await expect(dashboard.totals(table, 'other')).toContainClass('ht-is-culprit');
    await expect(table.locator('.ht-is-culprit')).toHaveCount(1);
  }
});

test('memory has its own culprit', async ({ dashboard, hostMock }) => {
  hostMock.respondWith({ ...CALM, memory: FULL_MEMORY });
  hostMock.run([{ name: 'agent-x', cpuShare: 31, memoryShare: 5 }, { name: 'hoarder', memoryShare: 70.5 }]);
  await dashboard.nextPoll(1);
  await expect(dashboard.memory.culprit).toBeHidden();
  await dashboard.nextPoll(1);
  await expect(dashboard.memory.culprit).toHaveText(/^hoarder 70% of the host's memory$/i);
  await expect(dashboard.memory.culprit).toBeVisible();
  await expect(dashboard.cpu.culprit).toBeHidden();
});

test('a second culprit is named if there is space', async ({ page, dashboard, hostMock }) => {
  await page.setViewportSize({ width: 1680, height: 800 });
  hostMock.respondWith({ ...HOT, memory: FULL_MEMORY });
  hostMock.run([...GREEDY, { name: 'hoarder', memoryShare: 70.5 }]);
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.culprit).toBeVisible();
  await expect(dashboard.memory.culprit).toBeVisible();

  await page.setViewportSize({ width: 1000, height: 800 });
  await expect(dashboard.cpu.culprit).toBeVisible();
  await expect(dashboard.memory.culprit).toBeHidden();
  await expect(dashboard.rows.filter({ hasText: 'hoarder' }), 'marked in the table').toContainClass('ht-is-culprit');
  // The metric with the higher severity gets the space.
  hostMock.respondWith({ cpu: wire.cpu(80), memory: FULL_MEMORY });
  await dashboard.nextPoll(1);
  await expect(dashboard.memory.culprit).toBeVisible();
  await expect(dashboard.cpu.culprit).toBeHidden();
});

test('clicking the culprit opens the panel, where its row is marked', async ({ page, dashboard, hostMock }) => {
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await dashboard.cpu.culprit.click();
  await expect(dashboard.panel).toBeVisible();
  for (const rows of [dashboard.rows, dashboard.panelRows]) {
    await expect(rows.filter({ hasText: 'agent-x' })).toContainClass('ht-is-culprit');
    await expect(rows.filter({ hasText: 'agent-y' })).not.toContainClass('ht-is-culprit');
  }
  hostMock.respondWith(CALM);
  for (let scrape = 1; scrape <= 3; scrape += 1) await dashboard.nextPoll(1);
  await expect(page.locator('.ht-is-culprit')).toHaveCount(0);
});

test('no culprit is named while the data are stale', async ({ complaints, dashboard, hostMock }) => {
  complaints.allowFailedRequests();
  const { culprit } = dashboard.cpu;
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await expect(culprit).toBeVisible();

  hostMock.run(GREEDY, { stale: true });
  await dashboard.nextPoll(1);
  await expect(dashboard.agents).toContainClass('ht-is-stale');
  await expect(culprit).toBeHidden();
  hostMock.run(GREEDY);
  await dashboard.nextPoll(1);
  await expect(culprit).toBeVisible();

  hostMock.fail();
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.root).toContainClass('ht-is-stale');
  await expect(culprit).toBeHidden();
});
