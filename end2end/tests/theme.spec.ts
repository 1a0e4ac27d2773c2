import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const LIGHT = 'rgb(255, 255, 255)';
const DARK = 'rgb(21, 24, 30)';

test.beforeEach(async ({ dashboard, fakeDocker, hostMock, startServer }) => {
  fakeDocker.containers = [{ name: 'researcher', cpu: 20 }];
  const server = await startServer({ args: ['--interval', '1'] });
  await dashboard.openFrozen(server.url);
  hostMock.respondWith({ cpu: wire.cpu(80) });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('80%');
});

test("an attribute overrides the system's theme, for the page or a part of it", async ({ page, dashboard }) => {
  const bar = page.locator('.stats-bar');
  await expect(bar).toHaveCSS('background-color', LIGHT);
  await expect(dashboard.cpu.number).toHaveCSS('color', 'rgb(194, 65, 12)');
  await bar.evaluate((element) => (element.dataset['theme'] = 'dark'));
  await expect(bar).toHaveCSS('background-color', DARK);
  await expect(dashboard.cpu.number).toHaveCSS('color', 'rgb(251, 146, 60)');
  await expect(page.locator('.ht-card').first()).toHaveCSS('background-color', LIGHT);

  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
  await expect(page.locator('.ht-card').first()).toHaveCSS('background-color', DARK);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
  await expect(page.locator('.ht-card').first()).toHaveCSS('background-color', LIGHT);
});

test('severity keeps its shape in forced colors', async ({ page, dashboard }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const fills = await dashboard.cpu.ticks.evaluateAll((ticks) => ticks.map((tick) => getComputedStyle(tick).fill));
  const [lit, ...others] = fills;
  expect(others.slice(0, 2), 'three of four ticks are lit').toEqual([lit, lit]);
  expect(others[2]).not.toBe(lit);
});

test('print is one page that says when, with the numbers and without the panel', async ({ page, dashboard, hostMock }) => {
  hostMock.run(Array.from({ length: 12 }, (_, index) => ({ name: `agent-${index}`, cpuShare: 2, memoryShare: 1 })));
  await dashboard.nextPoll(1);
  await dashboard.openPanel();
  await expect(dashboard.panel).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(dashboard.panel).toBeHidden();
  await expect(dashboard.cpu.number).toBeVisible();
  await expect(dashboard.rows).toHaveCount(12);
  const when = await dashboard.when.evaluate((element) => `${element.textContent}${getComputedStyle(element, '::after').content}`);
  expect(when).toMatch(/^now"\s\(\d\d:\d\d:\d\d\)"$/);
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b/g), 'pages').toHaveLength(1);
  await expect(dashboard.containers.locator('thead')).toHaveCSS('position', 'static');
  await expect(page.locator('main button').filter({ visible: true, hasNot: page.locator('span') })).toHaveCount(0);
  await expect(page.locator('body'), 'backgrounds are printed').toHaveCSS('print-color-adjust', 'exact');
});

test('reduced motion disables transitions', async ({ page, dashboard }) => {
  const fill = dashboard.disk.root.locator('.ht-bar-fill');
  await expect(fill).not.toHaveCSS('transition-duration', '0s');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect(fill).toHaveCSS('transition-duration', '0s');
});
