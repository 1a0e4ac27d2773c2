import type { Locator } from '@playwright/test';
import { HeldRequests } from './support/hold.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const INTERVAL = 5;
const CAPACITY = 60;

/** Expects the legend to show `when` and the host's CPU and memory, each followed by the containers' share. */
async function expectLegend(history: Locator, when: string, values: string[]): Promise<void> {
  await expect(history.locator('.ht-when')).toHaveText(when);
  await expect(history.locator('.ht-key b')).toHaveText(values);
}

test.describe('in the Indian time zone', () => {
  test.use({ timezoneId: 'Asia/Kolkata' });

  /** Memory is CPU + 8. The containers' CPU share is CPU / 4, and their memory share is CPU / 8. */
  test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    await dashboard.openFrozen(server.url);
    for (const percent of [20, 40, 60]) {
      hostMock.respondWith({
        cpu: wire.cpu(percent),
        memory: wire.memory(percent + 8),
      });
      hostMock.run([{ name: 'researcher', cpuShare: percent / 4, memoryShare: percent / 8 }]);
      await dashboard.nextPoll(INTERVAL);
    }
  });

  test('times are local', async ({ dashboard }) => {
    await expect(dashboard.times).toHaveText(['17:25:20', '17:26:34', '17:27:48', '17:29:02', '17:30:15']);
  });

  test('the legend shows the values under the pointer', async ({ page, dashboard }) => {
    const newest = ['60.0%', '15.0%', '68.0%', '7.5%'];
    await expectLegend(dashboard.history, 'now', newest);
    const box = await dashboard.chart.boundingBox();
    if (!box) throw new Error('no chart');
    const moveTo = (index: number) => page.mouse.move(box.x + (box.width * index) / (CAPACITY - 1), box.y + 20);
    const cursor = dashboard.history.locator('.ht-chart-cursor');
    await expect(cursor).toBeHidden();

    await moveTo(CAPACITY - 2);
    await expectLegend(dashboard.history, '17:30:10', ['40.0%', '10.0%', '48.0%', '5.0%']);
    await expect(cursor).toBeVisible();
    const line = await cursor.locator('line').boundingBox();
    expect(Math.abs((line?.x ?? NaN) - (box.x + (box.width * 58) / 59)), 'distance from the pointer to the line').toBeLessThanOrEqual(1);
    await moveTo(CAPACITY - 4);
    await expectLegend(dashboard.history, '17:30:00', ['–', '–', '–', '–']);

    // The position under the pointer stays selected while samples move past it.
    await moveTo(CAPACITY - 2);
    await dashboard.nextPoll(INTERVAL);
    await expectLegend(dashboard.history, '17:30:15', newest);
    await page.mouse.move(box.x, box.y - 30);
    await expect(dashboard.when).toHaveText('now');
    await expect(cursor).toBeHidden();
  });

  test('the arrow keys select values, which are announced', async ({ page, dashboard }) => {
    const slider = dashboard.history.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await expectLegend(dashboard.history, '17:30:10', ['40.0%', '10.0%', '48.0%', '5.0%']);
    await expect(slider).toHaveAttribute('aria-valuetext', '17:30:10: CPU 40.0%, memory 48.0%');
    await page.keyboard.press('ArrowLeft');
    await expect(dashboard.when).toHaveText('17:30:05');
    await page.keyboard.press('End');
    await expect(dashboard.when).toHaveText('17:30:15');
    await page.keyboard.press('Home');
    await expect(dashboard.when).toHaveText('17:25:20');
    await slider.blur();
    await expect(dashboard.when).toHaveText('now');
  });

  test('missing samples leave a gap', async ({ complaints, dashboard, hostMock }) => {
    complaints.allowFailedRequests();
    hostMock.fail({ measures: false });
    await dashboard.nextPoll(INTERVAL);
    await expect(dashboard.line('cpu')).toHaveCount(1);
    await expect(dashboard.when, 'the time of the last sample').toHaveText(/^\d\d:\d\d:\d\d$/);
    hostMock.respondWith({});
    for (let poll = 1; poll <= 2; poll += 1) await dashboard.nextPoll(INTERVAL);
    await expect(dashboard.line('cpu')).toHaveCount(2);
    const ends = await dashboard.line('cpu').evaluateAll((lines) =>
      lines.map((line) => (line.getAttribute('points') ?? '').trim().split(/[\s,]+/).filter((_, index) => index % 2 === 0).map(Number)),
    );
    const [before, after] = [ends[0]?.at(-1) ?? NaN, ends[1]?.[0] ?? NaN];
    expect(after - before, 'a gap of two intervals, each 10,000 / 59 units wide').toBeCloseTo((2 * 10_000) / (CAPACITY - 1), -1);
  });
});

async function waitForSamples(server: Server): Promise<void> {
  await expect.poll(async () => (await server.history()).host.length, { timeout: 15_000 }).toBeGreaterThan(3);
}

test('the browser draws the same lines as the server', async ({ page, dashboard, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  await waitForSamples(server);
  // Keeps the page from receiving samples newer than the samples in its first HTML.
  await HeldRequests.hold(page, '**/api/telemetry/history');
  const html = page.waitForResponse(`${server.url}/`).then((response) => response.text());
  await dashboard.openFrozen(server.url, { details: false });
  await dashboard.waitForDetails();
  const sent = [...(await html).matchAll(/<polyline[^>]* points="([^"]*)"/g)].map(([, points]) => points);
  expect(sent.length, 'two sparklines, six horizontal lines, two lines for the host').toBeGreaterThanOrEqual(2 + 6 + 2);
  const drawn = await page.locator('polyline').evaluateAll((lines) => lines.map((line) => line.getAttribute('points')));
  expect(drawn).toEqual(sent);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('times are in UTC', async ({ page, dashboard, startServer }) => {
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    await page.goto(server.url);
    await expect(dashboard.times).toHaveText(Array<RegExp>(5).fill(/^\d\d:\d\d:\d\d$/));
    await expect(dashboard.when).toHaveText(/^\d\d:\d\d:\d\d UTC$/);
  });
});
