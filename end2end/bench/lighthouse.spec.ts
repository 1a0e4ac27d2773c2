import type { LaunchOptions } from '@playwright/test';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '../tests/support/test.ts';
import { quantile } from './quantile.ts';

const RUNS = 5;
/** What the median of each category has to reach, of 100. */
const BARS = { performance: 95, accessibility: 100, 'best-practices': 100 };
const NAMES = ['researcher', 'coder', 'scribe', 'reviewer', 'planner', 'tester', 'librarian', 'translator'];
const REPORT_BYTES = 2 ** 26;
const run = promisify(execFile);

/** What is read of Lighthouse's report. A score goes from 0 to 1, and is null where there is nothing to judge. */
interface Report {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { title: string; score: number | null; displayValue?: string }>;
}

/** Has Lighthouse load the page in a Chromium of its own, which scripts/lighthouse.sh puts on the PATH. */
async function audit(url: string, form: string, { executablePath, args = [] }: LaunchOptions): Promise<Report> {
  const options = [
    '--output=json',
    '--quiet',
    // Errors would be reported to its makers.
    '--no-enable-error-reporting',
    `--only-categories=${Object.keys(BARS).join()}`,
    `--chrome-flags=${['--headless=new', ...args].join(' ')}`,
    // A phone is what it takes without being told.
    ...(form === 'desktop' ? ['--preset=desktop'] : []),
  ];
  const env = { ...process.env, CHROME_PATH: executablePath };
  const { stdout } = await run('lighthouse', [url, ...options], { env, maxBuffer: REPORT_BYTES });
  return JSON.parse(stdout) as Report;
}

/** What any of the runs found to be less than perfect, with the worst score. */
function shortcomings(reports: readonly Report[]): string[] {
  const worst = new Map<string, { score: number; text: string }>();
  for (const { title, score, displayValue } of reports.flatMap(({ audits }) => Object.values(audits))) {
    if (score === null || score >= (worst.get(title)?.score ?? 1)) continue;
    worst.set(title, { score, text: `  ${score.toFixed(2)}  ${title}${displayValue ? `: ${displayValue}` : ''}` });
  }
  return [...worst.values()].map(({ text }) => text);
}

for (const form of ['desktop', 'mobile']) {
  test(`Lighthouse is content, ${form}`, async ({ fakeDocker, launchOptions, startServer }) => {
    fakeDocker.containers = NAMES.map((name, index) => ({ name, cpu: 10 + index, memoryMib: 256, memoryLimitMib: 1024 }));
    const server = await startServer({ args: ['--container-noun', 'agent'] });
    // The second scrape is the first that knows the containers' CPU.
    await expect.poll(async () => (await server.history()).totals.length, { timeout: 20_000 }).toBeGreaterThan(1);

    const reports: Report[] = [];
    while (reports.length < RUNS) reports.push(await audit(server.url, form, launchOptions));
    for (const [category, bar] of Object.entries(BARS)) {
      const scores = reports.map(({ categories }) => Math.round(100 * (categories[category]?.score ?? NaN)));
      const median = quantile(scores, 0.5);
      console.log(`${form}, ${category}: ${scores.join(', ')}; median ${median}`);
      expect.soft(median, category).toBeGreaterThanOrEqual(bar);
    }
    console.log(['Less than perfect:', ...shortcomings(reports)].join('\n'));
  });
}
