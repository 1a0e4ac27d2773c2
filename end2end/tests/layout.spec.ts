import type { Dashboard } from './support/dashboard.ts';
import { expect, test } from './support/test.ts';

const WIDTHS = [1600, 1280, 820, 700, 560, 420, 360];
/** Boxes are not on whole pixels. */
const SLACK = 0.5;

/** The parts of the bar that show, from left to right, stand beside each other and within the bar. */
async function expectApart(dashboard: Dashboard, width: number): Promise<void> {
  await dashboard.expectNoSidewaysScroll();
  const parts = await dashboard.page.locator('.host, .ht-metric, .ht-agents, .ht-age.is-shown').filter({ visible: true }).all();
  const named = await Promise.all(
    parts.map(async (part) => ({ name: await part.innerText(), box: await part.boundingBox() })),
  );
  let end = 0;
  for (const { name, box } of named) {
    const what = `${JSON.stringify(name)} at ${width}`;
    if (!box) throw new Error(`no box: ${what}`);
    expect(box.x, `left edge of ${what}`).toBeGreaterThanOrEqual(end - SLACK);
    expect(box.y, `top of ${what}`).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height, `bottom of ${what}`).toBeLessThanOrEqual(48);
    end = box.x + box.width;
  }
  expect(end, `right edge at ${width}`).toBeLessThanOrEqual(width + SLACK);
}

test.describe('the widest numbers', () => {
  test.beforeEach(async ({ dashboard, fakeDocker, hostMock, startServer }) => {
    fakeDocker.containers = Array.from({ length: 60 }, (_, index) => ({
      name: `agent-with-quite-a-long-name-${index}`,
      cpu: 13.3,
      memoryMib: 1900,
    }));
    const server = await startServer({ args: ['--hostname', 'atlas-01.a-rather-long-domain.compute.internal', '--interval', '1'] });
    await dashboard.openFrozen(server.url);
    hostMock.answer({
      cpu: { percent: 100, count: 8 },
      memory: { percent: 100, used_gb: 127.9, total_gb: 127.9, available_gb: 0 },
      disk: { percent: 100, used_gb: 2000, total_gb: 2000 },
    });
    await dashboard.nextPoll(1);
    await expect(dashboard.cpu.number).toHaveText('100%');
    await expect(dashboard.disk.number).toHaveText('100%');
    await expect(dashboard.summary).toContainText('60');
  });

  test('fit at every width', async ({ page, dashboard }) => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expect(dashboard.cpu.root).toBeVisible();
      await expectApart(dashboard, width);
    }
  });

  test('fit at every width with their age beside them', async ({ complaints, page, dashboard, hostMock }) => {
    complaints.allowFailedRequests();
    hostMock.fail();
    await dashboard.nextPoll(1);
    await expect(dashboard.age).toBeVisible();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectApart(dashboard, width);
    }
  });
});

test.describe('the panel', () => {
  test.beforeEach(async ({ page, dashboard, fakeDocker, startServer, traffic }) => {
    // More than any host has, so that the split's texts are the longest; and an error without a place to break.
    fakeDocker.containers = Array.from({ length: 60 }, (_, index) => ({
      name: `agent-with-quite-a-long-name-${index}`,
      cpu: 100,
      memoryMib: 4096,
      ...(index < 2 && { error: `open /sys/fs/cgroup/${'0123456789abcdef'.repeat(4)}` }),
    }));
    const server = await startServer({ args: ['--interval', '1'] });
    // A line needs two rounds with a CPU, which the first does not know.
    await expect.poll(async () => (await server.history()).totals.length, { timeout: 15_000 }).toBeGreaterThan(2);
    await page.goto(server.url);
    await expect.poll(() => traffic.asked('host'), { message: 'polls of the live page' }).toBeGreaterThan(0);
    await dashboard.summary.click();
    await expect(dashboard.panelRows.first().locator('.trend polyline')).toHaveCount(1);
  });

  for (const width of [360, 420, 470, 1280]) {
    test(`has room for the longest texts in a window of ${width}`, async ({ page, dashboard }) => {
      await page.setViewportSize({ width, height: 640 });
      const box = await dashboard.panel.boundingBox();
      if (!box) throw new Error('the panel is not shown');
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(640);
      await dashboard.expectNoSidewaysScroll();
      const overflow = await dashboard.panel.evaluate((panel) => panel.scrollWidth - panel.clientWidth);
      expect(overflow, 'what is cut off in the panel').toBe(0);
      await expectColumns(dashboard);
    });
  }

  test('has a trend beside each number', async ({ dashboard }) => {
    const middles = await dashboard.panelRows.first().evaluate((row) =>
      ['.trend', '.cell'].map((part) => {
        const { top = NaN, bottom = NaN } = row.querySelector(part)?.getBoundingClientRect() ?? {};
        return (top + bottom) / 2;
      }),
    );
    const [trend = NaN, number = NaN] = middles;
    expect(Math.abs(trend - number)).toBeLessThanOrEqual(3);
  });
});

/** The numbers of both tables in the panel stand under each other, flush right. */
async function expectColumns(dashboard: Dashboard): Promise<void> {
  const rows = await dashboard.panel.locator('tbody tr').evaluateAll((list) =>
    list.map((row) =>
      [...row.querySelectorAll('td:not(.share)')].map((cell) => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        return text.getBoundingClientRect().right;
      }),
    ),
  );
  for (const column of [0, 1]) {
    const edges = rows.map((row) => row[column] ?? NaN);
    expect(Math.max(...edges) - Math.min(...edges), `spread of the right edges in column ${column}`).toBeLessThanOrEqual(1);
  }
}
