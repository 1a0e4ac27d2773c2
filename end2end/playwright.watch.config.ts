import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// Not part of the suite, because compiling takes minutes.
export default defineConfig(base, { testDir: './watch', workers: 1, timeout: 20 * 60_000 });
