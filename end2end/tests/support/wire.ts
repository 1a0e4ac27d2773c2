// The wire as README has it in "Endpoints". What the tests answer in the server's place is built here, so that a new field
// has one place.

/** Answer of `GET /api/telemetry/host`. */
export interface HostAnswer {
  hostname: string;
  cpu: { percent: number; count: number } | null;
  memory: Memory | null;
  swap: Space | null;
  disk: Disk | null;
  timestamp: string;
  age_seconds: number;
  stale: boolean;
  errors: Record<string, string>;
}

export interface Space {
  percent: number;
  used_gb: number;
  total_gb: number;
}

export interface Memory extends Space {
  available_gb: number;
}

export interface Disk extends Space {
  read_only: boolean;
}

/** Answer of `GET /api/telemetry/containers`. */
export interface ContainersAnswer {
  running_count: number | null;
  measured_count: number | null;
  total_cpu_percent: number | null;
  total_memory_mb: number | null;
  split: { cpu_percent: Split | null; memory_percent: Split | null; memory_mb: Split | null };
  containers: ContainerRow[];
  timestamp: string;
  age_seconds: number;
  stale: boolean;
}

export interface Split {
  host: number;
  containers: number;
  other: number;
  clamped: boolean;
}

export interface ContainerRow {
  id: string;
  name: string;
  cpu: number | null;
  cpu_host_percent: number | null;
  memory_mb: number | null;
  memory_limit_mb: number | null;
  cpu_limit_cores: number | null;
  state: 'running' | 'paused' | 'restarting';
  stale: boolean;
  error?: string;
}

/** Answer of `GET /api/telemetry/history`. */
export interface HistoryAnswer {
  interval_seconds: number;
  host: HostPoint[];
  totals: TotalsPoint[];
  containers: { id: string; cpu: (number | null)[] }[];
}

export interface HostPoint {
  timestamp: string;
  cpu: number | null;
  memory: number | null;
}

export interface TotalsPoint {
  timestamp: string;
  total_cpu_percent: number | null;
  total_memory_mb: number | null;
  cpu_host_percent: number | null;
  memory_host_percent: number | null;
}

/** Any endpoint's answer with a status that is not 200. */
export interface ErrorAnswer {
  detail: string;
  reason?: string;
}

export type Wire = ReturnType<typeof builders>;

/**
 * Makes the functions that build the wire's answers. What is given is rounded as on the wire, and the rest is derived
 * from it, so that the numbers add up.
 *
 * They are in one function that names nothing outside of itself, because its text also runs in a page: see `fleet`.
 */
