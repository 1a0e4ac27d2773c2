import type { Locator } from '@playwright/test';
import type { MockedContainer } from './support/host-mock.ts';
import { expect, test } from './support/test.ts';
import { type ContainersResponse, type HostResponse, wire } from './support/wire.ts';

const CALM: Partial<HostResponse> = { cpu: wire.cpu(40) };
const HOT: Partial<HostResponse> = { cpu: wire.cpu(94) };
const FULL_MEMORY = wire.memory(91);
const GREEDY = [{ name: 'agent-x', cpuShare: 61, cpu_limit_cores: 6 }, { name: 'agent-y', cpuShare: 20 }];
const HOARDER = { name: 'hoarder', memoryShare: 70.5 };
const SINCE = /since \d\d:\d\d\./;

/** Agents with equal shares, so nobody stands out. */
function crowd(size: number, share: number): MockedContainer[] {
  return Array.from({ length: size }, (_, index) => ({ name: `worker-${index}`, cpuShare: share / size }));
}

/** Expects focus, which moves in a task of its own, that is, when the stopped clock is advanced. */
async function expectFocused(row: Locator): Promise<void> {
  await expect(async () => {
    await row.page().clock.runFor(10);
    await expect(row).toBeFocused({ timeout: 200 });
  }).toPass({ timeout: 15_000 });
}

test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ['--interval', '1', '--hostname', 'atlas-01', '--container-noun', 'agent'] });
  hostMock.respondWith(HOT);
  hostMock.run(GREEDY);
  await dashboard.openFrozen(server.url);
});

test('the header says who, how much and for how long, the page since when and what to do', async ({ dashboard, hostMock }) => {
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('agent-x 61% of CPU · 2 min');
  await expect(dashboard.chips).toHaveClass(/ht-is-critical/);
  await expect(dashboard.advice).toHaveCount(1);
  await expect(dashboard.advice).toContainText('CPU at 94%');
  await expect(dashboard.advice).toContainText(SINCE);
  await expect(dashboard.advice).toContainText('agent-x uses 61% of the host (its limit: 6 cores).');
  await expect(dashboard.advice.locator('.ht-command code')).toHaveText(['docker logs --tail 50 agent-x', 'docker stats agent-x']);

  hostMock.respondWith(CALM);
  await dashboard.nextPoll(1);
  await expect(dashboard.chips, 'no accusation while all is well').toHaveCount(0);
  await expect(dashboard.advice).toHaveCount(0);
});

test("commands have the container's real name and the engine's program, and are copied", async ({ context, page, dashboard, hostMock }) => {
  hostMock.run([{ ...GREEDY[0]!, full_name: 'prod_agent-x' }], { engine: 'podman' });
  await dashboard.nextPoll(1);
  const command = dashboard.advice.locator('.ht-command').first();
  await expect(command.locator('code')).toHaveText('podman logs --tail 50 prod_agent-x');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const button = command.getByRole('button');
  await expect(button).toHaveText('Copy');
  await button.click();
  await expect(button).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('podman logs --tail 50 prod_agent-x');
  await button.focus();
  await dashboard.nextPoll(1);
  await expect(button, 'keeps focus over an update').toBeFocused();
  hostMock.run([{ ...GREEDY[0]!, full_name: 'prod_agent-x' }], { engine: 'podman', stale: true, age_seconds: 60 });
  await dashboard.nextPoll(1);
  await expect(dashboard.advice.first().locator('.ht-command code'), 'one command instead of two').toHaveText(['top -o %CPU']);
  await expect(button).toBeFocused();
});

test('many small agents are named together', async ({ page, dashboard, hostMock }) => {
  hostMock.run(crowd(199, 79.6));
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('199 agents together 79% of CPU · 2 min');
  await expect(dashboard.advice).toContainText('199 agents together use 79% of the host.');
  await expect(dashboard.advice.locator('.ht-command code')).toHaveText(['docker stats']);
  await dashboard.chips.click();
  const row = dashboard.totals(dashboard.containers, 'all');
  await expectFocused(row);
  await expect(page.locator('main .ht-is-culprit')).toHaveClass(/ht-is-all/);
  await dashboard.nextPoll(1);
  await expect(row, 'keeps focus over an update').toBeFocused();
});

