import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type Part, flaws } from './support/geometry.ts';
import { cutNames, droppedInOrder, visibleParts } from './support/ladder.ts';
import { Stage, playWithoutScripts } from './support/scene.ts';
import { THEMES, UPDATES, picture, removePictures, writeSheet } from './support/sheet.ts';
import { STATES } from './support/states.ts';
import { expect, test } from './support/test.ts';

const WIDTHS = [1600, 1280, 820, 700, 560, 420, 320, 240];
const HEIGHT = 800;
/** Tall enough for the whole page of a host with a few agents. */
const PAGE_HEIGHT = 1600;
const BAR_HEIGHT = 48;
/** From this width of the header in pixels on, no name is cut. */
const ROOM_FOR_NAMES = 400;
/** How far a button's hover background extends beyond the header on each side, in pixels. */
const OVERHANG = 6;
/** States to test at decreasing widths: each header can drop something that the other states' headers lack. */
const NARROWED = ['live and calm', 'CPU culprit', 'memory culprit', 'two culprits', 'disk critical', 'server gone', 'no Docker', 'hostile names'];
/** States to test at 200% zoom. */
const ZOOMED = ['live and calm', 'two culprits', 'server gone', 'no Docker', '200 agents', 'hostile names'];

// The last test puts the pictures from all other tests on sheets, so the tests must run in order when updating.
test.describe.configure({ mode: UPDATES ? 'default' : 'parallel' });

/** The layout flaws at these window widths. */
async function flawsAt(page: Page, widths: number[], ...parts: Part[]): Promise<string[]> {
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: HEIGHT });
    for (const part of parts) found.push(...(await flaws(page, part)).map((flaw) => `${part} at ${width}: ${flaw}`));
  }
  return found;
}

/** Makes the header fill the window, except for `OVERHANG` on each side. */
async function isolateHeader(page: Page): Promise<void> {
  await page.addStyleTag({ content: `.host { display: none !important } .stats-bar { padding: 0 ${OVERHANG}px !important }` });
}

/** Accessibility violations in a part of the page, in both themes. */
async function violations(page: Page, part: Part, isFrozen: boolean): Promise<string[]> {
  const found: string[] = [];
  await page.setViewportSize({ width: 1280, height: HEIGHT });
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    // Check only the first nine rows, because the others are built the same way.
    const axe = new AxeBuilder({ page }).setLegacyMode(true).exclude('tbody tr:nth-child(n + 10)');
    if (part === 'panel') axe.include('.ht-panel');
    let isDone = false;
    const analysis = axe.analyze().finally(() => (isDone = true));
    // axe needs timers, but the clock is stopped. None of the page's own timers fires this soon.
    while (!isDone && isFrozen) await page.clock.runFor(1);
    for (const { id, nodes } of (await analysis).violations) {
      const why = nodes.map(({ target, any, all, none }) => `${String(target)}: ${[...any, ...all, ...none].map(({ message }) => message).join(' ')}`);
      found.push(...why.map((text) => `${part}, ${colorScheme}: ${id}: ${text}`));
    }
  }
  return found;
}

function expectNone(found: string[], what: string): void {
  expect(found.length, `${what}\n${found.join('\n')}\n`).toBe(0);
}

for (const [name, scene] of Object.entries(STATES)) {
  test.describe(name, () => {
    test.beforeEach(async ({ complaints, dashboard, fakeDocker, page, startServer }) => {
      complaints.allowFailedRequests();
      // Chromium warns that preloaded files go unused, because the scripts that use them were removed.
      if (scene.scriptless) complaints.allow(/preloaded using link preload/);
      if (scene.scriptless) await playWithoutScripts(page, fakeDocker, startServer);
      else await new Stage(scene).play(dashboard, startServer);
    });

    test('fits and is accessible', async ({ dashboard, page }) => {
      const found = await flawsAt(page, WIDTHS, 'header', 'page');
      found.push(...(await violations(page, 'page', !scene.scriptless)));
      if (UPDATES) {
        for (const theme of THEMES) {
          await page.emulateMedia({ colorScheme: theme });
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: HEIGHT });
            await page.screenshot({ path: picture(theme, name, String(width)), clip: { x: 0, y: 0, width, height: BAR_HEIGHT } });
          }
          if (!scene.page) continue;
          for (const width of [1280, 420]) {
            await page.setViewportSize({ width, height: PAGE_HEIGHT });
            await page.screenshot({ path: picture(theme, name, `page-${width}`) });
          }
        }
      }

      if (scene.panel) {
        await page.setViewportSize({ width: 1280, height: HEIGHT });
        await dashboard.openPanel();
        await expect(dashboard.panelRows).toHaveCount(scene.noDocker || scene.begins ? 0 : (scene.agents?.length ?? 5));
        found.push(...(await flawsAt(page, WIDTHS, 'panel')));
        found.push(...(await violations(page, 'panel', true)));
        if (UPDATES) {
          for (const theme of THEMES) {
            await page.emulateMedia({ colorScheme: theme });
            for (const width of [1280, 420]) {
              await page.setViewportSize({ width, height: HEIGHT });
              await dashboard.panel.screenshot({ path: picture(theme, name, `panel-${width}`) });
            }
          }
        }
        await page.keyboard.press('Escape');
      }

      await page.addStyleTag({ content: 'html { font-size: 200% }' });
      found.push(...(await flawsAt(page, [1280, 640], 'header', 'page')).map((flaw) => `text at twice the size: ${flaw}`));
      expectNone(found, name);
    });

    if (NARROWED.includes(name)) {
      test('drops parts in order as the header narrows', async ({ page }) => {
        await isolateHeader(page);
        const found: string[] = [];
        let before: string[] | undefined;
        for (let width = 1600; width >= 240; width -= 20) {
          const flawed = await flawsAt(page, [width + 2 * OVERHANG], 'header');
          const visible = await visibleParts(page);
          if (!droppedInOrder(before ?? visible, visible)) flawed.push(`after ${before?.join(', ')} it has ${visible.join(', ')}`);
          if (visible.at(-1) !== 'worst metric') flawed.push('the worst metric is missing');
          const cut = scene.hostname ? [] : await cutNames(page);
          if (width >= ROOM_FOR_NAMES && cut.length) flawed.push(`it cuts ${cut.join(', ')}`);
          found.push(...flawed.map((flaw) => `header ${width} wide: ${flaw}`));
          before = visible;
        }
        expectNone(found, name);
      });
    }

    if (ZOOMED.includes(name)) {
      test.describe('at twice the size', () => {
        test.use({ deviceScaleFactor: 2 });

        test('fits', async ({ page }) => {
          expectNone(await flawsAt(page, [640], 'header', 'page'), name);
        });
      });
    }
  });
}

if (UPDATES) {
  test('the sheets of all states', async ({ page }) => {
    const having = (part: 'panel' | 'page') => Object.keys(STATES).filter((name) => STATES[name]?.[part]);
    for (const theme of THEMES) {
      const rows = [['1600'], ['1280', '320'], ['820', '700'], ['560', '420', '240']];
      await writeSheet(page, theme, 'states', Object.keys(STATES), rows);
      await writeSheet(page, theme, 'panels', having('panel'), [['panel-1280', 'panel-420']]);
      await writeSheet(page, theme, 'pages', having('page'), [['page-1280', 'page-420']]);
    }
    await removePictures();
  });
}
