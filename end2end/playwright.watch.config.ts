import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// Apart from the suite: it compiles, for minutes.
export default defineConfig(base, { testDir: './watch', workers: 1, timeout: 20 * 60_000 });
