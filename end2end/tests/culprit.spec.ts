import { expect, test } from './support/test.ts';
import { type HostAnswer, wire } from './support/wire.ts';

const HOT: Partial<HostAnswer> = { cpu: wire.cpu(94) };
const CALM: Partial<HostAnswer> = { cpu: wire.cpu(40) };
const FULL_MEMORY = wire.memory(91);
const GREEDY = [{ name: 'agent-x', cpuShare: 61 }, { name: 'agent-y', cpuShare: 20 }];

test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  hostMock.answer(HOT);
  hostMock.run(GREEDY);
  await dashboard.openFrozen(server.url);
});

test('who uses most of a hot host is named after two scrapes, and for two after it', async ({ dashboard, hostMock }) => {
  const { culprit } = dashboard.cpu;
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('94%');
  await expect(culprit).toBeHidden();
  await dashboard.nextPoll(1);
  await expect(culprit).toHaveText("agent-x 61% of the host's CPU");
  await expect(culprit).toBeVisible();
  await expect(culprit).toHaveAttribute('title', "agent-x: 61.0% of the host's CPU");
  await expect(dashboard.memory.culprit).toBeHidden();

  hostMock.answer(CALM);
  hostMock.run([{ name: 'agent-x', cpuShare: 12.3 }]);
  for (let scrape = 1; scrape <= 2; scrape += 1) {
    await dashboard.nextPoll(1);
    await expect(culprit, 'with what it uses now').toHaveText("agent-x 12% of the host's CPU");
    await expect(culprit).toBeVisible();
  }
  await dashboard.nextPoll(1);
  await expect(culprit).toBeHidden();
});

test('a scrape that is answered twice counts once', async ({ dashboard, hostMock }) => {
  hostMock.run(GREEDY, { timestamp: '2026-01-13T12:00:01.000000Z' });
  for (let poll = 1; poll <= 3; poll += 1) {
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.culprit).toBeHidden();
  }
  hostMock.run(GREEDY);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.culprit).toBeVisible();
});

test('nobody is named on a host that is not hot, nor for a small part of it', async ({ dashboard, hostMock }) => {
  hostMock.answer({ cpu: wire.cpu(74.9) });
  for (let poll = 1; poll <= 3; poll += 1) {
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.culprit).toBeHidden();
  }
  hostMock.answer({ cpu: wire.cpu(90) });
  hostMock.run(['a', 'b', 'c', 'd'].map((name) => ({ name, cpuShare: 22 })));
  for (let poll = 1; poll <= 3; poll += 1) {
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.culprit).toBeHidden();
  }
});

test('what uses most may be outside of the agents, and its line is marked', async ({ dashboard, hostMock }) => {
  hostMock.run([{ name: 'agent-x', cpuShare: 10 }]);
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.culprit).toHaveText("outside agents 84% of the host's CPU");
  await dashboard.cpu.culprit.click();
  for (const table of [dashboard.containers, dashboard.panel]) {
    await expect(dashboard.sums(table, 'other')).toContainClass('ht-is-culprit');
    await expect(table.locator('.ht-is-culprit')).toHaveCount(1);
  }
});

test('memory has a culprit of its own', async ({ dashboard, hostMock }) => {
  hostMock.answer({ ...CALM, memory: FULL_MEMORY });
  hostMock.run([{ name: 'agent-x', cpuShare: 31, memoryShare: 5 }, { name: 'hoarder', memoryShare: 70.5 }]);
  await dashboard.nextPoll(1);
  await expect(dashboard.memory.culprit).toBeHidden();
  await dashboard.nextPoll(1);
  await expect(dashboard.memory.culprit).toHaveText(/^hoarder 70% of the host's memory$/i);
  await expect(dashboard.memory.culprit).toBeVisible();
  await expect(dashboard.cpu.culprit).toBeHidden();
});

test('of two culprits the second is named where there is room for it', async ({ page, dashboard, hostMock }) => {
  await page.setViewportSize({ width: 1680, height: 800 });
  hostMock.answer({ ...HOT, memory: FULL_MEMORY });
  hostMock.run([...GREEDY, { name: 'hoarder', memoryShare: 70.5 }]);
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.culprit).toBeVisible();
  await expect(dashboard.memory.culprit).toBeVisible();

  await page.setViewportSize({ width: 1000, height: 800 });
  await expect(dashboard.cpu.culprit).toBeVisible();
  await expect(dashboard.memory.culprit).toBeHidden();
  await expect(dashboard.rows.filter({ hasText: 'hoarder' }), 'in the table it is').toContainClass('ht-is-culprit');
  // Of the two the one of what is worse has the room.
  hostMock.answer({ cpu: wire.cpu(80), memory: FULL_MEMORY });
  await dashboard.nextPoll(1);
  await expect(dashboard.memory.culprit).toBeVisible();
  await expect(dashboard.cpu.culprit).toBeHidden();
});

test('its name opens the panel, in which its row is marked', async ({ page, dashboard, hostMock }) => {
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await dashboard.cpu.culprit.click();
  await expect(dashboard.panel).toBeVisible();
  for (const rows of [dashboard.rows, dashboard.panelRows]) {
    await expect(rows.filter({ hasText: 'agent-x' })).toContainClass('ht-is-culprit');
    await expect(rows.filter({ hasText: 'agent-y' })).not.toContainClass('ht-is-culprit');
  }
  hostMock.answer(CALM);
  for (let scrape = 1; scrape <= 3; scrape += 1) await dashboard.nextPoll(1);
  await expect(page.locator('.ht-is-culprit')).toHaveCount(0);
});

test('nobody is named while the numbers are old', async ({ complaints, dashboard, hostMock }) => {
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
