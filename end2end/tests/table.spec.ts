import type { Locator } from '@playwright/test';
import type { MockedContainer } from './support/host-mock.ts';
import { expect, test } from './support/test.ts';

/** Sorting by each column gives a different order. */
const AGENTS: MockedContainer[] = [
  { name: 'beta', cpuShare: 9, cpu_host_percent: 1, memoryShare: 3, memory_limit_mb: 2048 },
  { name: 'Alpha', cpuShare: 7, cpu_host_percent: 4, memoryShare: 1, memory_limit_mb: 4096 },
  { name: 'gamma', cpuShare: 5, cpu_host_percent: 2, memoryShare: 4, memory_limit_mb: 1024 },
  { name: 'delta', cpuShare: 3, cpu_host_percent: 3, memoryShare: 2 },
];

/** The order of rows after the first and second click on each column, by the suffix of its class. Rows without a value are always last. */
const ORDERS = {
  memory: [['gamma', 'beta', 'delta', 'Alpha'], ['Alpha', 'delta', 'beta', 'gamma']],
  limit: [['Alpha', 'beta', 'gamma', 'delta'], ['gamma', 'beta', 'Alpha', 'delta']],
  share: [['Alpha', 'delta', 'gamma', 'beta'], ['beta', 'gamma', 'delta', 'Alpha']],
  cpu: [['beta', 'Alpha', 'gamma', 'delta'], ['delta', 'gamma', 'Alpha', 'beta']],
  name: [['Alpha', 'beta', 'delta', 'gamma'], ['gamma', 'delta', 'beta', 'Alpha']],
};
const MANY = 60;

/** Agents in descending order of CPU usage, starting with agent `first`. None of them is a culprit. */
function many(count: number, memoryShare: number, first = 0): MockedContainer[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `agent-${(first + index) % count}`,
    cpuShare: (count - index) / 1000,
    memoryShare,
  }));
}

function names(rows: Locator): Locator {
  return rows.locator('.ht-name-text');
}

test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  hostMock.run(AGENTS);
  await dashboard.openFrozen(server.url);
  await dashboard.nextPoll(1);
  await expect(dashboard.rows).toHaveCount(AGENTS.length);
});

test('headings say what is measured, and over which time', async ({ dashboard }) => {
  const headings = ['Name', 'CPU (100% = 1 core)', 'Memory', 'Memory limit, CPU limit', 'CPU, 1 min', 'Share of host CPU'];
  await expect(dashboard.containers.locator('thead th')).toHaveText(headings);
});

for (const by of ['a click', 'Enter', 'Space']) {
  test(`${by} sorts every column in both directions`, async ({ page, dashboard }) => {
    const headings = dashboard.containers.locator('thead th');
    await expect(names(dashboard.rows), 'at first').toHaveText(ORDERS.cpu[0] ?? []);
    await expect(headings.and(page.locator('.ht-cpu'))).toHaveAttribute('aria-sort', 'descending');
    for (const [column, orders] of Object.entries(ORDERS)) {
      const heading = headings.and(page.locator(`.ht-${column}`));
      for (const [index, order] of orders.entries()) {
        if (by === 'a click') await heading.getByRole('button').click();
        else await heading.getByRole('button').press(by);
        await expect(names(dashboard.rows), `${column}, order ${index + 1}`).toHaveText(order);
        const descending = (column === 'name') === (index === 1);
        await expect(heading).toHaveAttribute('aria-sort', descending ? 'descending' : 'ascending');
        await expect(page.locator('main th[aria-sort]:not([aria-sort=none])'), 'sorted columns').toHaveCount(1);
      }
    }
    await dashboard.nextPoll(1);
    await expect(names(dashboard.rows), 'after a poll').toHaveText(ORDERS.name[1] ?? []);
  });
}

test('row elements stay in place when the order changes', async ({ dashboard, hostMock }) => {
  const tag = 'data-first';
  await dashboard.rows.evaluateAll((rows, tag) => rows.forEach((row, place) => row.setAttribute(tag, String(place))), tag);
  hostMock.run(AGENTS.map((agent, index) => ({ ...agent, cpuShare: index + 1 })));
  await dashboard.nextPoll(1);
  await expect(names(dashboard.rows)).toHaveText(['delta', 'gamma', 'Alpha', 'beta']);
  await dashboard.containers.getByRole('button', { name: 'Name' }).click();
  await expect(names(dashboard.rows)).toHaveText(ORDERS.name[0] ?? []);
  const places = await dashboard.rows.evaluateAll((rows, tag) => rows.map((row) => row.getAttribute(tag)), tag);
  expect(places).toEqual(['0', '1', '2', '3']);
});