test('other processes are named, and their row is marked and focused', async ({ dashboard, hostMock }) => {
  hostMock.run([{ name: 'agent-x', cpuShare: 10 }]);
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('other processes 84% of CPU · 2 min');
  await expect(dashboard.advice).toContainText('Other processes use 84% of the host.');
  await expect(dashboard.advice.locator('.ht-command code')).toHaveText(['top -o %CPU']);
  await dashboard.chips.click();
  const row = dashboard.totals(dashboard.containers, 'other');
  await expect(row).toContainClass('ht-is-culprit');
  await expectFocused(row);
  await expect(dashboard.containers.locator('.ht-is-culprit')).toHaveCount(1);
  await dashboard.nextPoll(1);
  await expect(row, 'keeps focus over an update').toBeFocused();
});

test('if nobody stands out, the metric is named', async ({ dashboard, hostMock }) => {
  hostMock.run(GREEDY, { culprits: { cpu: null, memory: null } });
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('CPU 94% · 2 min');
  await expect(dashboard.advice).toContainText('Nobody stands out.');
});

test('a full disk is named with what is left to do', async ({ dashboard, hostMock }) => {
  hostMock.respondWith({ disk: wire.disk(96.3) });
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('Disk 96% full · 2 min');
  await expect(dashboard.advice).toContainText('192.6 of 200.0 GiB used at /.');
  await expect(dashboard.advice.locator('.ht-command code')).toHaveText(['df -h', 'docker system df']);
  await dashboard.chips.click();
  await expect(dashboard.facts, 'the disk has no row').toBeFocused();
});

test('a container that is about to reach its memory limit is named', async ({ dashboard, hostMock }) => {
  hostMock.respondWith(CALM);
  const memory = (memory_mb: number) => [{ name: 'leaky', memory_mb, memory_limit_mb: 256 }, { name: 'other', memory_mb: 255, memory_limit_mb: 1024 }];
  hostMock.run(memory(100));
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveCount(0);
  hostMock.run(memory(254));
  for (let poll = 0; poll < 3; poll += 1) await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('leaky 99% of its memory limit · 2 s');
  await expect(dashboard.chips).toHaveClass(/ht-is-critical/);
  await expect(dashboard.advice).toContainText(/leaky at 99% of its memory limit since \d\d:\d\d\./);
  await expect(dashboard.advice).toContainText('254.0 MiB of 256 MiB. If it needs more, the kernel kills it.');
  await expect(dashboard.advice.locator('code')).toHaveText(['docker logs --tail 50 leaky', 'docker stats leaky']);
  await expect(dashboard.status).toHaveText(/leaky is near its memory limit/);
  await dashboard.chips.click();
  const row = dashboard.rows.filter({ hasText: 'leaky' });
  await expectFocused(row);
});

test('a container that restarts over and over is named', async ({ dashboard, hostMock }) => {
  hostMock.respondWith(CALM);
  const restart = (second: number, count: number) => {
    const timestamp = wire.timestamp(Date.parse('2026-01-13T12:00:00Z') + second * 1000);
    return { timestamp, kind: 'restarted' as const, id: 'mailer', name: 'mailer', count };
  };
  const agents: MockedContainer[] = [{ name: 'mailer', state: 'restarting', cpu: null, memory_mb: null }];
  hostMock.run(agents, { events: [restart(-60, 1), restart(0, 3)] });
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('mailer restarted 4 times · 1 min');
  await expect(dashboard.advice).toContainText(/mailer restarted 4 times since \d\d:\d\d\. It exits soon after each start\./);
  await expect(dashboard.advice.locator('code').first()).toHaveText('docker logs --tail 50 mailer');
});

test('the worst of two causes comes first; a second is named if there is room, and counted otherwise', async ({ page, dashboard, hostMock }) => {
  hostMock.respondWith({ cpu: wire.cpu(80), memory: FULL_MEMORY });
  hostMock.run([...GREEDY, HOARDER]);
  await dashboard.nextPoll(1);
  const names = dashboard.chips.locator('.ht-chip-name');
  const more = page.locator('.ht-verdict > .ht-rest').filter({ visible: true });
  await expect(names).toHaveText(['hoarder', 'agent-x']);
  await expect(dashboard.advice).toHaveCount(2);
  await expect(dashboard.advice.first()).toContainText('hoarder');
  await expect(more).toHaveCount(0);

  await page.setViewportSize({ width: 700, height: 800 });
  await expect(names).toHaveText(['hoarder']);
  await expect(more).toHaveText(['+1']);
});

