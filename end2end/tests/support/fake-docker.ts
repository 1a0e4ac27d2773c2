import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { makeTempFolder, removeTempFolder } from './temp.ts';

const CORES = cpus().length;
const NANOSECONDS = 1e6; // per millisecond
const MIB = 2 ** 20;
const SHORT_ID = 12;
/** Inactive file cache, which the server must not count as used memory. */
const INACTIVE_MIB = 8;

/** A container that the fake daemon reports. */
export interface FakeContainer {
  /** The ID as a number, by default the place in the list. */
  id?: number;
  name: string;
  /** As a percentage of one core. */
  cpu?: number;
  /** Memory usage as `docker stats` shows it. */
  memoryMib?: number;
  /** How much of `memoryMib` is active file cache. */
  cacheMib?: number;
  memoryLimitMib?: number;
  /** The CPU limit in cores. */
  cpuLimit?: number;
  /** If set, requests for the container's statistics fail with this message. */
  error?: string;
}

/** A fake Docker daemon for what a real one cannot provide: arbitrary names, dozens of containers, failing statistics. */
export class FakeDocker {
  /** The running containers, which a test may replace while the server is running. */
  containers: FakeContainer[] = [];
  /** The value for `--docker-host`. */
  readonly address: string;
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string) {
    this.#folder = folder;
    this.address = `unix://${folder}/d.sock`;
    this.#server = createServer((request, response) => {
      const [status, body] = this.#answer(request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  static async start(): Promise<FakeDocker> {
    const docker = new FakeDocker(await makeTempFolder());
    docker.#server.listen(join(docker.#folder, 'd.sock'));
    await once(docker.#server, 'listening');
    return docker;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await removeTempFolder(this.#folder);
  }

  #answer(url: string): [status: number, body: unknown] {
    // Clients may prefix the path with the API version.
    const path = url.replace(/^\/v[\d.]+(?=\/)/, '').replace(/\?.*/, '');
    if (path === '/version') return [200, { Version: '28.2.2', ApiVersion: '1.50' }];
    if (path === '/info') return [200, { NCPU: CORES, MemTotal: totalmem() }];
    if (path === '/containers/json') return [200, this.containers.map(summary)];
    const [, index, resource] = /^\/containers\/([0-9a-f]+)\/(json|stats)$/.exec(path) ?? [];
    const id = index && Number.parseInt(index.slice(0, SHORT_ID), 16);
    const container = this.containers.find((container, place) => (container.id ?? place) === id);
    if (!container) return [404, { message: `no such path: ${path}` }];
    if (resource === 'json') return [200, { HostConfig: limits(container) }];
    return container.error ? [500, { message: container.error }] : [200, statistics(container)];
  }
}

/** An entry in the list of containers. The first 12 digits of the ID, which form the short ID, encode its number. */
function summary({ name, id: number }: FakeContainer, index: number): unknown {
  const id = (number ?? index).toString(16).padStart(SHORT_ID, '0').padEnd(64, '0');
  return { Id: id, Names: [`/${name}`], State: 'running', Status: 'Up', Labels: {} };
}

/** The container's limits as Docker reports them, where 0 means no limit. */
function limits({ memoryLimitMib = 0, cpuLimit = 0 }: FakeContainer): unknown {
  return { Memory: memoryLimitMib * MIB, NanoCpus: cpuLimit * 1e9, CpuPeriod: 0, CpuQuota: 0, CpusetCpus: '' };
}

/** The container's statistics, with CPU counters that have risen steadily since this process started. */
function statistics({ cpu = 0, memoryMib = 16, cacheMib = 0, memoryLimitMib }: FakeContainer): unknown {
  const elapsed = Math.round(performance.now() * NANOSECONDS);
  return {
    read: new Date().toISOString(),
    cpu_stats: {
      cpu_usage: { total_usage: Math.round((elapsed * cpu) / 100) },
      system_cpu_usage: elapsed * CORES,
      online_cpus: CORES,
    },
    memory_stats: {
      usage: Math.round((memoryMib + INACTIVE_MIB) * MIB),
      // For a container without a limit, Docker reports the machine's total memory.
      limit: memoryLimitMib === undefined ? totalmem() : memoryLimitMib * MIB,
      stats: { active_file: cacheMib * MIB, inactive_file: INACTIVE_MIB * MIB },
    },
  };
}