export function builders() {
  /** How many samples of a series the server keeps. */
  const CAPACITY = 60;

  const oneDecimal = (value: number) => Math.round(value * 10) / 10;
  const rounded = (value: number | null | undefined) => (value == null ? null : oneDecimal(value));

  /** The same moment on the wire; in milliseconds. */
  function timestamp(time: number): string {
    return new Date(time).toISOString().replace('Z', '000Z');
  }

  function cpu(percent: number, count = 8): { percent: number; count: number } {
    return { percent: oneDecimal(percent), count };
  }

  function space(percent: number, total_gb: number): Space {
    return { percent: oneDecimal(percent), used_gb: oneDecimal((percent * total_gb) / 100), total_gb };
  }

  function memory(percent: number, total_gb = 20): Memory {
    const used = space(percent, total_gb);
    return { ...used, available_gb: oneDecimal(total_gb - used.used_gb) };
  }

  function disk(percent: number, total_gb = 200, read_only = false): Disk {
    return { ...space(percent, total_gb), read_only };
  }

  /** A quiet host, as far as nothing else is given. */
  function host(given: Partial<HostAnswer> & { timestamp: string }): HostAnswer {
    return {
      hostname: 'atlas-01',
      cpu: cpu(7.5),
      memory: memory(62.3),
      swap: null,
      disk: disk(54.1),
      age_seconds: 0,
      stale: false,
      errors: {},
      ...given,
    };
  }

  /** A running container that has no limits, as far as nothing else is given; its numbers are null unless given. */
  function row(given: Partial<ContainerRow> & { name: string }, cores: number): ContainerRow {
    const { cpu = null, cpu_host_percent = cpu === null ? null : cpu / cores, memory_mb } = given;
    return {
      id: given.name,
      memory_limit_mb: null,
      cpu_limit_cores: null,
      state: 'running',
      stale: false,
      ...given,
      cpu: rounded(cpu),
      cpu_host_percent: rounded(cpu_host_percent),
      memory_mb: rounded(memory_mb),
    };
  }

  /** The sum of what has a value; null where nothing has. */
  function total(values: (number | null)[]): number | null {
    const known = values.filter((value) => value !== null);
    return known.length ? oneDecimal(known.reduce((sum, value) => sum + value, 0)) : null;
  }

  /** What the host uses, in two parts; the containers' part is the whole at most. */
  function split(host: number, containers: number): Split {
    const [whole, part] = [oneDecimal(host), Math.min(oneDecimal(containers), oneDecimal(host))];
    return { host: whole, containers: part, other: oneDecimal(whole - part), clamped: containers > host };
  }

  /**
   * A scrape of these rows at the moment of the host's sample, but for the `changes`. `cached` is the part of the
   * containers' memory that is file cache, which the host does not count as used.
   */
  function containers(
    rows: readonly ContainerRow[],
    { cpu, memory, timestamp }: HostAnswer,
    { cached = 0, ...changes }: Partial<ContainersAnswer> & { cached?: number } = {},
  ): ContainersAnswer {
    const measured = rows.filter((row) => row.cpu !== null && !row.stale);
    const [cpuTotal, mibTotal] = [total(measured.map((row) => row.cpu)), total(measured.map((row) => row.memory_mb))];
    const mibOfHost = (memory?.total_gb ?? 0) * 1024;
    const mibUsed = mibTotal === null ? null : mibTotal * (1 - cached);
    return {
      running_count: rows.filter((row) => row.state !== 'restarting').length,
      measured_count: measured.length,
      total_cpu_percent: cpuTotal,
      total_memory_mb: mibTotal,
      split: {
        cpu_percent: cpu && cpuTotal !== null ? split(cpu.percent, cpuTotal / cpu.count) : null,
        memory_percent: memory && mibUsed !== null ? split(memory.percent, (100 * mibUsed) / mibOfHost) : null,
        memory_mb: memory && mibUsed !== null ? split((memory.percent * mibOfHost) / 100, mibUsed) : null,
      },
      containers: rows.toSorted((one, other) => (other.cpu ?? -1) - (one.cpu ?? -1)),
      timestamp,
      age_seconds: 0,
      stale: false,
      ...changes,
    };
  }

  /** The newest of these samples and scrapes, each the oldest first. */
  function history(interval_seconds: number, samples: readonly HostAnswer[], scrapes: readonly ContainersAnswer[]): HistoryAnswer {
    const kept = scrapes.slice(-CAPACITY);
    const cpus = kept.map(({ containers }) => new Map(containers.map(({ id, cpu, stale }) => [id, stale ? null : cpu])));
    return {
      interval_seconds,
      host: samples.slice(-CAPACITY).map(({ timestamp, cpu, memory }) => ({
        timestamp,
        cpu: cpu?.percent ?? null,
        memory: memory?.percent ?? null,
      })),
      totals: kept.map(({ timestamp, total_cpu_percent, total_memory_mb, split }) => ({
        timestamp,
        total_cpu_percent,
        total_memory_mb,
        cpu_host_percent: split.cpu_percent?.containers ?? null,
        memory_host_percent: split.memory_percent?.containers ?? null,
      })),
      containers: (kept.at(-1)?.containers ?? []).map(({ id }) => ({ id, cpu: cpus.map((cpu) => cpu.get(id) ?? null) })),
    };
  }

  /** The answer with status 503 of a server whose Docker cannot be reached. */
  function noDocker(reason: string): ErrorAnswer {
    return { detail: 'Docker not available', reason };
  }

  return { CAPACITY, timestamp, cpu, memory, disk, space, host, row, containers, history, noDocker };
}

/** The builders, for what runs outside of a page. */
export const wire: Wire = builders();
