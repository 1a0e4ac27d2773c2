import { expect, test } from './support/test.ts';

test('a pinned moment is named, and its numbers are shown until the way back to now', async ({ page, dashboard, fakeDocker, startServer }) => {
  fakeDocker.containers = [{ name: 'early', cpu: 20, memoryMib: 64 }];
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  const scrapes = async () => (await server.history()).totals.length;
  await expect.poll(scrapes, { timeout: 15_000 }).toBeGreaterThan(3);
  const { totals } = await server.history();
  const moment = Math.round(Date.parse(totals[2]?.timestamp ?? '') / 1000);
  fakeDocker.containers = [{ id: 1, name: 'late', cpu: 10, memoryMib: 32 }];
  const known = await scrapes();
  await expect.poll(scrapes, { timeout: 15_000 }).toBeGreaterThan(known + 2);

  await page.goto(`${server.url}/?at=${moment}`);
  await dashboard.waitForDetails();
  const heading = dashboard.containers.getByRole('heading');
  const names = dashboard.rows.locator('.ht-name-text');
  await expect(heading).toHaveText(/^Agents at \d\d:\d\d:\d\d$/);
  await expect(names).toHaveText('early');
  await expect(dashboard.rows.locator('.ht-memory .ht-cell')).toHaveText('64.0 MiB');
  await dashboard.openPanel();
  await expect(dashboard.panelRows.locator('.ht-name-text'), 'the panel always shows now').toHaveText('late');
  await page.keyboard.press('Escape');

  await dashboard.containers.getByRole('button', { name: 'Back to now' }).click();
  await expect(heading).toHaveText('Agents');
  await expect(names).toHaveText('late');
  await expect(dashboard.containers.getByRole('button', { name: 'Back to now' })).toBeHidden();
  await expect(page).toHaveURL(`${server.url}/`);
});
