import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// Not part of the suite, because benchmarks need the machine to themselves.
export default defineConfig(base, { testDir: './bench', workers: 1, timeout: 10 * 60_000 });
