import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { FullConfig, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** How many lines of an error are written: the expectation, what was received, and how often it was tried. */
const LINES = 12;

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
    const { file, line } = error?.location ?? test.location;
    const lines = stripVTControlCharacters(error?.message ?? status).split('\n');
    const reason = lines.filter((line) => line.trim() !== '').slice(0, LINES);
    this.#failed.push([`${relative(this.#root, file)}:${line} › ${test.title}`, ...reason, ''].join('\n    '));
  }

  async onEnd(): Promise<void> {
    const folder = join(this.#root, 'test-results');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'failures.txt'), this.#failed.join('\n'));
  }
}
