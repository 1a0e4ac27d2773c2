import { expect, test } from './support/test.ts';
import type { ContainersResponse } from './support/wire.ts';

const BURN = 'while :; do :; done';
const IDLE = 'sleep 1000';
const LABEL = 'example.role=agent';

test('the busiest of three agents comes first', async ({ page, dashboard, docker, startServer }) => {
  for (const [name, command] of [['a', IDLE], ['b', BURN], ['c', IDLE]] as const) {
    await docker.runContainer(`agent-${name}`, command, '--label', LABEL);
  }
  await docker.runContainer('no-agent', IDLE);
  const args = ['--interval', '1', '--container-label', LABEL, '--container-prefix', 'agent-'];
  const server = await startServer({ docker: docker.address, args });
  await page.goto(server.url);

  await expect(dashboard.summary).toContainText('3agents');
  await expect(dashboard.rows).toHaveCount(3);
  await dashboard.showTable();
  await expect(dashboard.rows.first().locator('.ht-name-text')).toHaveText('b');
  await expect(dashboard.rows.locator('.ht-name-text').filter({ hasText: /^[abc]$/ })).toHaveCount(3);
  // The agent's CPU usage depends on what else is running on the machine, so this compares the page with the endpoint.
  // tests/docker.rs compares the endpoint with the kernel's counter.
  const shown = () => dashboard.rows.first().locator('.ht-cell').first().textContent();
  const served = async () => {
    const response = await page.request.get(`${server.url}/api/telemetry/containers`);
    const { containers } = (await response.json()) as ContainersResponse;
    return `${containers[0]?.cpu?.toFixed(1)}%`;
  };
  await expect.poll(async () => (await shown()) === (await served()), { timeout: 30_000 }).toBe(true);

  await expect(dashboard.panel).toBeHidden();
  await dashboard.openPanel();
  await expect(dashboard.panel).toBeVisible();
  await expect(dashboard.panelRows).toHaveCount(3);
  await page.keyboard.press('Escape');
  await expect(dashboard.panel).toBeHidden();
  await dashboard.openPanel();
  await expect(dashboard.panel).toBeVisible();
  await page.mouse.click(300, 600);
  await expect(dashboard.panel).toBeHidden();
});

test('having no containers is not an error', async ({ page, dashboard, docker, startServer }) => {
  const server = await startServer({ docker: docker.address, args: ['--interval', '1'] });
  await page.goto(server.url);
  await expect(dashboard.summary).toContainText('0containers');
  await expect(dashboard.containers).toContainText('No containers are running');
  await expect(dashboard.containers.locator('table')).toBeHidden();
});

test('Docker stops and starts again while the server is running', async ({ complaints, page, dashboard, docker, startServer }) => {
  complaints.allowFailedRequests();
  await docker.runContainer('web', IDLE);
  const server = await startServer({ docker: docker.address, args: ['--interval', '1'] });
  await page.goto(server.url);
  await expect(dashboard.rows).toHaveCount(1);

  await docker.stop();
  await expect(dashboard.containers).toContainText('Docker unavailable', { timeout: 20_000 });
  const response = await page.goto(server.url);
  expect(response?.status()).toBe(200);
  await expect(dashboard.containers.locator('.ht-empty strong')).toHaveText('Docker unavailable');
  await expect(dashboard.containers.locator('.ht-empty span')).toHaveText(/\S+ \S+/);
  await expect(dashboard.summary).toHaveText('–containers––');
  await expect(dashboard.summary).toHaveAttribute('title', /^Docker unavailable: \S+/);
  await expect(dashboard.cpu.number).toHaveText(/^\d+%$/);
  await expect(dashboard.disk.number).toHaveText(/^\d+%$/);

  await docker.start();
  await docker.removeContainers();
  await docker.runContainer('web-again', IDLE);
  await expect(dashboard.rows.locator('.ht-name-text')).toHaveText('web-again', { timeout: 20_000 });
  await expect(dashboard.summary).toContainText('1container');
});
