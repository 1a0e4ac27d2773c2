import { totalmem } from 'node:os';
import type { Dashboard } from './support/dashboard.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';

const MIB = 2 ** 20;
const UNITS: Record<string, number> = { '%': 1, MiB: 1, GiB: 1024 };
const NOUN = ['--interval', '1', '--container-noun', 'agent'];

interface Part {
  who: string;
  cpu: string;
  memory: string;
}

/** The rows of the table, all read at one moment. */
async function parts(dashboard: Dashboard): Promise<[agents: Part, rest: Part, used: Part]> {
  const rows = await dashboard.split.locator('tbody tr').evaluateAll((list) =>
    list.map((row) => {
      const [who = '', cpu = '', memory = ''] = [...row.children].map((cell) => cell.textContent);
      return { who, cpu, memory };
    }),
  );
  const [agents, rest, used] = rows;
  if (!agents || !rest || !used || rows.length > 3) throw new Error('not a table of three rows');
  return [agents, rest, used];
}

/** The number in a text such as `1.28 GiB`, and how far from it the exact one may be. */
function read(text: string): { value: number; slack: number } {
  const [, digits = '', unit = ''] = /^(\d+\.(?:\d+)) ?(%|MiB|GiB)$/.exec(text) ?? [];
  const unitSize = UNITS[unit] ?? NaN;
  const decimals = digits.split('.')[1]?.length ?? 0;
  return { value: Number(digits) * unitSize, slack: (unitSize * 10 ** -decimals) / 2 };
}

function expectSum(texts: [string, string, string]): void {
  const [one, other, sum] = texts.map(read) as [ReturnType<typeof read>, ReturnType<typeof read>, ReturnType<typeof read>];
  const slack = one.slack + other.slack + sum.slack;
  expect(Math.abs(one.value + other.value - sum.value), `${texts[0]} + ${texts[1]} = ${texts[2]}`).toBeLessThanOrEqual(slack);
}

/** Waits for the second round, which knows the CPU. */
async function untilSplit(server: Server): Promise<void> {
  const known = async () => {
    const answer = await fetch(`${server.url}/api/telemetry/containers`);
    return ((await answer.json()) as { split: { cpu_percent: unknown } }).split.cpu_percent;
  };
  await expect.poll(known, { timeout: 15_000 }).not.toBeNull();
}

test("the host's use is the agents' and everything else", async ({ page, dashboard, fakeDocker, startServer }) => {
  // Little enough for any host to use more.
  fakeDocker.containers = [
    { name: 'researcher', cpu: 0.6, memoryMib: 64, cacheMib: 24 },
    { name: 'coder', cpu: 0.2, memoryMib: 32 },
  ];
  const server = await startServer({ args: NOUN });
  await untilSplit(server);
  await page.goto(server.url);
  await dashboard.summary.click();
  await expect(dashboard.split.locator('thead')).toHaveText('Whole hostCPUMemory');
  await expect(dashboard.panelRows.first()).toContainText('64.0 MiB');

  const [agents, rest, used] = await parts(dashboard);
  expect([agents.who, rest.who, used.who]).toEqual(['Agents', 'Everything else', 'Used']);
  expect(agents.memory, 'the cache left out').toBe('72.0 MiB');
  expectSum([agents.memory, rest.memory, used.memory]);
  expectSum([agents.cpu, rest.cpu, used.cpu]);
});

test('the tooltips tell the shares', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [{ name: 'researcher', cpu: 0.6, memoryMib: 64 }];
  const server = await startServer({ args: NOUN });
  await untilSplit(server);
  await page.goto(server.url);
  const cpu = /^CPU \d+\.\d% of \d+ cores?\nAgents (≈ )?\d+\.\d% \+ everything else (≈ )?\d+\.\d% = (≈ )?\d+\.\d%$/;
  await expect(dashboard.cpu.root).toHaveAttribute('title', cpu);
  const memory = /^Memory \d+\.\d%: .* available(\nSwap: .*)?\nAgents 64\.0 MiB \+ everything else \d+\.\d+ [MG]iB = \d+\.\d+ [MG]iB$/;
  await expect(dashboard.memory.root).toHaveAttribute('title', memory);
  await expect(dashboard.disk.root).toHaveAttribute('title', /^Disk \d+\.\d%: [^\n]*$/);
});

