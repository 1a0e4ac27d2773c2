import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// Not part of the suite: it compiles for minutes.
export default defineConfig(base, { testDir: './watch', workers: 1, timeout: 20 * 60_000 });
