import { defineConfig } from '@playwright/test';

// Chromium waits for a session bus that is configured but not running.
delete process.env['DBUS_SESSION_BUS_ADDRESS'];

export default defineConfig({
  testDir: 'tests',
  workers: 2,
  retries: 0,
  reporter: 'list',
  forbidOnly: Boolean(process.env['CI']),
  timeout: 120_000,
  // A busy machine is slow; that must not fail a test.
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    colorScheme: 'light',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      // The system's browser, so that nothing is downloaded.
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Sends any remaining background requests to a dead proxy; loopback bypasses it.
        '--proxy-server=127.0.0.1:9',
      ],
    },
  },
});
