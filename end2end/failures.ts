import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { FullConfig, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/**
 * Writes the failed tests, each with its first error, to `test-results/failures.txt`. A caller whose own output follows
 * that of the tests can end with it.
 */
export default class Failures implements Reporter {
  #root = '';
  readonly #failed: string[] = [];

  onBegin(config: FullConfig): void {
    this.#root = config.configFile ? join(config.configFile, '..') : config.rootDir;
  }

  onTestEnd(test: TestCase, { status, error }: TestResult): void {
    if (status === 'passed' || status === 'skipped') return;
    const place = `${relative(this.#root, test.location.file)}:${test.location.line}`;
    const [reason = status] = (error?.message ?? status).split('\n\n');
    this.#failed.push(`${place} › ${test.title}\n${reason.replaceAll(/^/gm, '    ')}\n`);
  }

  async onEnd(): Promise<void> {
    const folder = join(this.#root, 'test-results');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'failures.txt'), this.#failed.join('\n'));
  }
}
