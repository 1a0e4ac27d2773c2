import type { Page, Route } from '@playwright/test';
import { NOON } from './dashboard.ts';
import type { History, HostPoint } from './history.ts';
import { type ContainersAnswer, type MockedContainer, round, trends } from './rounds.ts';

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
 * the one before, by the clock of a page that was opened frozen. What there is of containers is the server's, unless
 * `run` says otherwise.
 */
export class HostMock {
  #changes: Partial<HostAnswer> = {};
  #fails: false | 'refused' | 'hangs' = false;
  #measures = true;
  #containers: readonly MockedContainer[] | undefined;
  #roundChanges: Partial<ContainersAnswer> = {};
  #interval: number | undefined;
  #polls = 0;
  #rounds = 0;
  readonly #samples: HostAnswer[] = [];
  readonly #answers: ContainersAnswer[] = [];

  private constructor() {}

  static async install(page: Page): Promise<HostMock> {
    const mock = new HostMock();
    await page.route('**/api/telemetry/host', async (route) => {
      // Time goes on, whatever comes of the poll.
      const sample = mock.#host(mock.#time((mock.#polls += 1), await mock.#intervalOf(route)));
      if (mock.#measures) mock.#samples.push(sample);
      await mock.#reply(route, sample);
    });
    await page.route('**/api/telemetry/containers', async (route) => {
      mock.#rounds += 1;
      if (!mock.#containers) return route.continue();
      const host = mock.#host(mock.#time(mock.#rounds, await mock.#intervalOf(route)));
      const answer = { ...round(mock.#containers, host), ...mock.#roundChanges };
      if (mock.#measures) mock.#answers.push(answer);
      await mock.#reply(route, answer);
    });
    await page.route('**/api/telemetry/history', async (route) => {
      const host = mock.#samples.slice(-CAPACITY).map(point);
      const mocked = mock.#containers && trends(mock.#answers.slice(-CAPACITY));
      await mock.#reply(route, { ...(await serversHistory(route)), host, ...mocked });
    });
    return mock;
  }

  /** From the next poll on, answers with these numbers instead of quiet ones. */
  answer(changes: Partial<HostAnswer>): void {
    this.#fails = false;
    this.#measures = true;
    this.#changes = changes;
  }

  /** From the next poll on, answers for the containers as well: these run, but for the `changes` in the answer. */
  run(containers: readonly MockedContainer[], changes: Partial<ContainersAnswer> = {}): void {
    this.#containers = containers;
    this.#roundChanges = changes;
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

  #host(timestamp: string): HostAnswer {
    return {
      hostname: 'atlas-01',
      cpu: { percent: 7.5, count: 8 },
      memory: { percent: 62.3, used_gb: 12.5, total_gb: 20, available_gb: 7.5 },
      swap: null,
      disk: { percent: 54.1, used_gb: 108.2, total_gb: 200 },
      timestamp,
      age_seconds: 0,
      stale: false,
      errors: {},
      ...this.#changes,
    };
  }

  async #intervalOf(route: Route): Promise<number> {
    return (this.#interval ??= (await serversHistory(route)).interval_seconds);
  }

  #time(poll: number, interval: number): string {
    return new Date(NOON.getTime() + poll * interval * 1000).toISOString().replace('Z', '000Z');
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
