import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// Apart from the suite: what takes the time is to have the machine to itself.
export default defineConfig(base, { testDir: './bench', workers: 1, timeout: 10 * 60_000 });
