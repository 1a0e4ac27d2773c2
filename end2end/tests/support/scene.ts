import type { Page, Route } from '@playwright/test';
import { type Dashboard, NOON } from './dashboard.ts';
import type { FakeDocker } from './fake-docker.ts';
import { AGENTS, type Agent, type Scene, idOf } from './states.ts';
import { type StartServer, expect } from './test.ts';
import { type ContainersResponse, type HistoryResponse, type HostResponse, wire } from './wire.ts';

const INTERVAL = 5;
/** How the server divides the last hour at this interval. */
const HOUR = { interval: 30, slots: 120 };
/** Samples that are left out, so the page shows a gap. */
const GAP = [-37, -36];
/** How long Docker has been unavailable at noon, in milliseconds. */
const DOCKER_GONE_FOR = 245_000;
const NO_DOCKER = 'unix:///nonexistent/d.sock';
/** The fraction of the containers' memory that is file cache. */
const CACHED = 0.06;

/** A load in percent that rises and falls until sample 0 and stays at `now` from then on. */
function swell(now: number, sample: number): number {
  const early = Math.min(sample, 0);
  return Math.min(100, Math.max(0, now * (1 + Math.sin(early / 7) / 4 + Math.sin(early / 1.9) / 9)));
}

/** Mocks the server's responses for a scene, with numbers that add up. */
export class Stage {
  /** The number of the newest sample. */
  #sample = 0;
  #isGone = false;
  /** Whether the scene's `eased` or `lostDocker` has come. */
  #isLater = false;
  readonly #scene: Scene;
  readonly #agents: Agent[];
  readonly #machine: { cores: number; cpu: number; memory: { used: number; total: number }; disk: number };

  constructor(scene: Scene) {
    const { agents = AGENTS, cores = 8, cpu = 41.3, memory = { used: 9.3, total: 20 }, disk = 34.1 } = scene;
    this.#scene = scene;
    this.#agents = agents;
    this.#machine = { cores, cpu, memory, disk };
  }

