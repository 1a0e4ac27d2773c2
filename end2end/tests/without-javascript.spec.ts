import { totalmem } from 'node:os';
import type { Page } from '@playwright/test';
import { points } from './support/dashboard.ts';
import { drawnLines } from './support/history.ts';
import { expect, test } from './support/test.ts';

test.use({ javaScriptEnabled: false });

test.beforeEach(({ complaints }) => {
  // Without scripts, Chromium warns after a few seconds that preloaded files go unused.
  complaints.allow(/preloaded using link preload/);
});

test('the first HTML shows live numbers without JavaScript @smoke', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [
    { name: 'researcher', cpu: 60, memoryMib: 512 },
    { name: 'coder', cpu: 30, memoryMib: 256 },
    { name: 'scribe', cpu: 10, memoryMib: 128 },
  ];
  const server = await startServer({ args: ['--interval', '1', '--hostname', 'atlas-01'] });
  // A line needs two samples, and a container's CPU usage needs two scrapes.
  await expect(async () => {
    await page.goto(server.url);
    await expect(dashboard.cpu.lines).toHaveCount(1, { timeout: 1 });
    await expect(dashboard.rows.first()).toContainText(/\d\.\d%/, { timeout: 1 });
  }).toPass();

  await expect(dashboard.host).toHaveText('atlas-01');
  await expect(dashboard.cpu.number).toHaveText(/^\d+%$/);
  await expect(dashboard.memory.number).toHaveText(/^\d+\.\d$/);
  const total = (totalmem() / 2 ** 30).toFixed(1).replace('.0', '');
  await expect(dashboard.memory.rest).toHaveText(`/${total}G`);
  await expect(dashboard.disk.number).toHaveText(/^\d+%$/);

  await expect(dashboard.rows.locator('.ht-name-text')).toHaveText(['researcher', 'coder', 'scribe']);
  await expect(dashboard.rows.first().locator('.ht-number-cell')).toContainText(['60.0%', '%', '512.0 MiB', '%', 'no limit']);
  await expect(dashboard.summary).toContainText('3containers');

  await expect(dashboard.cpu.newest).toHaveCount(1);
  await expect(dashboard.memory.lines).toHaveCount(1);
  await expect(dashboard.line('cpu')).toHaveCount(1);

  // The first time in the page may be since when the host has been busy, which stays.
  const timestamp = async () => /timestamp\W+(\d{4}-\d\d-\d\dT[\d:.]+Z)/.exec(await page.content())?.[1];
  const before = await timestamp();
  expect(before).toBeDefined();
  await expect(async () => {
    await page.reload();
    expect(await timestamp(), 'timestamp of a later page').not.toBe(before);
  }).toPass();
});

test('the first HTML shows every sample so far', async ({ page, dashboard, startServer }) => {
  const server = await startServer({ args: ['--interval', '1'] });
  const samples = async () => (await server.history()).host.length;
  await expect.poll(samples, { timeout: 15_000 }).toBeGreaterThanOrEqual(5);
  // Retry, because a sample may arrive between the two reads.
  await expect(async () => {
    await page.goto(server.url);
    const lines = drawnLines(await server.history());
    expect(await dashboard.cpu.points()).toEqual(lines);
    expect(await dashboard.memory.points()).toEqual(lines);
    expect(await points(dashboard.line('cpu'))).toEqual(lines);
  }).toPass();
});

test('the first HTML has the layout of the live page', async ({ page, browser, fakeDocker, startServer }) => {
  fakeDocker.containers = [{ name: 'researcher', cpu: 60, memoryMib: 512 }];
  const server = await startServer();
  const boxes = async (page: Page) => {
    // The host may have become busy, and only one of the pages may say so.
    await page.locator('main section[aria-label="What is wrong"]').evaluate((verdict: HTMLElement) => (verdict.style.display = 'none'));
    const parts = page.locator('main :is(h2, th:not(.ht-number-cell), thead button, .ht-total, .ht-card)');
    return parts.evaluateAll((parts) => parts.map((part) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      return `${part.tagName} ${part.className}: ${[x, y, width, height].map(Math.round).join(' ')}`;
    }));
  };
  await page.goto(server.url);
  const live = await browser.newPage({ javaScriptEnabled: true });
  await live.goto(server.url);
  await expect(live.locator('.ht-when')).toHaveText('now');
  expect(await boxes(page)).toEqual(await boxes(live));
  await live.close();
});

test('the panel opens and closes without JavaScript', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [{ name: 'researcher' }];
  const server = await startServer();
  await page.goto(server.url);
  // Without scripts, the summary cannot lead to the page's table.
  await dashboard.summary.click();
  await expect(dashboard.panel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dashboard.panel).toBeHidden();
});
