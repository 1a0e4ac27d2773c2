import type { Page } from '@playwright/test';
import { type Dashboard, points } from './support/dashboard.ts';
import { HeldRequests } from './support/hold.ts';
import type { MockedContainer } from './support/host-mock.ts';
import { Stage } from './support/scene.ts';
import type { Server } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const INTERVAL = 5;
const CAPACITY = 60;

/** Samples of a host that gets busier: each has 20 % more CPU usage than the one before, and 8 % more memory than CPU. */
const LOADS = [20, 40, 60];

/** Expects the legend of a resource to name these users with these values, and the heading to be at `when`. */
async function expectParts(dashboard: Dashboard, when: string, resource: 'cpu' | 'memory', parts: Record<string, string>): Promise<void> {
  await expect(dashboard.when).toHaveText(when);
  const keys = dashboard.legendOf(resource).locator('.ht-key');
  await expect(keys).toHaveText(Object.entries(parts).map(([name, value]) => `${name} ${value}`));
}

/** Moves the pointer to an interval of the CPU chart, or clicks there. */
async function pointTo(dashboard: Dashboard, index: number, { click = false, resource = 'cpu' as 'cpu' | 'memory' } = {}): Promise<void> {
  const box = await dashboard.chartOf(resource).locator('.ht-chart-plot').boundingBox();
  if (!box) throw new Error('no chart');
  const at = [box.x + (box.width * index) / (CAPACITY - 1), box.y + 20] as const;
  await (click ? dashboard.page.mouse.click(...at) : dashboard.page.mouse.move(...at));
}

async function movePointerAway(page: Page): Promise<void> {
  await page.mouse.move(2, 2);
}

/** Four containers: their shares of CPU are parts of the host's, and the smallest has no name in the chart. */
const containers = (percent: number): MockedContainer[] => [
  { name: 'scribe', cpuShare: percent / 40, memoryShare: 1 },
  { name: 'researcher', cpuShare: percent / 4, memoryShare: percent / 8 },
  { name: 'coder', cpuShare: percent / 8, memoryShare: 4 },
  { name: 'planner', cpuShare: percent / 20, memoryShare: 2 },
];

