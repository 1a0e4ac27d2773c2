import type { Page } from '@playwright/test';
import type { Dashboard } from './support/dashboard.ts';
import type { HostMock } from './support/host-mock.ts';
import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

/** Replaces each text node in such a parent, by default those that may be translated, with two nested elements, as a browser's translator does. */
async function translate(page: Page, parents = ':not([translate=no], [translate=no] *, script, style)'): Promise<void> {
  await page.evaluate((parents) => {
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      if (!text.data.trim() || !text.parentElement?.matches(parents)) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = text.data;
      outer.append(inner);
      text.replaceWith(outer);
    }
  }, parents);
}

/** Changes the host's numbers and containers, and expects every live element to reflect the changes. */
async function expectNewNumbers(page: Page, dashboard: Dashboard, hostMock: HostMock): Promise<void> {
  hostMock.respondWith({ cpu: wire.cpu(94), memory: wire.memory(91), disk: wire.disk(77) });
  hostMock.run([
    { name: 'scribe', cpuShare: 61, memoryShare: 20 },
    { name: 'researcher', cpuShare: 5, memoryShare: 10 },
  ]);
  await dashboard.nextPoll(1);

  await expect(dashboard.cpu.number).toHaveText('94%');
  await expect(dashboard.cpu.spoken).toHaveText('CPU 94 percent, critical');
  await expect(dashboard.chips.first()).toHaveText('scribe 61% of CPU · 2 min');
  await expect(dashboard.advice.first()).toContainText('scribe uses 61% of the host.');
  await expect(dashboard.memory.number).toHaveText('18.2');
  await expect(dashboard.memory.rest).toHaveText('/20G');
  await expect(dashboard.disk.number).toHaveText('77%');
  await expect(dashboard.summary).toHaveText('2agents66%6.0G');
  await expect(dashboard.status).toHaveText('CPU 94 percent, critical. scribe: 61 percent of CPU. Memory 91 percent, critical. other processes: 61 percent of memory. Disk 77 percent, high');
  await expect(page).toHaveTitle('CPU 94% · atlas-01');
  await expect(dashboard.legendOf('cpu')).toContainText(/^CPU 94\.0%.*scribe 61\.0%.*researcher 5\.0%.*other processes 28\.0%free 6\.0%$/);
  await expect(dashboard.legendOf('memory')).toContainText(/^Memory 91\.0%.*other processes 61\.0%free 9\.0%$/);
  for (const within of [dashboard.containers, dashboard.panel]) {
    await expect(within.locator('tbody .ht-name-text')).toHaveText(['scribe', 'researcher']);
    await expect(within.locator('tbody .ht-share .ht-cell')).toHaveText(['61.0%', '5.0%']);
    await expect(dashboard.totals(within, 'all').locator('.ht-name')).toHaveText('All agents');
    await expect(dashboard.totals(within, 'all').locator('.ht-share')).toHaveText('66.0%');
  }
  for (const facts of [dashboard.facts, dashboard.panel.locator('.ht-facts')]) await expect(facts.locator('dd').first()).toHaveText('1.8 of 20 GiB');
  await expect(page.locator('.ht font, .ht-details font')).toHaveCount(0);
}

const ARGS = ['--interval', '1', '--container-noun', 'agent'];

test('a translated page keeps updating names and numbers', async ({ page, dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ARGS });
  await dashboard.openFrozen(server.url);
  hostMock.run([
    { name: 'researcher', cpuShare: 20, memoryShare: 10 },
    { name: 'coder', cpuShare: 10, memoryShare: 5 },
    { name: 'reviewer', cpuShare: 5, memoryShare: 5 },
  ]);
  await dashboard.nextPoll(1);
  await dashboard.openPanel();
  await expect(dashboard.panelRows).toHaveCount(3);
  await page.locator('main').evaluate((main) => main.insertAdjacentHTML('beforeend', '<p id="prose">All is well.</p>'));

  await translate(page);
  await expect(page.locator('#prose > font > font'), 'static text is translated').toHaveText('All is well.');
  await expectNewNumbers(page, dashboard, hostMock);

  // Check elements that appear or disappear if a metric is unavailable or no containers are running.
  hostMock.respondWith({ cpu: null, errors: { cpu: 'not readable' } });
  hostMock.run([]);
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('–');
  await expect(dashboard.rows).toHaveCount(0);
  await expect(dashboard.containers.locator('.ht-empty').first()).toContainText('No agents are running.');
});

test('numbers stay true when an extension changes what must not be translated', async ({ page, dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ARGS });
  await dashboard.openFrozen(server.url);
  hostMock.run([{ name: 'researcher', cpuShare: 20, memoryShare: 10 }]);
  await dashboard.nextPoll(1);
  await translate(page, '.ht-facts *, .ht-chart-head *, .ht-row .ht-cell');
  await expect(dashboard.facts.locator('font')).not.toHaveCount(0);
  await expect(dashboard.rows.locator('font')).not.toHaveCount(0);
  hostMock.respondWith({ cpu: wire.cpu(94), memory: wire.memory(91), disk: wire.disk(77) });
  hostMock.run([{ name: 'researcher', cpuShare: 61, memoryShare: 20 }]);
  await dashboard.nextPoll(1);
  await expect(dashboard.facts.locator('dt')).toHaveText(['Available memory', 'Swap', 'Memory limits of agents', 'File system at /']);
  await expect(dashboard.facts.locator('dd').first()).toHaveText('1.8 of 20 GiB');
  await expect(dashboard.legendOf('cpu')).toContainText(/^CPU 94\.0%\s*researcher 61\.0%/);
  await expect(dashboard.rows.locator('.ht-share .ht-cell')).toHaveText('61.0%');
});

test('a page that was translated before hydration keeps updating', async ({ page, dashboard, hostMock, startServer }) => {
  const server = await startServer({ args: ARGS });
  await page.route('**/host-telemetry.wasm', async (route) => {
    await page.waitForLoadState('domcontentloaded');
    await translate(page);
    await route.fallback();
  });
  hostMock.run([{ name: 'coder', cpuShare: 10, memoryShare: 5 }]);
  await dashboard.openFrozen(server.url);
  await dashboard.nextPoll(1);
  await dashboard.openPanel();
  await expect(dashboard.panelRows).toHaveCount(1);
  await expectNewNumbers(page, dashboard, hostMock);
});
