import { test as base } from '@playwright/test';
import { Complaints } from './console.ts';
import { Dashboard } from './dashboard.ts';
import { PrivateDocker, whyNoDocker } from './docker.ts';
import { FakeDocker } from './fake-docker.ts';
import { HostMock } from './host-mock.ts';
import { Server } from './server.ts';
import { Traffic } from './traffic.ts';

export { expect } from '@playwright/test';

interface StartOptions {
  /** Address of its Docker; by default the fake one. */
  docker?: string;
  /** More of the command line. */
  args?: string[];
}

export type StartServer = (options?: StartOptions) => Promise<Server>;

interface TestFixtures {
  /** Fails the test where the page complained on the console. */
  complaints: Complaints;
  dashboard: Dashboard;
  fakeDocker: FakeDocker;
  /** A real daemon, without containers. */
  docker: PrivateDocker;
  hostMock: HostMock;
  startServer: StartServer;
  /** Counts requests; a page that asks an endpoint again before it has answered complains on the console. */
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

  // Always there, so that no page asks twice at once without being told of.
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
    // Or they would poll a server that is gone.
    await Promise.all(context.pages().map((page) => page.close()));
    await Promise.all(servers.map((server) => server.stop()));
  },

  daemon: [
    async ({}, use) => {
      if (whyNoDocker()) return use(undefined);
      const docker = await PrivateDocker.start();
      await use(docker);
      await docker.remove();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  docker: async ({ daemon }, use, testInfo) => {
    if (!daemon) {
      // Where everything is supposed to be there, a test that did not run is no success.
      if (process.env['CI']) throw new Error(whyNoDocker());
      testInfo.skip(true, whyNoDocker());
      return;
    }
    await daemon.start();
    await daemon.removeContainers();
    await use(daemon);
  },
});
