// The wire format described under "Endpoints" in the README. Every mocked response is built here, so a new field has to
// be added only once.

/** The response of `GET /api/telemetry/host`. */
export interface HostResponse {
  hostname: string;
  cpu: { percent: number; count: number } | null;
  memory: Memory | null;
  swap: Space | null;
  disk: Disk | null;
  high_since: { cpu: string | null; memory: string | null; disk: string | null };
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
  path: string;
}

/** The response of `GET /api/telemetry/containers`. */
export interface ContainersResponse {
  running_count: number | null;
  measured_count: number | null;
  total_cpu_percent: number | null;
  total_memory_mb: number | null;
  split: { cpu_percent: Split | null; memory_percent: Split | null; memory_mb: Split | null };
  culprits: { cpu: Culprit | null; memory: Culprit | null };
  engine: 'docker' | 'podman' | null;
  events: Event[];
  total_memory_limit_mb: number | null;
  listed_at: string | null;
  containers: ContainerRow[];
  timestamp: string;
  age_seconds: number;
  list_age_seconds: number;
  stale: boolean;
}

export interface Event {
  timestamp: string;
  kind: 'started' | 'stopped' | 'restarted';
  id: string;
  name: string;
  count: number;
}

export interface Split {
  host: number;
  containers: number;
  other: number;
  clamped: boolean;
  includes_cache: boolean;
}

export interface Culprit {
  kind: 'container' | 'containers' | 'other';
  id: string;
  name: string;
  percent: number;
  count: number;
}

export interface ContainerRow {
  id: string;
  name: string;
  full_name: string;
  cpu: number | null;
  cpu_host_percent: number | null;
  memory_mb: number | null;
  memory_host_percent: number | null;
  memory_limit_mb: number | null;
  cpu_limit_cores: number | null;
  limits_known: boolean;
  image: string | null;
  started_at: string | null;
  restart_count: number | null;
  source: 'cgroup' | 'engine' | null;
  state: 'running' | 'paused' | 'stopping' | 'restarting';
  stale: boolean;
  error?: string;
}

/** The response of `GET /api/telemetry/history`. */
export interface HistoryResponse {
  interval_seconds: number;
  host: HostPoint[];
  totals: TotalsPoint[];
  containers: Trend[];
}

export interface Trend {
  id: string;
  name: string;
  cpu: (number | null)[];
  memory: (number | null)[];
  memory_host_percent: (number | null)[];
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

/** The body of any response whose status is not 200. */
export interface ErrorResponse {
  detail: string;
  reason?: string;
  since?: string;
}

export type Wire = ReturnType<typeof builders>;

/**
 * Returns the functions that build responses. They round the given values as the server does and derive all other
 * values, so the numbers add up.
 *
 * This function must not refer to anything outside itself, because its source also runs in the page: see `fleet`.
 */
export function builders() {
  /** The number of samples that the server keeps per series. */
  const CAPACITY = 60;
  /** From this utilization on, in percent, a metric is in trouble. */
  const HIGH_FROM = 75;
  /** How long a metric has been in trouble, in milliseconds. */
  const HIGH_FOR = 125_000;

  const oneDecimal = (value: number) => Math.round(value * 10) / 10;
  const rounded = (value: number | null | undefined) => (value == null ? null : oneDecimal(value));

  /** Formats milliseconds since the epoch the way the server formats timestamps. */
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
    return { ...space(percent, total_gb), read_only, path: '/' };
  }