test('the duration grows in words', async ({ dashboard, hostMock }) => {
  for (const [seconds, text] of [[40, '40 s'], [59 * 60, '59 min'], [3 * 3600, '3 h'], [50 * 3600, '2 d']] as const) {
    const at = Date.parse('2026-01-13T12:00:00Z');
    hostMock.respondWith({ ...HOT, timestamp: wire.timestamp(at + seconds * 1000), high_since: { cpu: wire.timestamp(at), memory: null, disk: null } });
    await dashboard.nextPoll(1);
    await expect(dashboard.chips).toHaveText(`agent-x 61% of CPU · ${text}`);
    await expect(dashboard.advice).toContainText(seconds < 24 * 3600 ? SINCE : `CPU at 94% for ${text}.`);
  }
});

test('while the server does not answer, the last verdict stays, muted', async ({ complaints, page, dashboard, hostMock }) => {
  complaints.allowFailedRequests();
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveClass(/ht-is-critical/);
  hostMock.fail();
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText(/^No answer\s+since \d\d:\d\d:\d\d\s· last: agent-x\s61%\sof CPU$/);
  await expect(dashboard.chips).toHaveClass(/ht-is-unknown/);
  await expect(dashboard.advice).toContainText('Last: CPU at 94%, agent-x 61%.');
  await expect(dashboard.when).toHaveText(/^\d\d:\d\d:\d\d$/);
  await expect(page.locator('.ht-is-culprit'), 'nobody is accused by old numbers').toHaveCount(0);
  hostMock.respondWith(HOT);
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText('agent-x 61% of CPU · 2 min');
  await expect(dashboard.when).toHaveText('now');
});

test('numbers of the server that are old themselves are told from silence', async ({ dashboard, hostMock, page }) => {
  hostMock.respondWith({ ...HOT, stale: true, age_seconds: 23 });
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText(/^No update\s+since /);
  await expect(page).toHaveTitle('No update · atlas-01');
  hostMock.respondWith({ ...HOT, stale: true, age_seconds: 26 * 3600 });
  await dashboard.nextPoll(1);
  await expect(dashboard.chips, 'the time of day would not say of which day').toHaveText(/^No update\s+for 26 h/);
  await expect(dashboard.advice).toContainText('No update from atlas-01 for 26 h.');
});

test('a server that cannot read its host is told from silence, and says why', async ({ complaints, dashboard, page }) => {
  complaints.allowFailedRequests();
  const detail = 'Error getting host stats: /proc/stat: No such file or directory';
  await page.route('**/api/telemetry/host', (route) => route.fulfill({ status: 500, json: { detail } }));
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText(/^No update\s+since /);
  await expect(page).toHaveTitle('No update · atlas-01');
  await expect(dashboard.advice).toContainText(`${detail}.`);
  await expect(dashboard.advice).toContainText('The server answers, but cannot read the host.');
});

test('who uses what is short is unknown while the scrape is overdue', async ({ dashboard, hostMock }) => {
  hostMock.run(GREEDY, { stale: true });
  await dashboard.nextPoll(1);
  await expect(dashboard.advice.first()).toContainText('Who uses it is unknown.');
  hostMock.run(GREEDY, { culprits: { cpu: null, memory: null } });
  await dashboard.nextPoll(1);
  await expect(dashboard.advice.first()).toContainText('Nobody stands out.');
});

test('without Docker, the page says since when, and what is then not known', async ({ complaints, page, dashboard, hostMock }) => {
  complaints.allowFailedRequests();
  await dashboard.nextPoll(1);
  const gone = wire.noDocker('connection refused at /run/docker.sock: is the daemon running?', '2026-01-13T11:55:00.000000Z');
  await page.route('**/api/telemetry/containers', (route) => route.fulfill({ status: 503, json: gone }));
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText(['CPU 94% · 2 min', 'Docker unavailable · 5 min']);
  const [cpu, docker] = [dashboard.advice.first(), dashboard.advice.last()];
  await expect(cpu).toContainText('Which of the agents uses it is unknown without Docker. Last known: agent-x, 61% of the host.');
  await expect(docker).toContainText(/^Docker unavailable since \d\d:\d\d\. Connection refused at .* is the daemon running\? CPU and memory of the agents are unknown/);
  await expect(docker.locator('.ht-command code')).toHaveText(['systemctl status docker']);
  hostMock.respondWith(CALM);
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText(['Docker unavailable · 5 min']);
});

test('a scrape that is overdue is said in the header and at the table', async ({ dashboard, hostMock }) => {
  hostMock.respondWith(CALM);
  hostMock.run(GREEDY, { stale: true });
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText(/^Agents not updated/);
  await expect(dashboard.summary).toHaveText(/^2agents\sstale$/);
  await expect(dashboard.containers.locator('.ht-stale-note')).toHaveText(/^Last updated \d\d:\d\d:\d\d$/);
});

