import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/screenshots');
const INTERVAL = 5;
const POLLS = 60;
/** Polls that fail, so the charts show a gap. */
const GAP = [23, 24];

/** The poll from which on an agent uses more and more CPU. */
const RISE = 44;

/** CPU usage in percent, rising and falling over time, and high in the end. */
function cpu(poll: number): number {
  const wave = 6 * Math.sin(poll / 1.9) + 4 * Math.sin(poll / 0.83);
  return 31 + 17 * Math.sin(Math.min(poll, RISE) / 7) + wave / (poll > RISE ? 5 : 1) + Math.min(63, 12 * Math.max(0, poll - RISE));
}

function memory(poll: number): number {
  return 54 + poll / 7 + 2.5 * Math.sin(poll / 9);
}

/** Busy and idle agents. Their shares are percentages of the host's CPU and memory at the last poll. */
const AGENTS = [
  { name: 'agent-researcher', cpuShare: 62, memoryShare: 9, memory_limit_mb: 4096, cpu_limit_cores: 6 },
  { name: 'agent-coder', cpuShare: 11.5, memoryShare: 6.4, memory_limit_mb: 2048, cpu_limit_cores: 2 },
  { name: 'agent-reviewer', cpuShare: 4.6, memoryShare: 3.6, memory_limit_mb: 1024 },
  { name: 'agent-planner', cpuShare: 1, memoryShare: 2.5 },
  { name: 'agent-scribe', cpuShare: 0.1, memoryShare: 1.4 },
];

const oneDecimal = (value: number) => Number(value.toFixed(1));

test.beforeEach(async ({ complaints, dashboard, hostMock, startServer }) => {
  complaints.allowFailedRequests();
  const args = ['--interval', String(INTERVAL), '--hostname', 'atlas-01', '--container-noun', 'agent'];
  const server = await startServer({ args });
  await dashboard.openFrozen(server.url);
  for (let poll = 1; poll <= POLLS; poll += 1) {
    if (GAP.includes(poll)) {
      hostMock.fail({ measures: false });
      await dashboard.nextPoll(INTERVAL);
      await expect(dashboard.cpu.root).toHaveClass(/is-stale/);
      continue;
    }
    const percent = oneDecimal(cpu(poll));
    hostMock.run(AGENTS.map((agent) => ({ ...agent, cpuShare: oneDecimal((agent.cpuShare * percent) / cpu(POLLS)) })));
    const used = oneDecimal(memory(poll));
    hostMock.respondWith({
      cpu: wire.cpu(percent),
      memory: wire.memory(used),
      disk: wire.disk(34.1),
    });
    await dashboard.nextPoll(INTERVAL);
    await dashboard.cpu.expectTitle(`CPU ${percent.toFixed(1)}% of 8 cores`);
    await expect(dashboard.cpu.root).not.toHaveClass(/is-stale/);
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, viewport: { width: 1280, height: 1200 } });

    test(`the page in the ${colorScheme} theme`, async ({ page, dashboard }) => {
      await expect(dashboard.cpu.lines).toHaveCount(2);
      await expect(dashboard.rows).toHaveCount(5);
      await expect(dashboard.chips).toHaveText(/^agent-researcher\s6\d%\sof CPU\s· 2 min$/);
      const picture = await page.screenshot({ animations: 'disabled' });
      expect(picture.length, 'more bytes than a blank page').toBeGreaterThan(20_000);
      if (process.env['UPDATE_SCREENSHOTS'] !== '1') return;
      await mkdir(FOLDER, { recursive: true });
      await writeFile(resolve(FOLDER, `${colorScheme}.png`), picture);
    });
  });
}
