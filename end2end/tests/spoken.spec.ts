import { expect, test } from './support/test.ts';
import { type HostResponse, wire } from './support/wire.ts';

const CALM: Partial<HostResponse> = { cpu: wire.cpu(7.5), memory: wire.memory(62.3) };

test.beforeEach(async ({ dashboard, fakeDocker, hostMock, startServer }) => {
  fakeDocker.containers = [{ name: 'researcher' }];
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  // Real numbers may be late on a busy machine, which is a verdict and the first in tab order.
  hostMock.respondWith(CALM);
  hostMock.run([{ name: 'researcher' }], { culprits: { cpu: null, memory: null } });
  await dashboard.openFrozen(server.url);
  await expect(dashboard.status).toBeEmpty();
  await dashboard.nextPoll(1);
});

test('each metric is read as a sentence, and its graphic is hidden from screen readers', async ({ page, dashboard, hostMock }) => {
  await expect(page.locator('.ht')).toMatchAriaSnapshot(`
    - region "Host telemetry of atlas-01":
      - button "CPU 7 percent, normal"
      - button "Memory 62 percent, raised"
      - button "Disk 54 percent, raised"
      - button /1 agent/
      - status
  `);
  hostMock.respondWith({ cpu: null, errors: { cpu: 'not readable' } });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.spoken).toHaveText('CPU unknown');
});

test('only a change of severity is announced', async ({ dashboard, hostMock }) => {
  // Screen readers repeat text that is set again, even if it is unchanged.
  await dashboard.status.evaluate((status) => {
    const count = (changes: MutationRecord[]) => {
      const announced = Number(status.getAttribute('data-announced')) + changes.length;
      status.setAttribute('data-announced', String(announced));
    };
    new MutationObserver(count).observe(status, { childList: true, characterData: true, subtree: true });
  });
  const expectAnnouncements = (count: number) => expect(dashboard.status).toHaveAttribute('data-announced', String(count));

  hostMock.respondWith({ ...CALM, cpu: wire.cpu(94.1) });
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('CPU 94 percent, critical');
  await expectAnnouncements(1);
  hostMock.respondWith({ cpu: wire.cpu(97), memory: wire.memory(70) });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('97%');
  await expect(dashboard.status).toHaveText('CPU 94 percent, critical');
  await expectAnnouncements(1);
  hostMock.respondWith({ cpu: wire.cpu(40), memory: wire.memory(80) });
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('CPU 40 percent, normal. Memory 80 percent, high');
  await expectAnnouncements(2);
});

for (const key of ['Enter', 'Space']) {
  test(`the panel is opened by ${key}, and closed by Escape`, async ({ page, dashboard }) => {
    // On our page, the summary leads to the table.
    await page.locator('main').evaluate((main) => main.remove());
    // The metrics come first.
    for (const metric of [dashboard.cpu, dashboard.memory, dashboard.disk]) {
      await page.keyboard.press('Tab');
      await expect(metric.root).toBeFocused();
    }
    await page.keyboard.press('Tab');
    await expect(dashboard.summary).toBeFocused();
    await page.keyboard.press(key);
    await expect(dashboard.panel).toBeVisible();
    await expect(dashboard.panel).toBeFocused();
    await expect(dashboard.panelRows).toHaveCount(1);
    await page.keyboard.press('Tab');
    await expect(dashboard.panel.getByRole('button', { name: 'Close' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dashboard.panel).toBeHidden();
    await expect(dashboard.summary).toBeFocused();
  });
}

test('the panel is closed by its button and by a click outside', async ({ page, dashboard }) => {
  await page.locator('main').evaluate((main) => main.remove());
  await dashboard.summary.focus();
  await page.keyboard.press('Enter');
  await dashboard.panel.getByRole('button', { name: 'Close' }).press('Enter');
  await expect(dashboard.panel).toBeHidden();
  await expect(dashboard.summary).toBeFocused();

  await dashboard.openPanel();
  await expect(dashboard.panel).toBeVisible();
  await page.mouse.click(200, 600);
  await expect(dashboard.panel).toBeHidden();
});

test('the verdict comes first in tab order, and regains focus when the panel closes', async ({ page, dashboard, hostMock }) => {
  hostMock.respondWith({ disk: wire.disk(94) });
  await dashboard.nextPoll(1);
  await page.locator('main').evaluate((main) => main.remove());
  await page.keyboard.press('Tab');
  await expect(dashboard.chips.first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dashboard.panel).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dashboard.panel).toBeHidden();
  await expect(dashboard.chips.first()).toBeFocused();
});

test('culprit, silence, loss of Docker and return are announced', async ({ complaints, page, dashboard, hostMock }) => {
  complaints.allowFailedRequests();
  const hot = { cpu: wire.cpu(94) };
  hostMock.respondWith(hot);
  hostMock.run([{ name: 'agent-x', cpuShare: 61 }]);
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('CPU 94 percent, critical. agent-x: 61 percent of CPU');
  hostMock.fail();
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('No answer from the server');
  hostMock.respondWith(hot);
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('Live again');
  const gone = wire.noDocker('gone', '2026-01-13T11:55:00.000000Z');
  await page.route('**/api/telemetry/containers', (route) => route.fulfill({ status: 503, json: gone }));
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('Docker unavailable');
});
