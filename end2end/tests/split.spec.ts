import type { Locator } from '@playwright/test';
import { cpus, totalmem } from 'node:os';
import type { Dashboard } from './support/dashboard.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';
import type { ContainersResponse } from './support/wire.ts';

const MIB = 2 ** 20;
const UNITS: Record<string, number> = { '%': 1, MiB: 1, GiB: 1024 };
const NOUN = ['--interval', '1', '--container-noun', 'agent'];

/** A row of totals above the rows of a table. The panel's table has only some of the columns. */
interface Total {
  who: string;
  cpu: string;
  share: string;
  memory: string;
  memoryShare: string;
}

/** The rows of totals of a table, keyed by kind. All rows are read at once, so they come from the same scrape. */
async function totals(within: Locator): Promise<Record<string, Total>> {
  const list = await within.locator('.ht-total').evaluateAll((rows) =>
    rows.map((row) => {
      const text = (cell: string) => row.querySelector(cell)?.textContent ?? '';
      const kind = row.classList[1]?.replace('ht-is-', '') ?? '';
      return [kind, { who: text('.ht-name'), cpu: text('.ht-cpu'), share: text('.ht-share'), memory: text('.ht-memory'), memoryShare: text('.ht-memory-share') }] as const;
    }),
  );
  return Object.fromEntries(list);
}

/** Parses text such as `−1.28 GiB`: the value, in MiB for memory, and the maximum rounding error. */
function read(text: string): { value: number; slack: number } {
  const [, minus = '', digits = '', unit = ''] = /^(−?)(\d+\.\d+) ?(%|MiB|GiB)$/.exec(text) ?? [];
  const unitSize = UNITS[unit] ?? NaN;
  const decimals = digits.split('.')[1]?.length ?? 0;
  return { value: Number(`${minus && '-'}${digits}`) * unitSize, slack: (unitSize * 10 ** -decimals) / 2 };
}

/** Expects the last number to be the sum of the others, allowing for rounding errors and additional `slack`. */
function expectAddsUp(texts: string[], slack = 0): void {
  const numbers = texts.map(read);
  const difference = numbers.slice(0, -1).reduce((left, { value }) => left - value, numbers.at(-1)?.value ?? NaN);
  expect(Math.abs(difference), texts.join(' + ')).toBeLessThanOrEqual(numbers.reduce((sum, number) => sum + number.slack, slack + 1e-6));
}

/** Expects every column of totals to add up to the host's usage. */
async function expectTotalsAddUp(within: Locator): Promise<void> {
  const { all, cache, other, host } = await totals(within);
  if (!all || !other || !host) throw new Error('a total is missing');
  expectAddsUp([all.memory, ...(cache ? [cache.memory] : []), other.memory, host.memory]);
  expectAddsUp([all.share, other.share, host.share]);
  if (!all.cpu) return;
  // Host shares are rounded to 0.1%. As a percentage of one core, the error is multiplied by the number of cores.
  expectAddsUp([all.cpu, other.cpu, host.cpu], 0.05 * cpus().length);
  expectAddsUp([all.memoryShare, ...(cache ? [cache.memoryShare] : []), other.memoryShare, host.memoryShare]);
}

/** Waits for the second scrape, the first scrape with CPU usage. */
async function waitForSplit(server: Server): Promise<void> {
  const known = async () => {
    const answer = await fetch(`${server.url}/api/telemetry/containers`);
    return ((await answer.json()) as ContainersResponse).split.cpu_percent;
  };
  await expect.poll(known, { timeout: 15_000 }).not.toBeNull();
}

/** The tables on the page and in the panel, which have the same totals. */
function tables(dashboard: Dashboard): Locator[] {
  return [dashboard.containers, dashboard.panel];
}

test("the host's usage is split between the agents and other processes", async ({ page, dashboard, fakeDocker, startServer }) => {
  // These numbers are so small that any host uses more.
  fakeDocker.containers = [
    { name: 'researcher', cpu: 0.6, memoryMib: 64, cacheMib: 24 },
    { name: 'coder', cpu: 0.2, memoryMib: 32 },
  ];
  const server = await startServer({ args: NOUN });
  await waitForSplit(server);
  await page.goto(server.url);
  await dashboard.waitForDetails();
  await dashboard.openPanel();
  await expect(dashboard.panelRows.first()).toContainText('64.0 MiB');

  for (const table of tables(dashboard)) {
    const { all, cache, other, host } = await totals(table);
    expect([all?.who, cache?.who, other?.who, host?.who]).toEqual(['All agents', 'of which reclaimable cache', 'Other processes', 'Host']);
    expect(all?.memory).toBe('96.0 MiB');
    expect(cache?.memory, 'file cache, which the host does not count as used').toBe('−24.0 MiB');
    await expectTotalsAddUp(table);
  }
});

