import type { Page, Route } from '@playwright/test';
import { NOON } from './dashboard.ts';
import { type ContainerRow, type ContainersResponse, type HistoryResponse, type HostResponse, wire } from './wire.ts';

/** A mocked container: its shares of the host's CPU and memory in percent, plus any fields of its row. */
export interface MockedContainer extends Partial<ContainerRow> {
  name: string;
  cpuShare?: number;
  memoryShare?: number;
}

/**
 * Mocks the host's endpoints for a frozen page: each poll gets a new sample, dated one interval after the previous
 * sample. The containers come from the real server unless `run` replaces them.
 */
export class HostMock {
  #changes: Partial<HostResponse> = {};
  #fails: false | 'refused' | 'hangs' = false;
  #measures = true;
  #containers: readonly MockedContainer[] | undefined;
  #scrapeChanges: Partial<ContainersResponse> = {};
  #interval: number | undefined;
  #polls = 0;
  #scrapes = 0;
  readonly #samples: HostResponse[] = [];
  readonly #measured: ContainersResponse[] = [];

  private constructor() {}

  static async install(page: Page): Promise<HostMock> {
    const mock = new HostMock();
    await page.route('**/api/telemetry/host', async (route) => {
      // Sample times advance even if the poll fails.
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

  /** From the next poll on, responds with a quiet host with these fields replaced, even after `fail` or `hang`. */
  respondWith(changes: Partial<HostResponse>): void {
    this.#fails = false;
    this.#measures = true;
    this.#changes = changes;
  }

  /** From the next poll on, also responds with these containers; `changes` overrides fields of the response. */
  run(containers: readonly MockedContainer[], changes: Partial<ContainersResponse> = {}): void {
    this.#containers = containers;
    this.#scrapeChanges = changes;
  }

  /** From the next poll on, refuses requests. `measures` says whether the mocked server keeps taking samples. */
  fail({ measures = true } = {}): void {
    this.#fails = 'refused';
    this.#measures = measures;
  }

  /** From the next poll on, never responds. */
  hang(): void {
    this.#fails = 'hangs';
  }

  async #reply(route: Route, json: unknown): Promise<void> {
    if (this.#fails === 'refused') await route.abort();
    if (!this.#fails) await route.fulfill({ json });
  }

  #host(timestamp: string): HostResponse {
    return wire.host({ timestamp, ...this.#changes });
  }

  async #intervalOf(route: Route): Promise<number> {
    return (this.#interval ??= (await serversHistory(route)).interval_seconds);
  }

  #time(poll: number, interval: number): string {
    return wire.timestamp(NOON.getTime() + poll * interval * 1000);
  }
}

function row({ cpuShare = 0, memoryShare = 0, ...others }: MockedContainer, { cpu, memory }: HostResponse): ContainerRow {
  const [cores, mib] = [cpu?.count ?? 8, (memory?.total_gb ?? 20) * 1024];
  return wire.row({ cpu: cpuShare * cores, memory_mb: (memoryShare * mib) / 100, ...others }, cores);
}

/** The real server's history. */
async function serversHistory(route: Route): Promise<HistoryResponse> {
  const answer = await route.fetch({ url: new URL('history', route.request().url()).href });
  return (await answer.json()) as HistoryResponse;
}
