import type { Page } from '@playwright/test';

interface Space {
  percent: number;
  used_gb: number;
  total_gb: number;
}

/** Answer of `GET /api/telemetry/host`. */
export interface HostAnswer {
  hostname: string;
  cpu: { percent: number; count: number } | null;
  memory: Space | null;
  disk: Space | null;
  timestamp: string;
  age_seconds: number;
  stale: boolean;
  errors?: Record<string, string>;
}

/** Answers the page's polls of the host in the server's place. */
export class HostMock {
  #changes: Partial<HostAnswer> = {};
  #fails: false | 'refused' | 'hangs' = false;
  #answers = 0;

  private constructor() {}

  static async install(page: Page): Promise<HostMock> {
    const mock = new HostMock();
    await page.route('**/api/telemetry/host', async (route) => {
      if (mock.#fails === 'refused') await route.abort();
      if (!mock.#fails) await route.fulfill({ json: mock.#next() });
    });
    return mock;
  }

  /** From the next poll on, answers with these numbers instead of quiet ones. */
  answer(changes: Partial<HostAnswer>): void {
    this.#fails = false;
    this.#changes = changes;
  }

  /** From the next poll on, answers nothing. */
  fail(): void {
    this.#fails = 'refused';
  }

  /** From the next poll on, leaves requests without an answer. */
  hang(): void {
    this.#fails = 'hangs';
  }

  /** Each answer is a sample of its own. */
  #next(): HostAnswer {
    this.#answers += 1;
    return {
      hostname: 'atlas-01',
      cpu: { percent: 7.5, count: 8 },
      memory: { percent: 62.3, used_gb: 12.5, total_gb: 20 },
      disk: { percent: 54.1, used_gb: 108.2, total_gb: 200 },
      timestamp: new Date(Date.UTC(2026, 0, 13, 12, 0, this.#answers)).toISOString().replace('Z', '000Z'),
      age_seconds: 0,
      stale: false,
      ...this.#changes,
    };
  }
}