test('an agent that cannot be measured is told of', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [
    { name: 'researcher', cpu: 0.6, memoryMib: 64 },
    { name: 'coder', error: 'no cgroup' },
  ];
  const server = await startServer({ args: NOUN });
  await untilSplit(server);
  await page.goto(server.url);
  await dashboard.summary.click();
  const [agents] = await parts(dashboard);
  expect(agents.who).toBe('Agents (1 of 2 measured)');
  expect(agents.memory).toBe('64.0 MiB');
  for (const metric of [dashboard.cpu, dashboard.memory]) {
    await expect(metric.root).toHaveAttribute('title', /\nAgents \(1 of 2 measured\) /);
  }
  await expect(dashboard.summary).toHaveAttribute('title', /^Agents \(1 of 2 measured\): /);
  await expect(dashboard.panelRows.last().locator('.error')).toContainText('no cgroup');
});

test('agents that say they use more than there is are said to use about all of it', async ({
  page,
  dashboard,
  fakeDocker,
  startServer,
}) => {
  fakeDocker.containers = [{ name: 'researcher', memoryMib: totalmem() / MIB }];
  const server = await startServer({ args: NOUN });
  await page.goto(server.url);
  await dashboard.summary.click();
  const [agents, rest, used] = await parts(dashboard);
  expect(agents.memory).toMatch(/^≈ /);
  expect(agents.memory).toBe(used.memory);
  expect(rest.memory).toBe('≈ 0.0 MiB');
});

test('without Docker there is nothing to split', async ({ page, dashboard, startServer }) => {
  const server = await startServer({ docker: 'unix:///nonexistent/d.sock', args: ['--interval', '1'] });
  await page.goto(server.url);
  await dashboard.summary.click();
  await expect(dashboard.panel).toContainText('Docker not available');
  await expect(dashboard.panel.locator('table')).toHaveCount(2);
  await expect(dashboard.panel.locator('table').filter({ visible: true })).toHaveCount(0);
  await expect(dashboard.cpu.root).toHaveAttribute('title', /^CPU [^\n]*$/);
});

test('an agent that misses rounds keeps its numbers for a while', async ({ page, dashboard, fakeDocker, startServer }) => {
  const [one, other] = [{ name: 'researcher', cpu: 0.6 }, { name: 'coder', cpu: 0.2, memoryMib: 32 }];
  fakeDocker.containers = [one, other];
  const server = await startServer({ args: NOUN });
  await untilSplit(server);
  await page.goto(server.url);
  const row = dashboard.rows.filter({ hasText: 'coder' });
  await expect(row).toContainText('32.0 MiB');

  fakeDocker.containers = [one, { ...other, error: 'no cgroup' }];
  await expect(row.locator('.state')).toHaveText('not up to date');
  await expect(row).toContainText('32.0 MiB');
  await expect(row.locator('.error')).toBeEmpty();
  await expect(row.locator('.error')).toContainText('no cgroup', { timeout: 20_000 });
  await expect(row.locator('.state')).toBeEmpty();
  await expect(row).not.toContainText('32.0 MiB');

  fakeDocker.containers = [one, other];
  await expect(row).toContainText('32.0 MiB');
});

test("an agent's limits are told", async ({ fakeDocker, request, startServer }) => {
  fakeDocker.containers = [{ name: 'bound', memoryLimitMib: 512, cpuLimit: 0.5 }, { name: 'free' }];
  const server = await startServer();
  const answer = await request.get(`${server.url}/api/telemetry/containers`);
  const { containers } = (await answer.json()) as { containers: Record<string, unknown>[] };
  const limits = containers.map(({ name, memory_limit_mb, cpu_limit_cores }) => [name, memory_limit_mb, cpu_limit_cores]);
  expect(limits.toSorted()).toEqual([['bound', 512, 0.5], ['free', null, null]]);
});
