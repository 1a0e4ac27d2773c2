import type { Locator } from '@playwright/test';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

const CPU = [
  { percent: 49.9, text: '49%', band: 'normal', ticks: 1 },
  { percent: 50, text: '50%', band: 'raised', ticks: 2 },
  { percent: 74.9, text: '74%', band: 'raised', ticks: 2 },
  { percent: 75, text: '75%', band: 'high', ticks: 3 },
  { percent: 89.9, text: '89%', band: 'high', ticks: 3 },
  { percent: 90, text: '90%', band: 'critical', ticks: 4 },
] as const;

const DISK = [
  { percent: 74.9, level: 'roomy' },
  { percent: 75, level: 'filling' },
  { percent: 89.9, level: 'filling' },
  { percent: 90, level: 'full' },
] as const;

const THEMES = {
  light: {
    normal: 'rgb(21, 128, 61)',
    raised: 'rgb(161, 98, 7)',
    high: 'rgb(194, 65, 12)',
    critical: 'rgb(220, 38, 38)',
    unknown: 'rgb(93, 100, 112)',
    roomy: 'rgb(22, 163, 74)',
    filling: 'rgb(194, 65, 12)',
    full: 'rgb(220, 38, 38)',
  },
  dark: {
    normal: 'rgb(74, 222, 128)',
    raised: 'rgb(250, 204, 21)',
    high: 'rgb(251, 146, 60)',
    critical: 'rgb(248, 113, 113)',
    unknown: 'rgb(154, 162, 177)',
    roomy: 'rgb(34, 197, 94)',
    filling: 'rgb(251, 146, 60)',
    full: 'rgb(248, 113, 113)',
  },
};

function fills(elements: Locator): Promise<string[]> {
  return elements.evaluateAll((list) => list.map((element) => getComputedStyle(element).fill));
}

for (const [theme, colors] of Object.entries(THEMES)) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme as keyof typeof THEMES });

    test.beforeEach(async ({ dashboard, hostMock: _, startServer }) => {
      const server = await startServer({ args: ['--interval', '1'] });
      await dashboard.openFrozen(server.url);
    });

    test('CPU is green, yellow from 50%, orange from 75%, red from 90%', async ({ dashboard, hostMock }) => {
      for (const { percent, text, band, ticks } of CPU) {
        hostMock.respondWith({ cpu: wire.cpu(percent) });
        await dashboard.nextPoll(1);
        await expect(dashboard.cpu.number).toHaveText(text);
        await expect(dashboard.cpu.number).toHaveCSS('color', colors[band]);
        await expect(dashboard.cpu.root).toContainClass(`ht-is-${band}`);
        await expect(dashboard.cpu.spoken).toHaveText(`CPU ${Math.floor(percent)} percent, ${band}`);
        const lit = (await fills(dashboard.cpu.ticks)).filter((fill) => fill === colors[band]);
        expect(lit, `lit ticks at ${percent}`).toHaveLength(ticks);
      }
    });

    test("the disk's bar is green, orange from 75%, red from 90%", async ({ dashboard, hostMock }) => {
      for (const { percent, level } of DISK) {
        hostMock.respondWith({ disk: wire.disk(percent) });
        await dashboard.nextPoll(1);
        const fill = dashboard.disk.bar.locator('.ht-bar-fill');
        await expect(fill).toHaveAttribute('width', percent.toFixed(1));
        await expect(fill).toHaveCSS('fill', colors[level]);
      }
    });

    test('a read-only disk is gray, however full, and raises no alarm', async ({ page, dashboard, hostMock }) => {
      hostMock.respondWith({ disk: wire.disk(100, 200, true) });
      await dashboard.nextPoll(1);
      const { root, number, bar, spoken, ticks } = dashboard.disk;
      await expect(number).toHaveText('100%');
      await expect(number).toHaveCSS('color', colors.unknown);
      await expect(root).toContainClass('ht-is-unknown ht-is-rank-3');
      await expect(bar.locator('.ht-bar-fill')).toHaveAttribute('width', '100.0');
      await expect(bar.locator('.ht-bar-fill')).toHaveCSS('fill', colors.unknown);
      await expect(spoken).toHaveText('Disk 100 percent, read-only');
      await dashboard.disk.expectTitle('Disk 100.0%: 200.0 of 200.0 GiB used, read-only');
      expect(new Set(await fills(ticks)).size, 'no tick stands out').toBe(1);
      await expect(page).toHaveTitle(/ · Host telemetry$/);
      await expect(page.locator('link[rel=icon]')).toHaveAttribute('href', '/favicon.svg');
    });

    test('an unknown value is a gray dash', async ({ dashboard, hostMock }) => {
      const metrics = [dashboard.cpu, dashboard.memory, dashboard.disk];
      const reason = 'not readable';
      hostMock.respondWith({ cpu: null, memory: null, disk: null, errors: { cpu: reason, memory: reason, disk: reason } });
      await dashboard.nextPoll(1);
      for (const metric of metrics) {
        await expect(metric.number).toHaveText('–');
        await expect(metric.number).toHaveCSS('color', colors.unknown);
        await expect(metric.root).toContainClass('ht-is-unknown');
        await expect(metric.spoken).toHaveText(/^\w+ unknown$/);
        await metric.expectTitle(reason);
        expect(new Set(await fills(metric.ticks)).size, 'distinct tick colors').toBe(1);
      }
    });
  });
}
