import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// Playwright only runs these tests. Of the three browsers, it can drive just Chromium: its Firefox and WebKit are builds
// of its own, which are not packaged.
export default defineConfig(base, {
  testDir: './browsers',
  projects: (['chromium', 'firefox', 'webkit'] as const).map((browserName) => ({ name: browserName, use: { browserName } })),
});
