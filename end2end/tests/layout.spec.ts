import type { Dashboard } from './support/dashboard.ts';
import type { MockedContainer } from './support/host-mock.ts';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const WIDTHS = [1280, 820, 560, 420, 360];
const QUIET = {
  cpu: wire.cpu(9.9),
  memory: { ...wire.memory(9.9, 127.9), used_gb: 9.9 },
  disk: wire.disk(9.9),
};
const FULL = {
  cpu: wire.cpu(100),
  memory: wire.memory(100, 127.9),
  disk: wire.disk(100),
};

/** Agents with equal shares, so none is a culprit. */
function agents(share: number): MockedContainer[] {
  return Array.from({ length: 9 }, (_, index) => ({ name: `agent-${index}`, cpuShare: share, memoryShare: share }));
}

/** The bounding box of each visible part of the header, except for the numbers. */
function boxes({ page }: Dashboard): Promise<string[]> {
  const parts = '.host, .ht-metric, .ht-label, .ht-spark, .ht-bar, .ht-ticks, .ht-agents, .ht-toggle, .ht-agents-value, .ht-chevron';
  return page.locator('.stats-bar').locator(parts).filter({ visible: true }).evaluateAll((list) =>
    list.map((part) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      const name = part.classList[part.matches('.ht-metric') ? 1 : 0];
      return `${name} ${[x, y, width, height].join(' ')}`;
    }),
  );
}

for (const width of WIDTHS) {
  test(`nothing moves when numbers gain digits in a window ${width} px wide`, async ({ page, dashboard, hostMock, startServer }) => {
    await page.setViewportSize({ width, height: 800 });
    const server = await startServer({ args: ['--interval', '1'] });
    hostMock.respondWith(QUIET);
    hostMock.run(agents(0.4));
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(1);
    await expect(dashboard.disk.root.locator('.ht-value')).toContainText('9%');
    const before = await boxes(dashboard);

    hostMock.respondWith(FULL);
    hostMock.run(agents(11.1));
    await dashboard.nextPoll(1);
    await expect(dashboard.disk.root.locator('.ht-value')).toContainText('100%');
    await expect(dashboard.summary).toContainText('99%');
    expect(await boxes(dashboard)).toEqual(before);
  });
}

for (const width of WIDTHS) {
  test(`nothing moves when a culprit is named, Docker goes or the server does not answer in a window ${width} px wide`, async ({ complaints, page, dashboard, hostMock, startServer }) => {
    complaints.allowFailedRequests();
    await page.setViewportSize({ width, height: 800 });
    const server = await startServer({ args: ['--interval', '1'] });
    const culprit = [{ name: 'an-agent-with-quite-a-long-name', cpuShare: 90 }];
    hostMock.respondWith({ ...QUIET, cpu: wire.cpu(74.9) });
    hostMock.run(culprit);
    await dashboard.openFrozen(server.url);
    await dashboard.nextPoll(1);
    await expect(dashboard.chips).toHaveCount(0);
    const calm = await boxes(dashboard);

    hostMock.respondWith({ ...QUIET, cpu: FULL.cpu });
    await dashboard.nextPoll(1);
    await expect(dashboard.chips).toHaveText(/an-agent/);
    expect(await boxes(dashboard), 'with a culprit').toEqual(calm);

    hostMock.fail();
    await dashboard.nextPoll(1);
    await expect(dashboard.chips).toHaveText(/No answer/);
    expect(await boxes(dashboard), 'without an answer').toEqual(calm);

    hostMock.respondWith({ ...QUIET, cpu: wire.cpu(74.9) });
    await page.route('**/api/telemetry/containers', (route) => route.fulfill({ status: 503, json: wire.noDocker('gone', '2026-01-13T11:55:00.000000Z') }));
    await dashboard.nextPoll(1);
    await expect(dashboard.chips).toHaveText(/Docker/);
    expect(await boxes(dashboard), 'without Docker').toEqual(calm);
  });
}