test('the tooltips show the split', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [{ name: 'researcher', cpu: 0.6, memoryMib: 64 }];
  const server = await startServer({ args: NOUN });
  await waitForSplit(server);
  await page.goto(server.url);
  const cpu = /^CPU \d+\.\d% of \d+ cores?\nAgents (≈ )?\d+\.\d% \+ other processes (≈ )?\d+\.\d% = (≈ )?\d+\.\d%$/;
  await expect(dashboard.cpu.root).toHaveAttribute('title', cpu);
  const memory = /^Memory \d+\.\d%: .* available(\nSwap: .*)?\nAgents 64\.0 MiB \+ other processes \d+\.\d+ [MG]iB = \d+\.\d+ [MG]iB$/;
  await expect(dashboard.memory.root).toHaveAttribute('title', memory);
  await expect(dashboard.disk.root).toHaveAttribute('title', /^Disk \d+\.\d%: [^\n]*$/);
});

test('the totals say how many agents were measured', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [
    { name: 'researcher', cpu: 0.6, memoryMib: 64 },
    { name: 'coder', error: 'no cgroup' },
  ];
  const server = await startServer({ args: NOUN });
  await waitForSplit(server);
  await page.goto(server.url);
  await dashboard.openPanel();
  for (const table of tables(dashboard)) {
    await expect(dashboard.totals(table, 'all').locator('.ht-name')).toHaveText('All agents (1 of 2 measured)');
    await expect(dashboard.totals(table, 'all').locator('.ht-memory')).toHaveText('64.0 MiB');
  }
  for (const metric of [dashboard.cpu, dashboard.memory]) {
    await expect(metric.root).toHaveAttribute('title', /\nAgents \(1 of 2 measured\) /);
  }
  await expect(dashboard.summary).toHaveAttribute('title', /^Agents \(1 of 2 measured\): /);
  await expect(dashboard.panelRows.first().locator('.ht-error'), 'it needs attention').toContainText('no cgroup');
});

test('agents that report more than the host uses are clamped and marked approximate', async ({
  page,
  dashboard,
  fakeDocker,
  startServer,
}) => {
  fakeDocker.containers = [{ name: 'researcher', memoryMib: totalmem() / MIB }];
  const server = await startServer({ args: NOUN });
  await page.goto(server.url);
  await dashboard.openPanel();
  for (const table of tables(dashboard)) {
    await expect(dashboard.totals(table, 'other').locator('.ht-memory')).toHaveText('≈ 0.0 MiB');
    await expect(dashboard.totals(table, 'host').locator('.ht-memory')).toHaveText(/^≈ \d/);
  }
});

test('without Docker there is nothing to split', async ({ page, dashboard, startServer }) => {
  const server = await startServer({ docker: 'unix:///nonexistent/d.sock', args: ['--interval', '1'] });
  await page.goto(server.url);
  await dashboard.openPanel();
  await expect(dashboard.panel).toContainText('Docker unavailable');
  await expect(dashboard.panel.locator('table')).toBeHidden();
  await expect(dashboard.panel.locator('.ht-total')).toHaveCount(0);
  await expect(dashboard.cpu.root).toHaveAttribute('title', /^CPU [^\n]*$/);
});

test('an agent that misses scrapes keeps its last numbers for a while', async ({ page, dashboard, fakeDocker, startServer }) => {
  const [one, other] = [{ name: 'researcher', cpu: 0.6 }, { name: 'coder', cpu: 0.2, memoryMib: 32 }];
  fakeDocker.containers = [one, other];
  const server = await startServer({ args: NOUN });
  await waitForSplit(server);
  await page.goto(server.url);
  const row = dashboard.rows.filter({ hasText: 'coder' });
  await expect(row).toContainText('32.0 MiB');
  await dashboard.showTable();

  fakeDocker.containers = [one, { ...other, error: 'no cgroup' }];
  await expect(row.locator('.ht-note')).toHaveText('stale');
  await expect(row).toContainText('32.0 MiB');
  await expect(row.locator('.ht-error')).toContainText('no cgroup', { timeout: 20_000 });
  await expect(row).not.toContainText('32.0 MiB');

  fakeDocker.containers = [one, other];
  await expect(row).toContainText('32.0 MiB');
});

test("the endpoint returns each agent's limits", async ({ fakeDocker, request, startServer }) => {
  fakeDocker.containers = [{ name: 'bound', memoryLimitMib: 512, cpuLimit: 0.5 }, { name: 'free' }];
  const server = await startServer();
  const answer = await request.get(`${server.url}/api/telemetry/containers`);
  const { containers } = (await answer.json()) as ContainersResponse;
  const limits = containers.map(({ name, memory_limit_mb, cpu_limit_cores }) => [name, memory_limit_mb, cpu_limit_cores]);
  expect(limits.toSorted()).toEqual([['bound', 512, 0.5], ['free', null, null]]);
});
