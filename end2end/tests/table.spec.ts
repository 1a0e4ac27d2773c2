import type { Locator } from '@playwright/test';
import { type Dashboard, NOON } from './support/dashboard.ts';
import type { MockedContainer } from './support/host-mock.ts';
import { expect, test } from './support/test.ts';
import { type Event, wire } from './support/wire.ts';

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
  'memory-share': [['gamma', 'beta', 'delta', 'Alpha'], ['Alpha', 'delta', 'beta', 'gamma']],
  limit: [['gamma', 'beta', 'Alpha', 'delta'], ['Alpha', 'beta', 'gamma', 'delta']],
  cpu: [['beta', 'Alpha', 'gamma', 'delta'], ['delta', 'gamma', 'Alpha', 'beta']],
  share: [['Alpha', 'delta', 'gamma', 'beta'], ['beta', 'gamma', 'delta', 'Alpha']],
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
  const headings = ['Name', 'CPU (100% = 1 core)', 'Share of host CPU', 'Memory', 'Share of memory', 'Of its limit', 'CPU, 1 min', 'Memory, 1 min'];
  await expect(dashboard.containers.locator('thead [scope=col]')).toHaveText(headings, { useInnerText: true });
  await dashboard.openPanel();
  await expect(dashboard.panel.locator('thead [scope=col]').filter({ visible: true }), 'the short form').toHaveCount(5);
});