test.describe('in the Indian time zone', () => {
  test.use({ timezoneId: 'Asia/Kolkata' });

  test.beforeEach(async ({ dashboard, hostMock, startServer }) => {
    const server = await startServer({ args: ['--interval', String(INTERVAL), '--container-noun', 'agent'] });
    await dashboard.openFrozen(server.url);
    for (const percent of LOADS) {
      hostMock.respondWith({ cpu: wire.cpu(percent), memory: wire.memory(percent + 8) });
      hostMock.run(containers(percent));
      await dashboard.nextPoll(INTERVAL);
    }
  });

  const NEWEST = { 'researcher': '15.0%', 'coder': '7.5%', 'planner': '3.0%', 'other agents': '1.5%', 'other processes': '33.0%', 'free': '40.0%' };
  const BEFORE = { 'researcher': '10.0%', 'coder': '5.0%', 'planner': '2.0%', 'other agents': '1.0%', 'other processes': '22.0%', 'free': '60.0%' };

  test('times are round and local', async ({ dashboard }) => {
    await expect(dashboard.times).toHaveText(['17:26', '17:27', '17:28', '17:29', '17:30']);
  });

  test('who uses how much adds up to the host', async ({ dashboard }) => {
    await expectParts(dashboard, 'now', 'cpu', NEWEST);
    await expect(dashboard.legendOf('cpu').locator('h3')).toHaveText('CPU 60.0%');
    const memory = { 'researcher': '7.5%', 'coder': '4.0%', 'planner': '2.0%', 'other agents': '1.0%', 'other processes': '53.5%', 'free': '32.0%' };
    await expectParts(dashboard, 'now', 'memory', memory);
    await expect(dashboard.legendOf('memory').locator('h3')).toHaveText('Memory 68.0%');
    const drawn = await dashboard.chart.locator('polygon').evaluateAll((areas) => areas.map((area) => area.getAttribute('class')));
    expect(drawn).toEqual(['ht-is-unattributed', 'ht-is-first', 'ht-is-second', 'ht-is-third', 'ht-is-rest', 'ht-is-other']);
  });

  test('nothing is cut off at 100 %', async ({ dashboard, hostMock }) => {
    hostMock.respondWith({ cpu: wire.cpu(100), memory: wire.memory(100) });
    for (let poll = 0; poll < 2; poll += 1) await dashboard.nextPoll(INTERVAL);
    const top = await dashboard.line('cpu').evaluate((line) => {
      const points = (line.getAttribute('points') ?? '').trim().split(/[\s,]+/).map(Number);
      return Math.min(...points.filter((_, index) => index % 2));
    });
    expect(top, 'in tenths of a pixel, for a line that is 1.25 px wide').toBeGreaterThanOrEqual(10);
  });

  test('both charts show the moment under the pointer', async ({ page, dashboard }) => {
    const cursors = dashboard.history.locator('.ht-chart-cursor line');
    await expect(cursors).toHaveCount(0);
    await pointTo(dashboard, CAPACITY - 2);
    await expectParts(dashboard, '17:30:10', 'cpu', BEFORE);
    await expect(dashboard.legendOf('memory').locator('h3')).toHaveText('Memory 48.0%');
    const box = await dashboard.chart.boundingBox();
    for (const cursor of await cursors.all()) {
      const line = await cursor.boundingBox();
      const distance = Math.abs((line?.x ?? NaN) - ((box?.x ?? NaN) + ((box?.width ?? NaN) * 58) / 59));
      expect(distance, 'from the pointer to the line').toBeLessThanOrEqual(1);
    }
    await pointTo(dashboard, CAPACITY - 4, { resource: 'memory' });
    await expect(dashboard.when).toHaveText('17:30:00');
    await expect(dashboard.legendOf('cpu').locator('h3')).toHaveText('CPU –');

    await movePointerAway(page);
    await expectParts(dashboard, 'now', 'cpu', NEWEST);
    await expect(cursors).toHaveCount(0);
  });

  test('a click pins a moment, which moves with its samples until Escape lets go', async ({ page, dashboard }) => {
    await pointTo(dashboard, CAPACITY - 2, { click: true });
    await movePointerAway(page);
    await expectParts(dashboard, '17:30:10', 'cpu', BEFORE);
    expect(new URL(page.url()).searchParams.get('at')).toBe(String(Date.parse('2026-01-13T12:00:10Z') / 1000));
    const place = async () => Number(await dashboard.history.locator('.ht-chart-cursor line').first().getAttribute('x1'));
    const before = await place();
    for (let poll = 0; poll < 3; poll += 1) await dashboard.nextPoll(INTERVAL);
    await expectParts(dashboard, '17:30:10', 'cpu', BEFORE);
    expect(await place(), 'three intervals further left').toBeCloseTo(before - (3 * 10_000) / (CAPACITY - 1), -1);

    await page.keyboard.press('Escape');
    await expect(dashboard.when).toHaveText('now');
    expect(page.url()).not.toContain('at=');
  });

  test('another click moves the pin, and one on it lets go', async ({ page, dashboard }) => {
    await pointTo(dashboard, CAPACITY - 2, { click: true });
    await pointTo(dashboard, CAPACITY - 3, { click: true, resource: 'memory' });
    await movePointerAway(page);
    await expect(dashboard.when).toHaveText('17:30:05');
    await pointTo(dashboard, CAPACITY - 3, { click: true });
    await movePointerAway(page);
    await expect(dashboard.when).toHaveText('now');
    await pointTo(dashboard, CAPACITY - 2, { click: true });
    await dashboard.history.getByRole('button', { name: 'Back to now' }).click();
    await expect(dashboard.when).toHaveText('now');
  });

  test('a pinned moment that the last hour does not have either is let go of', async ({ page, dashboard }) => {
    await pointTo(dashboard, 1, { click: true });
    await movePointerAway(page);
    await expect(dashboard.when).toHaveText('17:25:25');
    for (let poll = 0; poll < 2; poll += 1) await dashboard.nextPoll(INTERVAL);
    await expect(dashboard.when).toHaveText('now');
    expect(page.url()).not.toContain('at=');
  });

  test('the arrow keys select a moment, Enter pins it, Escape lets go', async ({ page, dashboard }) => {
    const slider = dashboard.chartOf('cpu').getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await expectParts(dashboard, '17:30:10', 'cpu', BEFORE);
    await expect(slider).toHaveAttribute(
      'aria-valuetext',
      '17:30:10: CPU 40.0%, researcher 10.0%, coder 5.0%, planner 2.0%, other agents 1.0%, other processes 22.0%',
    );
    await dashboard.nextPoll(INTERVAL);
    await expect(dashboard.when, 'it does not drift').toHaveText('17:30:10');
    await page.keyboard.press('Enter');
    await slider.blur();
    await expect(dashboard.when).toHaveText('17:30:10');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await expect(dashboard.when, 'the pin moves along').toHaveText('17:30:05');
    await page.keyboard.press('Escape');
    await expect(dashboard.when).toHaveText('now');
    await page.keyboard.press('Home');
    await expect(dashboard.when).toHaveText('17:25:25');
    await slider.blur();
    await expect(dashboard.when).toHaveText('now');
  });

  test('events are marked and named at their moment', async ({ page, dashboard, hostMock }) => {
    const event = { id: 'coder', name: 'coder', count: 1 };
    const [first, second] = [wire.timestamp(Date.parse('2026-01-13T11:58:00Z')), wire.timestamp(Date.parse('2026-01-13T12:00:10Z'))];
    hostMock.run(containers(60), { events: [{ ...event, kind: 'started', timestamp: first }, { ...event, kind: 'restarted', timestamp: second }] });
    await dashboard.nextPoll(INTERVAL);
    const marks = dashboard.history.locator('.ht-chart-events text');
    await expect(marks).toHaveText([/▲$/, /↻$/]);
    await expect(marks.last().locator('title')).toHaveText('17:30:10 coder restarted');
    await pointTo(dashboard, CAPACITY - 3);
    await expect(dashboard.when).toHaveText('17:30:10 · coder restarted');
    await movePointerAway(page);
  });

  test('without Docker, usage is attributed to nobody', async ({ complaints, dashboard, hostMock, page }) => {
    complaints.allowFailedRequests();
    await page.route('**/api/telemetry/containers', (route) => route.fulfill({ status: 503, json: wire.noDocker('gone', wire.timestamp(0)) }));
    hostMock.respondWith({ cpu: wire.cpu(50) });
    for (let poll = 0; poll < 2; poll += 1) await dashboard.nextPoll(INTERVAL);
    const parts = { 'researcher': '–', 'coder': '–', 'planner': '–', 'unattributed': '50.0%', 'free': '50.0%' };
    await expectParts(dashboard, 'now', 'cpu', parts);
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

test('the last hour is asked for when it is wanted, and again with each new interval', async ({ dashboard, page, startServer, traffic }) => {
  await new Stage({ events: [{ kind: 'started', name: 'coder', ago: 1200 }] }).play(dashboard, startServer);
  const hours = () => traffic.addresses('history').filter((address) => address.endsWith('?minutes=60')).length;
  await expect(dashboard.history.locator('h2')).toHaveText('Last 5 minutes');
  expect(hours()).toBe(0);
  await dashboard.history.getByRole('button', { name: '1 hour' }).click();
  await dashboard.waitUntilIdle();
  await expect(dashboard.history.locator('h2')).toHaveText('Last hour');
  await expect(dashboard.times).toHaveText(['11:10', '11:20', '11:30', '11:40', '11:50', '12:00']);
  await expect(dashboard.history.locator('.ht-chart-events text')).toHaveText([/▲$/]);
  expect(await points(dashboard.line('cpu')), 'a point for each half minute').toEqual([120]);
  expect(hours()).toBe(1);
  for (let poll = 0; poll < 6; poll += 1) await dashboard.nextPoll(INTERVAL);
  expect(hours(), 'after half a minute').toBe(2);

  await page.reload();
  await dashboard.waitForDetails();
  await expect(dashboard.history.locator('h2'), 'the address says which period').toHaveText('Last hour');
  await dashboard.history.getByRole('button', { name: '5 min' }).click();
  await expect(dashboard.history.locator('h2')).toHaveText('Last 5 minutes');
  expect(page.url()).not.toContain('view=');
});

test('a pinned moment that leaves the last five minutes is shown in the last hour', async ({ dashboard, page, startServer }) => {
  await new Stage({}).play(dashboard, startServer);
  await dashboard.chartOf('cpu').getByRole('slider').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(dashboard.history.locator('h2')).toHaveText('Last 5 minutes');
  const moment = new URL(page.url()).searchParams.get('at');
  for (let poll = 0; poll < 2; poll += 1) await dashboard.nextPoll(INTERVAL);
  await dashboard.waitUntilIdle();
  await expect(dashboard.history.locator('h2')).toHaveText('Last hour');
  expect(new URL(page.url()).searchParams.get('at')).toBe(moment);
  const when = await dashboard.when.textContent();
  expect(when).toMatch(/^11:5\d:[03]0$/);
  await expect(dashboard.containers.getByRole('heading'), 'charts and table name the same moment').toHaveText(`Agents at ${when}`);
});

test('a moment of the last hour survives loading the page', async ({ dashboard, page, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const moment = Math.floor(Date.now() / 1000) - 1800;
  await page.goto(`${server.url}/?view=hour&at=${moment}`);
  await expect(dashboard.history.locator('h2')).toHaveText('Last hour');
  await expect(dashboard.when).toHaveText(/^\d\d:\d\d:[03]0$/);
  expect(page.url()).toContain(`at=${moment}`);
  await expect(dashboard.containers.getByRole('heading')).toHaveText(/ at \d\d:\d\d:\d\d$/);
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
  expect(sent.length, 'two sparklines, five horizontal lines and the host in each chart').toBeGreaterThanOrEqual(2 + 2 * (5 + 1));
  const drawn = await page.locator('polyline').evaluateAll((lines) => lines.map((line) => line.getAttribute('points')));
  expect(drawn).toEqual(sent);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('times are in UTC', async ({ page, dashboard, startServer }) => {
    const server = await startServer({ args: ['--interval', String(INTERVAL)] });
    await page.goto(server.url);
    await expect(dashboard.times.first()).toHaveText(/^\d\d:\d\d$/);
    expect(await dashboard.times.count(), 'a minute apart').toBeGreaterThanOrEqual(4);
    await expect(dashboard.when).toHaveText(/^\d\d:\d\d:\d\d UTC$/);
  });
});