for (const [name, answer, column] of [['agent-050', HOT, 'CPU'], ['agent-051', { ...CALM, memory: FULL_MEMORY }, 'Memory']] as const) {
  for (const place of ['page', 'panel'] as const) {
    test(`one click shows the culprit of ${column} among 200 in the ${place}, first, marked and focused`, async ({ page, dashboard, hostMock }) => {
      const agents: MockedContainer[] = Array.from({ length: 200 }, (_, index) => ({ name: `agent-${String(index).padStart(3, '0')}`, cpuShare: 0.1, memoryShare: 0.1 }));
      agents[50] = { name: 'agent-050', cpuShare: 60, memoryShare: 0.05 };
      agents[51] = { name: 'agent-051', cpuShare: 0.05, memoryShare: 60 };
      hostMock.respondWith(answer);
      hostMock.run(agents);
      await dashboard.nextPoll(1);
      const [rows, within]: [Locator, Locator] = place === 'page' ? [dashboard.rows, dashboard.containers] : [dashboard.panelRows, dashboard.panel];
      // The header of somebody else's dashboard has no page below it.
      if (place === 'panel') await page.locator('main').evaluate((main) => main.remove());
      await dashboard.chips.first().click();
      await expect(rows.first().locator('.ht-name-text')).toHaveText(name);
      await expectFocused(rows.first());
      await expect(rows.first()).toBeInViewport({ ratio: 1 });
      await expect(rows.first()).toContainClass('ht-is-culprit');
      await expect(within.locator('[aria-sort=descending]')).toContainText(column);
      await expect(dashboard.panel).toBeVisible({ visible: place === 'panel' });
    });
  }
}

test('on our page, every click in the header leads to the page, and the panel stays closed', async ({ dashboard }) => {
  await dashboard.nextPoll(1);
  await dashboard.openPanel();
  await dashboard.memory.root.evaluate((button: HTMLElement) => button.click());
  await expect(dashboard.panel).toBeHidden();
  await expectFocused(dashboard.rows.first());
  await dashboard.summary.click();
  await expect(dashboard.containers.getByRole('heading')).toBeFocused();
  await expect(dashboard.containers.getByRole('heading')).toBeInViewport({ ratio: 1 });
  await dashboard.disk.root.click();
  await expect(dashboard.facts).toBeFocused();
  await expect(dashboard.panel).toBeHidden();
});

test('a click on another metric leaves the panel open where it has the only table', async ({ page, dashboard }) => {
  await dashboard.nextPoll(1);
  await page.locator('main').evaluate((main) => main.remove());
  await dashboard.cpu.root.click();
  await expectFocused(dashboard.panelRows.first());
  await dashboard.memory.root.click();
  await expect(dashboard.panel.locator('[aria-sort=descending]')).toContainText('Memory');
  await expectFocused(dashboard.panelRows.first());
});

test('a click on a metric sorts by it, and clears a filter', async ({ dashboard, hostMock }) => {
  hostMock.run([...GREEDY, HOARDER, ...crowd(9, 1)]);
  await dashboard.nextPoll(1);
  const filter = dashboard.containers.getByRole('searchbox');
  await filter.fill('agent');
  await expect(dashboard.rows).toHaveCount(2);
  await dashboard.memory.root.click();
  await expect(filter).toHaveValue('');
  await expect(dashboard.rows.first(), 'the culprit of CPU needs attention').toContainText('agent-x');
  await expectFocused(dashboard.rows.filter({ hasText: 'hoarder' }));
});

test('an answer of an older server, which names nobody, is understood', async ({ page, dashboard }) => {
  await page.route('**/api/telemetry/{host,containers}', async (route) => {
    const isHost = route.request().url().endsWith('host');
    const timestamp = wire.timestamp(Date.parse('2026-01-13T12:00:09Z'));
    const host = wire.host({ timestamp, ...HOT });
    const answer: Partial<HostResponse & ContainersResponse> = isHost ? host : wire.containers([wire.row({ name: 'agent-x', cpu: 488 }, 8)], host);
    for (const key of ['high_since', 'culprits', 'engine'] as const) delete answer[key];
    await route.fulfill({ json: answer });
  });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('94%');
  await expect(dashboard.rows).toHaveCount(1);
  await expect(dashboard.chips).toHaveCount(0);
});
