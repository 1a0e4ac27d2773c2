import { expect, test } from './support/test.ts';
import { type HostAnswer, wire } from './support/wire.ts';

const CALM: Partial<HostAnswer> = { cpu: wire.cpu(7.5), memory: wire.memory(62.3) };

test.beforeEach(async ({ dashboard, fakeDocker, hostMock, startServer }) => {
  fakeDocker.containers = [{ name: 'researcher' }];
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  hostMock.answer(CALM);
  await dashboard.openFrozen(server.url);
  await expect(dashboard.status).toBeEmpty();
  await dashboard.nextPoll(1);
});

test('each metric is a sentence, and its picture is not spoken', async ({ page, dashboard, hostMock }) => {
  await expect(page.locator('.ht')).toMatchAriaSnapshot(`
    - region "Host telemetry of atlas-01":
      - text: CPU 7 percent, normal Memory 62 percent, raised Disk 54 percent, raised
      - button /1 agent/
      - status
  `);
  hostMock.answer({ cpu: null, errors: { cpu: 'not readable' } });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.spoken).toHaveText('CPU unknown');
});

test('a change of band is told, and nothing else', async ({ dashboard, hostMock }) => {
  // What is set anew is read anew, though it be the same.
  await dashboard.status.evaluate((status) => {
    const told = (changes: MutationRecord[]) => {
      const count = Number(status.getAttribute('data-told')) + changes.length;
      status.setAttribute('data-told', String(count));
    };
    new MutationObserver(told).observe(status, { childList: true, characterData: true, subtree: true });
  });
  const expectTold = (times: number) => expect(dashboard.status).toHaveAttribute('data-told', String(times));

  hostMock.answer({ ...CALM, cpu: wire.cpu(94.1) });
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('CPU 94 percent, critical');
  await expectTold(1);
  hostMock.answer({ cpu: wire.cpu(97), memory: wire.memory(70) });
  await dashboard.nextPoll(1);
  await expect(dashboard.cpu.number).toHaveText('97%');
  await expect(dashboard.status).toHaveText('CPU 94 percent, critical');
  await expectTold(1);
  hostMock.answer({ cpu: wire.cpu(40), memory: wire.memory(80) });
  await dashboard.nextPoll(1);
  await expect(dashboard.status).toHaveText('CPU 40 percent, normal. Memory 80 percent, high');
  await expectTold(2);
});

for (const key of ['Enter', 'Space']) {
  test(`the panel is opened by ${key}, and closed by Escape`, async ({ page, dashboard }) => {
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
  await dashboard.summary.focus();
  await page.keyboard.press('Enter');
  await dashboard.panel.getByRole('button', { name: 'Close' }).press('Enter');
  await expect(dashboard.panel).toBeHidden();
  await expect(dashboard.summary).toBeFocused();

  await dashboard.summary.click();
  await expect(dashboard.panel).toBeVisible();
  await page.mouse.click(200, 600);
  await expect(dashboard.panel).toBeHidden();
});

test('who is to blame is reached before the agents, and gets the focus back', async ({ page, dashboard, hostMock }) => {
  hostMock.answer({ cpu: wire.cpu(94) });
  hostMock.run([{ name: 'agent-x', cpuShare: 61 }]);
  await dashboard.nextPoll(1);
  await dashboard.nextPoll(1);
  await page.keyboard.press('Tab');
  await expect(dashboard.cpu.culprit).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dashboard.panel).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dashboard.panel).toBeHidden();
  await expect(dashboard.cpu.culprit).toBeFocused();
});
