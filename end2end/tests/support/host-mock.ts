import type { Page, Route } from '@playwright/test';
import { NOON } from './dashboard.ts';
import type { History, HostPoint } from './history.ts';

const CAPACITY = 60;

interface Space {
  percent: number;
  used_gb: number;
  total_gb: number;
}

/** Answer of `GET /api/telemetry/host`. */
export interface HostAnswer {
  hostname: string;
  cpu: { percent: number; count: number } | null;
  memory: (Space & { available_gb: number }) | null;
  swap: Space | null;
  disk: Space | null;
  timestamp: string;
  age_seconds: number;
  stale: boolean;
  errors: Record<string, string>;
}

/**
 * Answers what the page asks of the host in the server's place: a sample of its own for each poll, one interval after
 * the one before, by the clock of a page that was opened frozen. What there is of containers is the server's.
 */
export class HostMock {
  #changes: Partial<HostAnswer> = {};
  #fails: false | 'refused' | 'hangs' = false;
  #measures = true;
  #interval: number | undefined;
  #polls = 0;
  readonly #samples: HostAnswer[] = [];

  private constructor() {}

  static async install(page: Page): Promise<HostMock> {
    const mock = new HostMock();
    await page.route('**/api/telemetry/host', async (route) => {
      // Time goes on, whatever comes of the poll.
      const sample = await mock.#sample(route);
      if (mock.#measures) mock.#samples.push(sample);
      await mock.#reply(route, sample);
    });
    await page.route('**/api/telemetry/history', async (route) => {
      const host = mock.#samples.slice(-CAPACITY).map(point);
      await mock.#reply(route, { ...(await serversHistory(route)), host });
    });
    return mock;
  }

  /** From the next poll on, answers with these numbers instead of quiet ones. */
  answer(changes: Partial<HostAnswer>): void {
    this.#fails = false;
    this.#measures = true;
    this.#changes = changes;
  }

  /** From the next poll on, answers nothing; measures all the same, unless told otherwise. */
  fail({ measures = true } = {}): void {
    this.#fails = 'refused';
    this.#measures = measures;
  }

  /** From the next poll on, leaves requests without an answer. */
  hang(): void {
    this.#fails = 'hangs';
  }

  async #reply(route: Route, json: unknown): Promise<void> {
    if (this.#fails === 'refused') await route.abort();
    if (!this.#fails) await route.fulfill({ json });
  }

  async #sample(route: Route): Promise<HostAnswer> {
    this.#interval ??= (await serversHistory(route)).interval_seconds;
    this.#polls += 1;
    const taken = new Date(NOON.getTime() + this.#polls * this.#interval * 1000);
    return {
      hostname: 'atlas-01',
      cpu: { percent: 7.5, count: 8 },
      memory: { percent: 62.3, used_gb: 12.5, total_gb: 20, available_gb: 7.5 },
      swap: null,
      disk: { percent: 54.1, used_gb: 108.2, total_gb: 200 },
      timestamp: taken.toISOString().replace('Z', '000Z'),
      age_seconds: 0,
      stale: false,
      errors: {},
      ...this.#changes,
    };
  }
}

function point({ timestamp, cpu, memory }: HostAnswer): HostPoint {
  return { timestamp, cpu: cpu?.percent ?? null, memory: memory?.percent ?? null };
}

/** What the real server answers. */
async function serversHistory(route: Route): Promise<History> {
  const answer = await route.fetch({ url: new URL('history', route.request().url()).href });
  return (await answer.json()) as History;
}
