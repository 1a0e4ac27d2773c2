import type { Page, Route } from '@playwright/test';
import { NOON } from './dashboard.ts';
import { type ContainerRow, type ContainersAnswer, type HistoryAnswer, type HostAnswer, wire } from './wire.ts';

/** A container as it is mocked: its shares of the host in percent, or else what its row has. */
export interface MockedContainer extends Partial<ContainerRow> {
  name: string;
  cpuShare?: number;
  memoryShare?: number;
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
  #scrapeChanges: Partial<ContainersAnswer> = {};
  #interval: number | undefined;
  #polls = 0;
  #scrapes = 0;
  readonly #samples: HostAnswer[] = [];
  readonly #measured: ContainersAnswer[] = [];

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
      mock.#scrapes += 1;
      if (!mock.#containers) return route.continue();
      const host = mock.#host(mock.#time(mock.#scrapes, await mock.#intervalOf(route)));
      const rows = mock.#containers.map((container) => row(container, host));
      const answer = wire.containers(rows, host, mock.#scrapeChanges);
      if (mock.#measures) mock.#measured.push(answer);
      await mock.#reply(route, answer);
    });
    await page.route('**/api/telemetry/history', async (route) => {
      const known = await serversHistory(route);
      const { host, ...ofContainers } = wire.history(known.interval_seconds, mock.#samples, mock.#measured);
      await mock.#reply(route, { ...known, host, ...(mock.#containers && ofContainers) });
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
    this.#scrapeChanges = changes;
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
    return wire.host({ timestamp, ...this.#changes });
  }

  async #intervalOf(route: Route): Promise<number> {
    return (this.#interval ??= (await serversHistory(route)).interval_seconds);
  }

  #time(poll: number, interval: number): string {
    return wire.timestamp(NOON.getTime() + poll * interval * 1000);
  }
}

function row({ cpuShare = 0, memoryShare = 0, ...others }: MockedContainer, { cpu, memory }: HostAnswer): ContainerRow {
  const [cores, mib] = [cpu?.count ?? 8, (memory?.total_gb ?? 20) * 1024];
  return wire.row({ cpu: cpuShare * cores, memory_mb: (memoryShare * mib) / 100, ...others }, cores);
}

/** What the real server answers. */
async function serversHistory(route: Route): Promise<HistoryAnswer> {
  const answer = await route.fetch({ url: new URL('history', route.request().url()).href });
  return (await answer.json()) as HistoryAnswer;
}
