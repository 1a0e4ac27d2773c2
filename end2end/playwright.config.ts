import { defineConfig } from '@playwright/test';

// Without this, Chromium waits for a session bus that is configured but not running.
delete process.env['DBUS_SESSION_BUS_ADDRESS'];

export default defineConfig({
  testDir: 'tests',
  workers: 2,
  retries: 0,
  reporter: [['list'], ['./failures.ts']],
  forbidOnly: Boolean(process.env['CI']),
  // Both are generous, so tests do not fail on a busy machine. The longest test takes a minute on a quiet one.
  timeout: 300_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    colorScheme: 'light',
    // High enough for the table: rows out of sight do not change.
    viewport: { width: 1280, height: 1400 },
    launchOptions: {
      // Use the system's browser, so nothing is downloaded.
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Send any remaining background requests to a dead proxy; requests to loopback addresses bypass it.
        '--proxy-server=127.0.0.1:9',
      ],
    },
  },
});
