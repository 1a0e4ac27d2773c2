import { expect, test } from './support/test.ts';
import { wire } from './support/wire.ts';

// Docker rejects these names, but other runtimes may not. None contains a slash: the server takes a name with a slash for a container link and skips it.
const NAMES = [
  '<script>alert(1)',
  '<img src=x onerror=alert(2)>',
  '--><script>alert(3)<!--',
  '"><svg onload=alert(4)>',
  '{{7*7}}${7*7}&lt;b&gt;',
];

test('names and errors are text, never markup', async ({ page, dashboard, fakeDocker, startServer }) => {
  const dialogs: string[] = [];
  page.on('dialog', async (dialog) => {
    dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  const server = await startServer({ args: ['--interval', '1', '--hostname', '<b>atlas</b>'] });
  await page.goto(server.url);
  const scripts = await page.locator('script').count();

  // Check the names as rendered by the hydrated page and then, after a reload, by the server.
  const error = '</script><script>alert(5)</script><i onclick=alert(6)>no</i> cgroup';
  fakeDocker.containers = [...NAMES.map((name) => ({ name })), { name: 'broken', error }];
  await expect(dashboard.rows).toHaveCount(NAMES.length + 1);
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    await expect(dashboard.host).toHaveText('<b>atlas</b>');
    const names = dashboard.rows.locator('.ht-name-text');
    for (const name of NAMES) {
      const shown = names.getByText(name, { exact: true });
      await expect(shown).toBeVisible();
      await expect(shown).toHaveAttribute('title', name);
    }
    const broken = dashboard.rows.filter({ hasText: 'broken' });
    await expect(broken.locator('.ht-error')).toHaveText(`not measured: Docker error 500: ${error}`);
    await expect(broken.locator('.ht-error')).toHaveAttribute('title', `not measured: Docker error 500: ${error}`);
    await expect(broken.locator('.ht-cell').first()).toHaveText('–');
    await expect(page.locator('script')).toHaveCount(scripts);
    await expect(page.locator('img, i, .ht-name-text *, .ht-note *, .host *, [onload]')).toHaveCount(0);
  }
  expect(dialogs).toEqual([]);
});

test('the name of a culprit is text, never markup', async ({ page, dashboard, hostMock, startServer }) => {
  const [name = ''] = NAMES;
  const server = await startServer({ args: ['--interval', '1'] });
  hostMock.respondWith({ cpu: wire.cpu(94) });
  hostMock.run([{ name, cpuShare: 61 }]);
  await dashboard.openFrozen(server.url);
  const scripts = await page.locator('script').count();
  await dashboard.nextPoll(1);
  await expect(dashboard.chips).toHaveText(`${name} 61% of CPU · 2 min`);
  await expect(dashboard.advice).toContainText(`${name} uses 61% of the host.`);
  // A shell would interpret the name, so the command has the ID, which the mock sets to the name as well.
  await expect(page.locator('script')).toHaveCount(scripts);
});
