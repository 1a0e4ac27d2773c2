import { test as base } from '@playwright/test';
import { Complaints } from './console.ts';
import { Dashboard } from './dashboard.ts';
import { PrivateDocker, dockerUnavailableReason } from './docker.ts';
import { FakeDocker } from './fake-docker.ts';
import { HostMock } from './host-mock.ts';
import { Server } from './server.ts';
import { Traffic } from './traffic.ts';

export { expect } from '@playwright/test';

interface StartOptions {
  /** The address of the Docker daemon; defaults to the address of the fake daemon. */
  docker?: string;
  /** Additional command-line arguments. */
  args?: string[];
}

export type StartServer = (options?: StartOptions) => Promise<Server>;

interface TestFixtures {
  /** Fails the test if the page logs errors or warnings that the test does not allow. */
  complaints: Complaints;
  dashboard: Dashboard;
  fakeDocker: FakeDocker;
  /** A real Docker daemon that has no containers when the test starts. */
  docker: PrivateDocker;
  hostMock: HostMock;
  startServer: StartServer;
  /** Counts requests. Overlapping requests to the same endpoint log an error to the console, which fails the test. */
  traffic: Traffic;
}

interface WorkerFixtures {
  daemon: PrivateDocker | undefined;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints(context);
      await use(complaints);
      complaints.expectNone();
    },
    { auto: true },
  ],

  // Automatic, so overlapping requests are detected in every test.
  traffic: [async ({ context }, use) => use(await Traffic.watch(context)), { auto: true }],

  dashboard: async ({ page }, use) => use(new Dashboard(page)),

  hostMock: async ({ page }, use) => use(await HostMock.install(page)),

  fakeDocker: async ({}, use) => {
    const docker = await FakeDocker.start();
    await use(docker);
    await docker.stop();
  },

  startServer: async ({ context, fakeDocker }, use) => {
    const servers: Server[] = [];
    await use(async ({ docker = fakeDocker.address, args = [] } = {}) => {
      const server = await Server.start(docker, args);
      servers.push(server);
      return server;
    });
    // Close the pages first, or they would poll a stopped server.
    await Promise.all(context.pages().map((page) => page.close()));
    await Promise.all(servers.map((server) => server.stop()));
  },

  daemon: [
    async ({}, use) => {
      if (dockerUnavailableReason()) return use(undefined);
      const docker = await PrivateDocker.start();
      await use(docker);
      await docker.remove();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  docker: async ({ daemon }, use, testInfo) => {
    if (!daemon) {
      // CI has everything installed, so skipping the test there would hide a problem.
      if (process.env['CI']) throw new Error(dockerUnavailableReason());
      testInfo.skip(true, dockerUnavailableReason());
      return;
    }
    await daemon.start();
    await daemon.removeContainers();
    await use(daemon);
  },
});