  /** Opens the page and polls until it shows the scene. */
  async play(dashboard: Dashboard, startServer: StartServer): Promise<void> {
    const { hostname = 'atlas-01', begins, noDocker, gone, eased, lostDocker, query, pins } = this.#scene;
    const { page } = dashboard;
    const args = ['--interval', String(INTERVAL), '--hostname', hostname, '--container-noun', 'agent'];
    // The page keeps the containers from the initial HTML, so a scene without containers must start without any.
    const server = await startServer(begins || noDocker ? { docker: NO_DOCKER, args } : { args });
    await page.route('**/api/telemetry/*', (route) => this.#reply(route));
    await dashboard.openFrozen(query ? `${server.url}/?${query}` : server.url);
    // A culprit is named only after the second scrape.
    for (let poll = 0; poll < (begins ? 1 : 2); poll += 1) await dashboard.nextPoll(INTERVAL);
    if (eased !== undefined || lostDocker) {
      this.#isLater = true;
      await dashboard.nextPoll(INTERVAL);
    }
    if (pins) {
      await dashboard.chartOf('cpu').getByRole('slider').click();
      await page.mouse.move(0, 0);
      await expect(dashboard.containers.getByRole('heading')).toHaveText(/ at \d\d:\d\d:\d\d$/);
    }
    if (gone) {
      this.#isGone = true;
      await page.clock.fastForward(gone * 1000);
      await dashboard.nextPoll(INTERVAL);
    }
  }

  async #reply(route: Route): Promise<void> {
    const endpoint = new URL(route.request().url()).pathname.split('/').at(-1);
    if (this.#isGone) return route.abort();
    if (endpoint === 'host') {
      this.#sample += 1;
      return route.fulfill({ json: this.#host(this.#sample) });
    }
    const isHour = route.request().url().endsWith('?minutes=60');
    if (endpoint === 'history') return route.fulfill({ json: isHour ? this.#hour() : this.#history() });
    const { noDocker = this.#isLater ? this.#scene.lostDocker : undefined } = this.#scene;
    if (noDocker) return route.fulfill({ status: 503, json: wire.noDocker(noDocker, wire.timestamp(NOON.getTime() - DOCKER_GONE_FOR)) });
    return route.fulfill({ json: this.#containers(this.#sample) });
  }

  #host(sample: number): HostResponse {
    const host = this.#busyHost(sample);
    const { eased } = this.#scene;
    return this.#isLater && eased !== undefined && sample === this.#sample ? { ...host, cpu: wire.cpu(eased, this.#machine.cores) } : host;
  }

  #busyHost(sample: number): HostResponse {
    const { begins } = this.#scene;
    const { cores, cpu, memory, disk } = this.#machine;
    const percent = (100 * memory.used) / memory.total;
    return wire.host({
      cpu: begins ? null : wire.cpu(swell(cpu, sample), cores),
      memory: wire.memory(percent * (1 + Math.min(sample, 0) / 400), memory.total),
      swap: wire.space(10, 2),
      disk: wire.disk(disk),
      errors: begins ? { cpu: 'no sample before this one' } : {},
      ...this.#age(sample),
    });
  }

  #containers(sample: number): ContainersResponse {
    const host = this.#busyHost(sample);
    if (this.#scene.begins) return wire.containers([], host, { running_count: null, measured_count: null, ...this.#age(sample) });
    const { cores } = this.#machine;
    const rows = this.#agents.map(({ name, cpu, memory, limit, grows, state = 'running', stale = false, error }, index) =>
      wire.row(
        {
          id: idOf(index),
          name,
          cpu: cpu === null ? null : cores * swell(cpu / cores, sample + index),
          memory_mb: memory !== null && grows && sample < -24 ? 0.8 * memory : memory,
          memory_limit_mb: limit ?? null,
          cpu_limit_cores: index % 3 ? null : 6,
          state,
          // A stale agent was last measured before sample 0.
          stale: stale && sample >= 0,
          ...(error && { error }),
        },
        cores,
      ),
    );
    const events = (this.#scene.events ?? []).map(({ ago, ...event }) => ({
      timestamp: wire.timestamp(NOON.getTime() - ago * 1000),
      id: idOf(this.#agents.findIndex(({ name }) => name === event.name)),
      count: 1,
      ...event,
    }));
    return wire.containers(rows, host, { cached: CACHED, events, ...this.#age(sample) });
  }

  #history(): HistoryResponse {
    const { begins, noDocker } = this.#scene;
    const all = Array.from({ length: wire.CAPACITY }, (_, index) => this.#sample - wire.CAPACITY + 1 + index);
    const samples = begins ? [this.#sample] : all.filter((sample) => !GAP.includes(sample));
    const scrapes = begins || noDocker ? [] : samples;
    return wire.history(INTERVAL, samples.map((sample) => this.#host(sample)), scrapes.map((scrape) => this.#containers(scrape)));
  }

  /** The last hour in which the load was as it is in the samples, but each for half a minute. */
  #hour(): HistoryResponse {
    const samples = Array.from({ length: HOUR.slots }, (_, index) => index - HOUR.slots + 1);
    const newest = Math.floor((this.#sample * INTERVAL) / HOUR.interval);
    const at = (sample: number) => wire.timestamp(NOON.getTime() + (newest + sample) * HOUR.interval * 1000);
    const hosts = samples.map((sample) => ({ ...this.#host(sample), timestamp: at(sample) }));
    const scrapes = samples.map((sample) => ({ ...this.#containers(sample), timestamp: at(sample) }));
    return wire.history(HOUR.interval, hosts, scrapes, HOUR.slots);
  }

  #age(sample: number): { timestamp: string; age_seconds: number; stale: boolean } {
    const { overdue = 0 } = this.#scene;
    return { timestamp: wire.timestamp(NOON.getTime() + sample * INTERVAL * 1000), age_seconds: overdue, stale: overdue > 0 };
  }
}

/**
 * Opens the first HTML without its scripts, with agents from the fake daemon. JavaScript stays enabled because the
 * tests use it to inspect the page.
 */
export async function playWithoutScripts(page: Page, docker: FakeDocker, startServer: StartServer): Promise<void> {
  docker.containers = AGENTS.map(({ name, cpu, memory }) => ({ name, cpu: (cpu ?? 0) / 10, memoryMib: (memory ?? 0) / 10 }));
  const server = await startServer({ args: ['--interval', '1', '--hostname', 'atlas-01', '--container-noun', 'agent'] });
  await expect.poll(async () => (await server.history()).totals.length, { timeout: 15_000 }).toBeGreaterThan(3);
  await page.route(`${server.url}/`, async (route) => {
    const html = await (await route.fetch()).text();
    await route.fulfill({ contentType: 'text/html', body: html.replaceAll(/<script.*?<\/script>/gs, '') });
  });
  await page.goto(server.url);
}
