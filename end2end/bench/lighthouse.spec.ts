import type { LaunchOptions } from '@playwright/test';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '../tests/support/test.ts';
import { quantile } from './quantile.ts';

const RUNS = 5;
/** The minimum median score in each category, out of 100. */
const MINIMUM_SCORES = { performance: 95, accessibility: 100, 'best-practices': 100 };
const NAMES = ['researcher', 'coder', 'scribe', 'reviewer', 'planner', 'tester', 'librarian', 'translator'];
const REPORT_BYTES = 2 ** 26;
const run = promisify(execFile);

/**
 * The fields that this benchmark reads from Lighthouse's report. Scores range from 0 to 1; null means not scored, for
 * example because the audit does not apply.
 */
interface Report {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { title: string; score: number | null; displayValue?: string }>;
}

/** Runs Lighthouse, which scripts/lighthouse.sh adds to the PATH, in a separate Chromium. */
async function audit(url: string, form: string, { executablePath, args = [] }: LaunchOptions): Promise<Report> {
  const options = [
    '--output=json',
    '--quiet',
    // Without this flag, Lighthouse may report errors to Google.
    '--no-enable-error-reporting',
    `--only-categories=${Object.keys(MINIMUM_SCORES).join()}`,
    `--chrome-flags=${['--headless=new', ...args].join(' ')}`,
    // Lighthouse emulates a phone by default.
    ...(form === 'desktop' ? ['--preset=desktop'] : []),
  ];
  const env = { ...process.env, CHROME_PATH: executablePath };
  const { stdout } = await run('lighthouse', [url, ...options], { env, maxBuffer: REPORT_BYTES });
  return JSON.parse(stdout) as Report;
}

/** Every audit that scored below 1 in any run, with its worst score. */
function shortcomings(reports: readonly Report[]): string[] {
  const worst = new Map<string, { score: number; text: string }>();
  for (const { title, score, displayValue } of reports.flatMap(({ audits }) => Object.values(audits))) {
    if (score === null || score >= (worst.get(title)?.score ?? 1)) continue;
    worst.set(title, { score, text: `  ${score.toFixed(2)}  ${title}${displayValue ? `: ${displayValue}` : ''}` });
  }
  return [...worst.values()].map(({ text }) => text);
}

for (const form of ['desktop', 'mobile']) {
  test(`Lighthouse scores meet the minimum on ${form}`, async ({ fakeDocker, launchOptions, startServer }) => {
    fakeDocker.containers = NAMES.map((name, index) => ({ name, cpu: 10 + index, memoryMib: 256, memoryLimitMib: 1024 }));
    const server = await startServer({ args: ['--container-noun', 'agent'] });
    // Containers have CPU usage only from the second scrape on.
    await expect.poll(async () => (await server.history()).totals.length, { timeout: 20_000 }).toBeGreaterThan(1);

    const reports: Report[] = [];
    while (reports.length < RUNS) reports.push(await audit(server.url, form, launchOptions));
    for (const [category, minimum] of Object.entries(MINIMUM_SCORES)) {
      const scores = reports.map(({ categories }) => Math.round(100 * (categories[category]?.score ?? NaN)));
      const median = quantile(scores, 0.5);
      console.log(`${form}, ${category}: ${scores.join(', ')}; median ${median}`);
      expect.soft(median, category).toBeGreaterThanOrEqual(minimum);
    }
    console.log(['Audits below 1:', ...shortcomings(reports)].join('\n'));
  });
}