test('nine or more rows can be filtered by name', async ({ dashboard, hostMock }) => {
  const filter = dashboard.containers.getByRole('searchbox', { name: 'Filter by name' });
  hostMock.run(many(8, 0.1));
  await dashboard.nextPoll(1);
  await expect(dashboard.rows).toHaveCount(8);
  await expect(filter).toBeHidden();
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  await expect(dashboard.rows).toHaveCount(MANY);
  await expect(filter).toBeVisible();

  await filter.fill('AGENT-5');
  const found = ['agent-5', ...Array.from({ length: 10 }, (_, index) => `agent-5${index}`)];
  await expect(names(dashboard.rows)).toHaveText(found);
  await dashboard.nextPoll(1);
  await expect(names(dashboard.rows), 'after a poll').toHaveText(found);
  await expect(dashboard.totals(dashboard.containers, 'all'), 'totals of all agents').toContainText('1.20 GiB');

  await filter.fill('no-such-agent');
  await expect(dashboard.rows).toHaveCount(0);
  await expect(dashboard.containers).toContainText('match “');
  await filter.fill('');
  await expect(dashboard.rows).toHaveCount(MANY);
  await expect(dashboard.containers).not.toContainText('match “');
});

test('an invisible row is not updated until it becomes visible', async ({ dashboard, hostMock }) => {
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  const [first, last] = [dashboard.rows.first(), dashboard.rows.last()];
  await expect(last.locator('.ht-memory .ht-cell'), 'a new row is drawn').toHaveText('20.5 MiB');

  hostMock.run(many(MANY, 0.2));
  await dashboard.nextPoll(1);
  await expect(first.locator('.ht-memory .ht-cell')).toHaveText('41.0 MiB');
  await expect(last).not.toBeInViewport();
  await expect(last.locator('.ht-memory .ht-cell')).toHaveText('20.5 MiB');
  await last.scrollIntoViewIfNeeded();
  await expect(last.locator('.ht-memory .ht-cell')).toHaveText('41.0 MiB');

  hostMock.run(many(MANY, 0.3));
  await dashboard.nextPoll(1);
  await expect(last.locator('.ht-memory .ht-cell')).toHaveText('61.4 MiB');
  await expect(first).not.toBeInViewport();
  await expect(first.locator('.ht-memory .ht-cell')).toHaveText('41.0 MiB');
});

test('invisible rows are not reordered until they become visible', async ({ dashboard, hostMock }) => {
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  const [first, last] = [names(dashboard.rows.first()), names(dashboard.rows.last())];
  await expect(last).toHaveText(`agent-${MANY - 1}`);

  hostMock.run(many(MANY, 0.1, 7));
  await dashboard.nextPoll(1);
  await expect(first).toHaveText('agent-7');
  await expect(last).toHaveText(`agent-${MANY - 1}`);
  await last.scrollIntoViewIfNeeded();
  await expect(last).toHaveText('agent-6');
  await expect(dashboard.rows).toHaveCount(MANY);
  await first.scrollIntoViewIfNeeded();
  await expect(first).toHaveText('agent-7');
});

test('a filter without matches is quoted as text', async ({ page, dashboard, hostMock }) => {
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  const filter = dashboard.containers.getByRole('searchbox', { name: 'Filter by name' });
  await filter.fill('  <img src=x onerror=alert(1)> ');
  await expect(dashboard.containers.locator('.ht-table-scroll .ht-empty')).toHaveText('No containers match “<img src=x onerror=alert(1)>”.');
  await expect(page.locator('main img')).toHaveCount(0);
});

test('a limit that could not be read is not called unlimited', async ({ dashboard, hostMock }) => {
  hostMock.run([
    { name: 'free', cpuShare: 5, memoryShare: 2 },
    { name: 'broken', cpu: null, cpu_host_percent: null, memory_mb: null, error: 'timed out' },
    { name: 'again', cpu: null, cpu_host_percent: null, memory_mb: null, state: 'restarting' },
  ]);
  await dashboard.nextPoll(1);
  const limit = (name: string) => dashboard.rows.filter({ hasText: name }).locator('.ht-limit');
  await expect(limit('free')).toHaveText('no limit');
  await expect(limit('broken')).toHaveText('–');
  await expect(limit('again')).toHaveText('–');
  await expect(dashboard.rows.filter({ hasText: 'broken' }).locator('.ht-error')).toHaveText('not measured: timed out');
  await dashboard.openPanel();
  await expect(dashboard.panel.locator('.ht-facts')).toContainText('No limits set · 2 unknown');
});
