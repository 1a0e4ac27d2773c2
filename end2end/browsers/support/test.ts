import { test as base, expect } from '@playwright/test';
import { FakeDocker } from '../../tests/support/fake-docker.ts';
import { Server } from '../../tests/support/server.ts';
import { Dashboard } from './dashboard.ts';
import type { Driver } from './driver.ts';
import { PuppeteerDriver } from './puppeteer.ts';
import { WebKitDriver } from './webkit.ts';

export { expect } from '@playwright/test';

/** Names in the order of CPU usage, highest first, which is not the order of the alphabet. */
export const NAMES = ['scribe', 'tester', 'coder', 'planner', 'critic', 'auditor', 'tutor', 'editor', 'scout', 'ranger'];

interface WorkerFixtures {
  driver: Driver;
  server: Server;
}

interface TestFixtures {
  /** The live page, just opened. The test fails if the page logs errors or warnings. */
  dashboard: Dashboard;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  driver: [
    async ({ browserName }, use) => {
      const driver = browserName === 'webkit' ? await WebKitDriver.start() : await PuppeteerDriver.start(browserName);
      await use(driver);
      await driver.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  server: [
    async ({}, use) => {
      const docker = await FakeDocker.start();
      docker.containers = NAMES.map((name, index) => ({ name, cpu: NAMES.length - index, memoryMib: 64 }));
      const server = await Server.start(docker.address, ['--interval', '1', '--hostname', 'atlas-01', '--container-noun', 'agent']);
      // A line needs two samples, and a container's CPU usage needs two scrapes.
      await expect.poll(async () => (await server.history()).totals.length, { timeout: 30_000 }).toBeGreaterThan(2);
      await use(server);
      await server.stop();
      await docker.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  dashboard: async ({ driver, server }, use, testInfo) => {
    await driver.resize(1280, 800);
    await driver.open(server.url);
    const dashboard = new Dashboard(driver);
    try {
      await dashboard.waitForDetails();
      await use(dashboard);
      if (testInfo.errors.length > 0) {
        const body = await driver.screenshot();
        await testInfo.attach('screenshot', { body, contentType: 'image/png' });
      }
    } finally {
      expect.soft(await driver.complaints(), 'errors and warnings on the console').toEqual([]);
    }
  },
});