for (const by of ['a click', 'Enter', 'Space']) {
  test(`${by} sorts every column in both directions`, async ({ page, dashboard }) => {
    const headings = dashboard.containers.locator('thead [scope=col]');
    await expect(names(dashboard.rows), 'at first').toHaveText(ORDERS.share[0] ?? []);
    await expect(headings.and(page.locator('.ht-share'))).toHaveAttribute('aria-sort', 'descending');
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
  hostMock.run(AGENTS.map((agent, index) => ({ ...agent, cpu_host_percent: index + 1 })));
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
    { name: 'broken', cpu: null, cpu_host_percent: null, memory_mb: null, limits_known: false, error: 'timed out' },
    { name: 'again', cpu: null, cpu_host_percent: null, memory_mb: null, limits_known: false, state: 'restarting' },
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

test('the page has a bar only beside a share that it can show', async ({ dashboard }) => {
  const bars = dashboard.rows.locator('.ht-bar');
  // Of these shares, 4, 3, 2 and 1 % of CPU and of memory, each is long enough.
  await expect(bars).toHaveCount(2 * AGENTS.length);
  const width = (column: string, row: number) => dashboard.rows.nth(row).locator(`.ht-${column} .ht-bar-fill`).getAttribute('width');
  expect([await width('share', 0), await width('memory-share', 0)], 'the share of the host, beside it').toEqual(['4.0', '1.0']);
  await expect(dashboard.rows.first().locator('.ht-share')).toHaveText('4.0%');
  await expect(dashboard.rows.first().locator('.ht-memory-share')).toHaveText('1.0%');
});

test('a bar too short to see is left out', async ({ dashboard, hostMock }) => {
  hostMock.run(many(3, 0.1));
  await dashboard.nextPoll(1);
  await expect(dashboard.rows.locator('.ht-bar')).toHaveCount(0);
});

/** Containers in every kind of trouble, and two that are fine. */
const TROUBLED: MockedContainer[] = [
  { name: 'fine', cpuShare: 9, memoryShare: 9 },
  { name: 'idle', cpuShare: 1, memory_mb: 100, memory_limit_mb: 200 },
  { name: 'full', cpuShare: 2, memory_mb: 253.4, memory_limit_mb: 256 },
  { name: 'loop', cpu: null, cpu_host_percent: null, memory_mb: null, state: 'restarting', memory_limit_mb: 512 },
  { name: 'lost', cpu: null, cpu_host_percent: null, memory_mb: null, error: `timed out at ${'/a/long/path'.repeat(30)}`, limits_known: false },
];

/** Four restarts in five minutes, and one before that. */
const RESTARTS: Event[] = [-400, -200, -100, -60, -10].map((second) => ({
  timestamp: wire.timestamp(NOON.getTime() + second * 1000),
  kind: 'restarted',
  id: 'loop',
  name: 'loop',
  count: 1,
}));

test('what needs attention stands first, in a group of its own', async ({ dashboard, hostMock }) => {
  const groups = dashboard.containers.locator('.ht-group');
  await expect(groups, 'while nothing needs attention').toHaveCount(0);
  hostMock.run(TROUBLED, { events: RESTARTS });
  await dashboard.nextPoll(1);
  await expect(groups).toHaveText(['Needs attention', 'Containers']);
  await expect(names(dashboard.rows)).toHaveText(['full', 'loop', 'lost', 'fine', 'idle']);
  await expect(dashboard.containers.locator('tbody tr')).toHaveClass([/ht-group/, /ht-row/, /ht-row/, /ht-row/, /ht-group/, /ht-row/, /ht-row/]);
  const row = (name: string) => dashboard.rows.filter({ hasText: name });
  await expect(row('full').locator('.ht-limit')).toHaveText('98% · 256 MiB');
  await expect(row('full').locator('.ht-limit .ht-cell')).toContainClass('ht-is-critical');
  await expect(row('full').locator('.ht-limit .ht-cell')).toHaveAttribute('title', 'Memory limit: 98% of 256 MiB\nCPU limit: no limit');
  await expect(row('loop').locator('.ht-note')).toHaveText('restarting · 4 times in 5 min');
  await expect(row('loop').locator('.ht-limit')).toHaveText('512 MiB');
  await expect(row('lost').locator('.ht-note')).toHaveText(/^not measured: timed out/);
  await expect(row('lost').locator('.ht-limit')).toHaveText('–');

  await dashboard.containers.getByRole('button', { name: 'Name' }).click();
  await dashboard.containers.getByRole('button', { name: 'Name' }).click();
  await expect(names(dashboard.rows), 'sorted within groups').toHaveText(['lost', 'loop', 'full', 'idle', 'fine']);
  hostMock.run(TROUBLED.slice(0, 2));
  await dashboard.nextPoll(1);
  await expect(groups).toHaveCount(0);
});

test('every row has the same height', async ({ page, dashboard, hostMock }) => {
  hostMock.run([...TROUBLED, { name: 'an-agent-with-quite-a-long-name-'.repeat(5), cpuShare: 3, memoryShare: 2, memory_limit_mb: 1024, cpu_limit_cores: 1.5 }]);
  await dashboard.nextPoll(1);
  for (const width of [1600, 1280, 820, 560, 420, 320]) {
    await page.setViewportSize({ width, height: 800 });
    const heights = await dashboard.rows.evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
    expect(new Set(heights), `${width} px wide`).toEqual(new Set([40]));
  }
});

test('headings and totals stay in sight below the header', async ({ page, dashboard, hostMock }) => {
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  await dashboard.rows.last().scrollIntoViewIfNeeded();
  const [bar, head] = [await page.locator('.stats-bar').boundingBox(), await dashboard.containers.locator('thead').boundingBox()];
  expect(head?.y).toBe((bar?.y ?? NaN) + (bar?.height ?? NaN));
  await expect(dashboard.totals(dashboard.containers, 'host')).toBeInViewport({ ratio: 1 });
  // A row that is focused from the header's side is not covered by them.
  await dashboard.rows.nth(20).evaluate((row: HTMLElement) => row.focus());
  const row = await dashboard.rows.nth(20).boundingBox();
  expect(row?.y).toBeGreaterThanOrEqual((head?.y ?? NaN) + (head?.height ?? NaN));
});

/** Containers whose order by CPU is another one at each step. */
function shuffled(step: number): MockedContainer[] {
  return Array.from({ length: 5 }, (_, index) => ({ name: `agent-${index}`, cpuShare: 1 + ((index + step) * 3) % 5, memoryShare: 1 + step / 10 }));
}

const PAUSES: Record<string, { begin(dashboard: Dashboard): Promise<void>; end(dashboard: Dashboard): Promise<void>; holds(dashboard: Dashboard): Promise<void> }> = {
  'the pointer is over a row': {
    begin: (dashboard) => dashboard.rows.nth(1).hover(),
    end: (dashboard) => dashboard.page.mouse.move(2, 2),
    holds: async () => {},
  },
  'a row is focused': {
    begin: (dashboard) => dashboard.rows.nth(1).locator('.ht-open').focus(),
    end: (dashboard) => dashboard.summary.focus(),
    holds: (dashboard) => expect(dashboard.rows.nth(1).locator('.ht-open')).toBeFocused(),
  },
  'a name is selected': {
    begin: (dashboard) => names(dashboard.rows.nth(1)).evaluate((name) => getSelection()?.selectAllChildren(name)),
    end: async (dashboard) => void (await dashboard.page.evaluate(() => getSelection()?.removeAllRanges())),
    holds: async (dashboard) => {
      const name = await names(dashboard.rows.nth(1)).textContent();
      expect(await dashboard.page.evaluate(() => String(getSelection()).trim())).toBe(name);
    },
  },
};
for (const [when, { begin, end, holds }] of Object.entries(PAUSES)) {
  test(`the order is paused while ${when}, and goes on afterwards`, async ({ dashboard, hostMock }) => {
    const note = dashboard.containers.locator('.ht-pause');
    // Invisible rows do not change.
    await dashboard.page.setViewportSize({ width: 1280, height: 1200 });
    hostMock.run(shuffled(0));
    await dashboard.nextPoll(1);
    const before = await names(dashboard.rows).allTextContents();
    expect(before).toHaveLength(5);
    await begin(dashboard);
    for (let step = 1; step <= 10; step += 1) {
      hostMock.run(shuffled(step));
      await dashboard.nextPoll(1);
      await expect(dashboard.rows.first().locator('.ht-memory-share'), 'numbers go on').toHaveText(`${(1 + step / 10).toFixed(1)}%`);
      await expect(names(dashboard.rows)).toHaveText(before);
      await expect(note).toHaveText('Order paused');
      await holds(dashboard);
    }
    hostMock.run([...shuffled(11).slice(1), { name: 'agent-5', cpuShare: 30 }]);
    await dashboard.nextPoll(1);
    await expect(names(dashboard.rows), 'a new one comes last').toHaveText([...before, 'agent-5']);
    await expect(dashboard.rows.filter({ hasText: 'agent-0' }).locator('.ht-note')).toHaveText('ended');
    await holds(dashboard);

    await end(dashboard);
    await dashboard.nextPoll(1);
    await expect(note).toHaveText('');
    await expect(dashboard.rows).toHaveCount(5);
    await expect(names(dashboard.rows.first())).toHaveText('agent-5');
  });
}

test('the filter counts, / moves the focus to it, and Escape clears it', async ({ page, dashboard, hostMock }) => {
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  const filter = dashboard.containers.getByRole('searchbox', { name: 'Filter by name' });
  const count = dashboard.containers.locator('.ht-filter-count');
  await dashboard.chartOf('cpu').getByRole('slider').focus();
  await page.keyboard.press('/');
  await expect(filter, 'also from a chart').toBeFocused();
  await page.keyboard.type('agent-5/');
  await expect(filter, 'a slash in the filter is text').toHaveValue('agent-5/');
  await page.keyboard.press('Backspace');
  await expect(count).toHaveText('11 of 60');
  await page.keyboard.press('Escape');
  await expect(filter).toHaveValue('');
  await expect(count).toBeEmpty();
  await expect(dashboard.rows).toHaveCount(MANY);
  await filter.blur();
  await page.keyboard.press('Control+/');
  await expect(filter).not.toBeFocused();
});

test('order, filter and the open row survive a reload', async ({ page, dashboard, hostMock }) => {
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  expect(new URL(page.url()).search).toBe('');
  await dashboard.containers.getByRole('button', { name: 'Name' }).click();
  await dashboard.containers.getByRole('button', { name: 'Name' }).click();
  await dashboard.containers.getByRole('searchbox').fill('agent-5');
  await dashboard.rows.first().locator('.ht-open').click();
  await expect(page).toHaveURL(/\?sort=-name&filter=agent-5&open=agent-59$/);
  await page.reload();
  await dashboard.waitForDetails();
  await dashboard.nextPoll(1);
  await expect(names(dashboard.rows).first()).toHaveText('agent-59');
  await expect(dashboard.rows).toHaveCount(11);
  await expect(dashboard.containers.locator('.ht-detail')).toBeVisible();
  await expect(dashboard.containers.locator('.ht-name[aria-sort=descending]')).toHaveCount(1);

  await dashboard.containers.getByRole('searchbox').fill('');
  await dashboard.rows.filter({ hasText: 'agent-59' }).locator('.ht-open').click();
  await dashboard.containers.getByRole('button', { name: 'Share of host CPU' }).click();
  await expect(page).toHaveURL(/\/$/);
});

const OPENED: MockedContainer[] = [
  ...AGENTS,
  {
    name: 'x', id: '0123456789ab', full_name: 'prod_x', cpuShare: 8, memory_mb: 1024, memory_limit_mb: 2048, cpu_limit_cores: 2,
    image: 'registry/x:2', started_at: '2026-01-13T09:00:00.000000Z', restart_count: 3,
  },
];

for (const by of ['a click', 'Enter on the row', 'Enter on its button'] as const) {
  test(`${by} opens a row and closes it`, async ({ page, dashboard, hostMock }) => {
    hostMock.run(OPENED);
    await dashboard.nextPoll(1);
    const row = dashboard.rows.first();
    const [button, detail] = [row.locator('.ht-open'), dashboard.containers.locator('.ht-row + .ht-detail')];
    const toggle = async () => {
      if (by === 'a click') return row.locator('.ht-memory').click();
      await (by === 'Enter on the row' ? row : button).focus();
      await page.keyboard.press('Enter');
    };
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await expect(button).toHaveAccessibleName('Details of x');
    await toggle();
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    await expect(detail).toBeVisible();
    const facts = await detail.locator('.ht-facts > div').evaluateAll((facts) => facts.map((fact) => [...fact.children].map((part) => part.textContent)));
    expect(Object.fromEntries(facts)).toEqual({
      State: 'running · up 3 h', 'Memory limit': '50% of 2 GiB', 'CPU limit': '32% of 2 cores', Restarts: '3',
      Image: 'registry/x:2', Container: 'prod_x', 'Shown as': 'x', ID: '0123456789ab',
    });
    await expect(detail.locator('code')).toHaveText(['docker logs --tail 50 prod_x', 'docker stats prod_x']);
    await expect(detail.locator('figcaption')).toHaveText(['CPU, last minute: 64.0%, at most 64.0%', 'Memory, last minute: 1.00 GiB, at most 1.00 GiB']);
    await expect(detail.locator('figure circle')).not.toHaveCount(0);
    await toggle();
    await expect(detail).toHaveCount(0);
    await expect(button).toHaveAttribute('aria-expanded', 'false');
  });
}

test('an open row follows its container, and shows a whole error', async ({ page, dashboard, hostMock }) => {
  await page.setViewportSize({ width: 1280, height: 1500 });
  hostMock.run(TROUBLED);
  await dashboard.nextPoll(1);
  await dashboard.rows.filter({ hasText: 'lost' }).locator('.ht-open').click();
  const detail = dashboard.containers.locator('.ht-detail');
  await expect(detail.locator('.ht-error')).toHaveText(TROUBLED[4]?.error ?? '');
  await dashboard.summary.focus();
  await page.mouse.move(2, 2);
  hostMock.run(TROUBLED.map((agent) => (agent.name === 'lost' ? { name: 'lost', cpuShare: 0.5, memoryShare: 0.2 } : agent)));
  await dashboard.nextPoll(1);
  await expect(names(dashboard.rows)).toHaveText(['full', 'loop', 'fine', 'idle', 'lost']);
  await expect(dashboard.containers.locator('.ht-row:has(+ .ht-detail)')).toContainText('lost');
  await expect(detail.locator('.ht-error')).toBeHidden();
});

/** The markup of the facts and of the cells that the page and the panel have in common. */
function drawn(within: Locator): Promise<string[]> {
  const parts = '.ht-facts, .ht-row .ht-name, .ht-row .ht-share, .ht-row .ht-memory, .ht-row .ht-limit, .ht-row .ht-trend-cell:not(.ht-is-memory)';
  return within.locator(parts).evaluateAll((parts) => parts.map((part) => part.innerHTML.replaceAll('<!---->', '')));
}

test('what updates have changed in place equals what is drawn anew', async ({ complaints, page, dashboard, hostMock }) => {
  complaints.allowFailedRequests();
  await page.setViewportSize({ width: 1280, height: 1400 });
  for (let poll = 0; poll < 20; poll += 1) {
    const agents: MockedContainer[] = Array.from({ length: 8 }, (_, index) => ({
      name: index === 3 ? 'R&D "<b>"' : `agent-${index}`,
      // Shares around that from which on there is a bar.
      cpuShare: 0.4 + ((index * 7 + poll * 5) % 16) / 8,
      memoryShare: 0.5 + ((index * 3 + poll) % 7),
      memory_limit_mb: (index + poll) % 5 ? 1024 + 10 * poll : null,
    }));
    if (poll % 6 > 3) agents[5] = { name: 'agent-5', cpu: null, memory_mb: null, error: `Docker error 500: container "${poll}" & its cgroup: <gone>` };
    if (poll % 4 > 2) agents.pop();
    hostMock.run(agents);
    hostMock.respondWith({ memory: wire.memory(40 + poll), disk: wire.disk(70 + poll) });
    // Leaves a gap.
    if (poll === 11) hostMock.fail({ measures: false });
    await dashboard.nextPoll(1);
  }
  await dashboard.openPanel();
  await expect(dashboard.panelRows).toHaveCount(7);
  await expect(dashboard.panelRows.first().locator('.ht-trend polyline')).not.toHaveCount(0);
  const main = page.locator('main');
  await expect(main.locator('.ht-row').filter({ hasText: 'R&D "<b>"' })).toHaveCount(1);
  expect(await drawn(main)).toEqual(await drawn(dashboard.panel));
});

test('a note, an error and a gap that come leave the focus in its place', async ({ complaints, page, dashboard, hostMock }) => {
  complaints.allowFailedRequests();
  await page.setViewportSize({ width: 1280, height: 1400 });
  hostMock.run(TROUBLED.slice(0, 2));
  await dashboard.nextPoll(1);
  const row = dashboard.rows.filter({ hasText: 'idle' });
  await row.locator('.ht-open').click();
  await page.mouse.move(2, 2);
  for (const element of [row.locator('.ht-open'), dashboard.containers.locator('.ht-detail button').first()]) {
    await element.focus();
    hostMock.fail({ measures: false });
    await dashboard.nextPoll(1);
    await dashboard.nextPoll(1);
    hostMock.respondWith({});
    const error = 'Docker error 500: container "idle" is gone';
    hostMock.run(TROUBLED.slice(0, 2).map((agent) => (agent.name === 'idle' ? { name: 'idle', cpu: null, memory_mb: null, error } : agent)));
    await dashboard.nextPoll(1);
    await expect(row.locator('.ht-note')).toHaveText(`not measured: ${error}`);
    await expect(dashboard.containers.locator('.ht-detail .ht-error')).toHaveText(error);
    await expect(element).toBeFocused();
    hostMock.run(TROUBLED.slice(0, 2));
    await dashboard.nextPoll(1);
    await expect(row.locator('.ht-note')).toHaveText('');
    await expect(element).toBeFocused();
  }
});

test('text selected in a row does not open it', async ({ page, dashboard }) => {
  const box = await names(dashboard.rows.first()).boundingBox();
  if (!box) throw new Error('no name');
  await page.mouse.move(box.x + 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 1, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  expect(await page.evaluate(() => String(getSelection()))).not.toBe('');
  await expect(dashboard.containers.locator('.ht-detail')).toHaveCount(0);
});

test('the page says how much room is left, with a color where little is', async ({ dashboard, hostMock }) => {
  hostMock.respondWith({ memory: wire.memory(91), disk: wire.disk(80), swap: wire.space(60, 2) });
  hostMock.run([{ name: 'large', memoryShare: 10, memory_limit_mb: 24_576 }]);
  await dashboard.nextPoll(1);
  await expect(dashboard.facts.locator('dt')).toHaveText(['Available memory', 'Swap', 'Memory limits of containers', 'File system at /']);
  await expect(dashboard.facts.locator('dd')).toHaveText(['1.8 of 20 GiB', '1.2 of 2 GiB', '24 GiB (120% of host)', '160.0 of 200 GiB']);
  await expect(dashboard.facts.locator('dd')).toHaveClass(['ht-is-critical', 'ht-is-raised', 'ht-is-high', 'ht-is-high']);
  hostMock.respondWith({});
  hostMock.run(AGENTS);
  await dashboard.nextPoll(1);
  await expect(dashboard.facts.locator('dd')).toHaveClass(['', '', '', '']);
});

test('the keyboard alone sorts, filters, opens and copies', async ({ page, dashboard, hostMock }) => {
  hostMock.run(many(MANY, 0.1));
  await dashboard.nextPoll(1);
  await page.keyboard.press('/');
  await page.keyboard.type('agent-59');
  await expect(dashboard.rows).toHaveCount(1);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
  const tabTo = async (name: string | RegExp) => {
    await expect(async () => {
      await page.keyboard.press('Tab');
      expect(await focused()).toMatch(name);
    }).toPass({ intervals: [0], timeout: 10_000 });
  };
  await tabTo(/^Memory/);
  await page.keyboard.press('Space');
  await expect(dashboard.containers.locator('.ht-memory[aria-sort=descending]')).toHaveCount(1);
  await tabTo('Details of agent-59');
  await page.keyboard.press('Enter');
  await tabTo(/^Copy docker logs/);
});
