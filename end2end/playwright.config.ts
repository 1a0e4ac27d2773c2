import { defineConfig } from '@playwright/test';

// Chromium waits for a session bus that is named but not there.
delete process.env['DBUS_SESSION_BUS_ADDRESS'];

export default defineConfig({
  testDir: 'tests',
  workers: 2,
  retries: 0,
  reporter: 'list',
  forbidOnly: Boolean(process.env['CI']),
  timeout: 120_000,
  // A busy machine is slow, not wrong.
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    colorScheme: 'light',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      // The system's browser: nothing is downloaded.
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // What it asks of its makers all the same goes to a proxy that is not there; loopback is reached without one.
        '--proxy-server=127.0.0.1:9',
      ],
    },
  },
});