  /** A quiet host, with the given fields replaced. A metric that is high has been so for `HIGH_FOR`. */
  function host(given: Partial<HostResponse> & { timestamp: string }): HostResponse {
    const merged = {
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
    const since = timestamp(Date.parse(given.timestamp) - HIGH_FOR);
    const sinceIf = (metric: { percent: number; read_only?: boolean } | null) =>
      metric && metric.percent >= HIGH_FROM && !metric.read_only ? since : null;
    const high_since = { cpu: sinceIf(merged.cpu), memory: sinceIf(merged.memory), disk: sinceIf(merged.disk) };
    return { high_since, ...merged };
  }

  /**
   * A running container without limits, with the given fields replaced. Numbers default to null, except that
   * `cpu_host_percent` is derived from `cpu`; `containers` derives `memory_host_percent`.
   */
  function row(given: Partial<ContainerRow> & { name: string }, cores: number): ContainerRow {
    const { cpu = null, cpu_host_percent = cpu === null ? null : cpu / cores, memory_mb } = given;
    return {
      id: given.name,
      full_name: given.name,
      memory_host_percent: null,
      memory_limit_mb: null,
      cpu_limit_cores: null,
      limits_known: true,
      image: 'agent:1.4',
      started_at: null,
      restart_count: 0,
      source: 'cgroup',
      state: 'running',
      stale: false,
      ...given,
      cpu: rounded(cpu),
      cpu_host_percent: rounded(cpu_host_percent),
      memory_mb: rounded(memory_mb),
    };
  }

  /** The sum of all values that are not null; null if every value is null. */
  function total(values: (number | null)[]): number | null {
    const known = values.filter((value) => value !== null);
    return known.length ? oneDecimal(known.reduce((sum, value) => sum + value, 0)) : null;
  }

  /** Splits the host's usage into the containers' part, which is clamped to the host's usage, and everything else. */
  function split(host: number, containers: number): Split {
    const [whole, part] = [oneDecimal(host), Math.min(oneDecimal(containers), oneDecimal(host))];
    return { host: whole, containers: part, other: oneDecimal(whole - part), clamped: containers > host, includes_cache: false };
  }

  /**
   * Who stands out, by the server's rules, but at once: the server waits for a second scrape. `share` returns a row's
   * share of the host in percent.
   */
  function culprit(split: Split | null, rows: readonly ContainerRow[], share: (row: ContainerRow) => number | null): Culprit | null {
    if (!split || split.host < HIGH_FROM) return null;
    const known = rows.filter((row) => !row.stale && share(row) !== null).map((row) => ({ row, share: share(row) ?? 0 }));
    const top = known.toSorted((one, other) => other.share - one.share)[0];
    const isComplete = rows.every((row) => row.state === 'restarting' || (!row.stale && row.cpu !== null));
    if (split.other >= split.containers) {
      const isCulprit = isComplete && split.other > split.containers;
      return isCulprit ? { kind: 'other', id: '', name: '', percent: split.other, count: 0 } : null;
    }
    if (top && top.share > split.other && 3 * top.share >= split.host) {
      return { kind: 'container', id: top.row.id, name: top.row.name, percent: oneDecimal(top.share), count: 1 };
    }
    if (known.length < 2) return null;
    return { kind: 'containers', id: '', name: '', percent: split.containers, count: known.length };
  }

  /**
   * A scrape that returned these rows, taken at the time of the host's sample, with `changes` applied. `cached` is the
   * fraction of the containers' memory that is file cache, which the host does not count as used.
   */
  function containers(
    rows: readonly ContainerRow[],
    { cpu, memory, timestamp }: HostResponse,
    { cached = 0, ...changes }: Partial<ContainersResponse> & { cached?: number } = {},
  ): ContainersResponse {
    const current = rows.filter((row) => !row.stale);
    const [cpuTotal, mibTotal] = [total(current.map((row) => row.cpu)), total(current.map((row) => row.memory_mb))];
    const mibOfHost = (memory?.total_gb ?? 0) * 1024;
    const shareOf = (mib: number | null) => (mib === null || !mibOfHost ? null : oneDecimal((100 * mib * (1 - cached)) / mibOfHost));
    const mibUsed = mibTotal === null ? null : mibTotal * (1 - cached);
    const splits = {
      cpu_percent: cpu && cpuTotal !== null ? split(cpu.percent, cpuTotal / cpu.count) : null,
      memory_percent: memory && mibUsed !== null ? split(memory.percent, (100 * mibUsed) / mibOfHost) : null,
      memory_mb: memory && mibUsed !== null ? split((memory.percent * mibOfHost) / 100, mibUsed) : null,
    };
    return {
      running_count: rows.filter((row) => row.state !== 'restarting').length,
      measured_count: current.filter((row) => row.cpu !== null).length,
      total_cpu_percent: cpuTotal,
      total_memory_mb: mibTotal,
      split: splits,
      culprits: {
        cpu: culprit(splits.cpu_percent, rows, (row) => row.cpu_host_percent),
        memory: culprit(splits.memory_percent, rows, (row) => (row.memory_mb === null ? null : (100 * row.memory_mb) / mibOfHost)),
      },
      engine: 'docker',
      events: [],
      total_memory_limit_mb: total(rows.map((row) => row.memory_limit_mb)) ?? 0,
      listed_at: null,
      containers: rows
        .map((row) => ({ ...row, memory_host_percent: row.memory_host_percent ?? shareOf(row.memory_mb) }))
        .toSorted((one, other) => (other.cpu ?? -1) - (one.cpu ?? -1)),
      timestamp,
      age_seconds: 0,
      list_age_seconds: 0,
      stale: false,
      ...changes,
    };
  }

  /** A history of the newest `capacity` samples and scrapes, both ordered oldest first. */
  function history(
    interval_seconds: number,
    samples: readonly HostResponse[],
    scrapes: readonly ContainersResponse[],
    capacity = CAPACITY,
  ): HistoryResponse {
    const kept = scrapes.slice(-capacity);
    const rows = kept.map(({ containers }) => new Map(containers.map((row) => [row.id, row])));
    // Containers that have ended come last.
    const ids = [...new Set(kept.toReversed().flatMap(({ containers }) => containers.map(({ id }) => id)))];
    const values = (id: string, field: 'cpu' | 'memory_mb' | 'memory_host_percent') =>
      rows.map((scrape) => (scrape.get(id)?.stale ? null : (scrape.get(id)?.[field] ?? null)));
    return {
      interval_seconds,
      host: samples.slice(-capacity).map(({ timestamp, cpu, memory }) => ({
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
      containers: ids.map((id) => ({
        id,
        name: rows.findLast((scrape) => scrape.has(id))?.get(id)?.name ?? id,
        cpu: values(id, 'cpu'),
        memory: values(id, 'memory_mb'),
        memory_host_percent: values(id, 'memory_host_percent'),
      })),
    };
  }

  /** The body of the 503 response that the server sends when Docker cannot be reached. */
  function noDocker(reason: string, since: string): ErrorResponse {
    return { detail: 'Docker not available', reason, since };
  }

  return { CAPACITY, timestamp, cpu, memory, disk, space, host, row, containers, history, noDocker };
}

/** The builders for code that runs outside the page. */
export const wire: Wire = builders();
