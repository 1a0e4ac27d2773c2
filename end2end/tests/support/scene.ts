import type { Page, Route } from '@playwright/test';
import { type Dashboard, NOON } from './dashboard.ts';
import type { FakeDocker } from './fake-docker.ts';
import type { HostAnswer } from './host-mock.ts';
import { AGENTS, type Agent, type Scene } from './states.ts';
import { type StartServer, expect } from './test.ts';

const INTERVAL = 5;
const CAPACITY = 60;
/** Samples that nobody took, for a gap to be seen. */
const GAP = [-37, -36];
/** File cache in the containers' memory, which the host does not count. */
const CACHE = 0.06;

const oneDecimal = (value: number) => Math.round(value * 10) / 10;
const sum = (values: (number | null)[]) => oneDecimal(values.reduce<number>((total, value) => total + (value ?? 0), 0));
const timestamp = (round: number) => new Date(NOON.getTime() + round * INTERVAL * 1000).toISOString().replace('Z', '000Z');

/** A load that swells and ebbs, as work does, and stays as it is from the first round on. */
function swell(now: number, round: number): number {
  const early = Math.min(round, 0);
  return oneDecimal(Math.min(100, Math.max(0, now * (1 + Math.sin(early / 7) / 4 + Math.sin(early / 1.9) / 9))));
}

/** Answers the page's polls as the server would whose host is in such a scene; the numbers add up. */
export class Stage {
  /** The newest sample's number. */
  #round = 0;
  #isGone = false;
  readonly #scene: Scene;
  readonly #agents: Agent[];
  readonly #host: { cores: number; cpu: number; memory: { used: number; total: number }; disk: number };

  constructor(scene: Scene) {
    const { agents = AGENTS, cores = 8, cpu = 41.3, memory = { used: 9.3, total: 20 }, disk = 34.1 } = scene;
    this.#scene = scene;
    this.#agents = agents.toSorted((one, other) => (other.cpu ?? -1) - (one.cpu ?? -1));
    this.#host = { cores, cpu, memory, disk };
  }

  /** Shows the scene on the page, as the server's answers make it. */
  async play(dashboard: Dashboard, startServer: StartServer): Promise<void> {
    const { hostname = 'atlas-01', begins, gone } = this.#scene;
    const { page } = dashboard;
    const args = ['--interval', String(INTERVAL), '--hostname', hostname, '--container-noun', 'agent'];
    const server = await startServer({ args });
    await page.route('**/api/telemetry/*', (route) => this.#reply(route));
    await dashboard.openFrozen(server.url);
    // A culprit is named in the second round.
    for (let poll = 0; poll < (begins ? 1 : 2); poll += 1) await dashboard.nextPoll(INTERVAL);
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
      this.#round += 1;
      return route.fulfill({ json: this.#hostAnswer() });
    }
    if (endpoint === 'history') return route.fulfill({ json: this.#history() });
    const { noDocker } = this.#scene;
    if (noDocker) return route.fulfill({ status: 503, json: { detail: 'Docker not available', reason: noDocker } });
    return route.fulfill({ json: this.#containers() });
  }

  #hostAnswer(): HostAnswer {
    const { begins, overdue = 0 } = this.#scene;
    const { cores, cpu, memory, disk } = this.#host;
    const { used, total } = memory;
    return {
      hostname: 'atlas-01',
      cpu: begins ? null : { percent: cpu, count: cores },
      memory: { percent: this.#percent(used), used_gb: used, total_gb: total, available_gb: oneDecimal(total - used) },
      swap: { percent: 10, used_gb: 0.2, total_gb: 2 },
      disk: { percent: disk, used_gb: oneDecimal(2 * disk), total_gb: 200 },
      timestamp: timestamp(this.#round),
      age_seconds: overdue,
      stale: overdue > 0,
      errors: begins ? { cpu: 'no sample before this one' } : {},
    };
  }

  #containers(): unknown {
    const { overdue = 0 } = this.#scene;
    const age = { timestamp: timestamp(this.#round), age_seconds: overdue, stale: overdue > 0 };
    const none = { running_count: null, measured_count: null, total_cpu_percent: null, total_memory_mb: null };
    const unknown = { cpu_percent: null, memory_percent: null, memory_mb: null };
    if (this.#scene.begins) return { ...none, split: unknown, containers: [], ...age };
    const { cores, cpu, memory } = this.#host;
    const { cpu: cpus, memory: used, measured } = this.#totals();
    const part = (host: number, containers: number) => ({ host, containers, other: oneDecimal(host - containers), clamped: false });
    return {
      running_count: this.#agents.filter((agent) => agent.state !== 'restarting').length,
      measured_count: measured,
      total_cpu_percent: measured ? cpus : null,
      total_memory_mb: measured ? used : null,
      split: measured
        ? {
            cpu_percent: part(cpu, oneDecimal(cpus / cores)),
            memory_percent: part(this.#percent(memory.used), this.#percent((used * (1 - CACHE)) / 1024)),
            memory_mb: part(oneDecimal(memory.used * 1024), oneDecimal(used * (1 - CACHE))),
          }
        : unknown,
      containers: this.#agents.map(({ name, cpu, memory, limit, state = 'running', stale = false, error }, index) => ({
        id: id(index),
        name,
        cpu: cpu === null ? null : oneDecimal(cpu),
        cpu_host_percent: cpu === null ? null : oneDecimal(cpu / cores),
        memory_mb: memory === null ? null : oneDecimal(memory),
        memory_limit_mb: limit ?? null,
        cpu_limit_cores: index % 3 ? null : 1.5,
        state,
        stale,
        ...(error && { error }),
      })),
      ...age,
    };
  }

  #history(): unknown {
    const { begins, noDocker } = this.#scene;
    const { cores, cpu, memory } = this.#host;
    const totals = this.#totals();
    const all = Array.from({ length: CAPACITY }, (_, index) => this.#round - CAPACITY + 1 + index);
    const rounds = begins ? [this.#round] : all.filter((round) => !GAP.includes(round));
    const measured = begins || noDocker ? [] : rounds;
    const memoryPercent = this.#percent(memory.used);
    return {
      interval_seconds: INTERVAL,
      host: rounds.map((round) => ({
        timestamp: timestamp(round),
        cpu: begins ? null : swell(cpu, round),
        memory: oneDecimal(memoryPercent * (1 + Math.min(round, 0) / 400)),
      })),
      totals: measured.map((round) => ({
        timestamp: timestamp(round),
        total_cpu_percent: cores * swell(totals.cpu / cores, round),
        total_memory_mb: totals.memory,
        cpu_host_percent: swell(totals.cpu / cores, round),
        memory_host_percent: this.#percent((totals.memory * (1 - CACHE)) / 1024),
      })),
      containers: this.#agents.map(({ cpu }, index) => ({
        id: id(index),
        cpu: measured.map((round) => (cpu === null ? null : oneDecimal(cores * swell(cpu / cores, round + index)))),
      })),
    };
  }

  #percent(gib: number): number {
    return oneDecimal((100 * gib) / this.#host.memory.total);
  }

  /** Of those that were measured in the last round. */
  #totals(): { cpu: number; memory: number; measured: number } {
    const measured = this.#agents.filter(({ cpu, stale }) => cpu !== null && !stale);
    return { cpu: sum(measured.map(({ cpu }) => cpu)), memory: sum(measured.map(({ memory }) => memory)), measured: measured.length };
  }
}

function id(index: number): string {
  return index.toString(16).padStart(12, '0');
}

/**
 * Shows the first HTML without its scripts, with agents as a daemon has them. The page could run scripts, so that it can
 * be looked at with some.
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
