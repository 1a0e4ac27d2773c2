import type { HostAnswer } from './host-mock.ts';

const CORES = 8;
const MEMORY_MIB = 20 * 1024;

/** A container as it is mocked: its shares of the host in percent. */
export interface MockedContainer extends Partial<Row> {
  name: string;
  cpuShare?: number;
  memoryShare?: number;
}

/** A row of `GET /api/telemetry/containers`. */
interface Row {
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

interface Split {
  host: number;
  containers: number;
  other: number;
  clamped: boolean;
}

/** Answer of `GET /api/telemetry/containers`. */
export interface ContainersAnswer {
  running_count: number;
  measured_count: number;
  total_cpu_percent: number;
  total_memory_mb: number;
  split: { cpu_percent: Split | null; memory_percent: Split | null; memory_mb: Split | null };
  containers: Row[];
  timestamp: string;
  age_seconds: number;
  stale: boolean;
}

/** A round of these containers, at the moment and on the host of such an answer. */
export function round(containers: readonly MockedContainer[], { cpu, memory, timestamp }: HostAnswer): ContainersAnswer {
  const rows = containers.map(row).toSorted((a, b) => (b.cpu ?? -1) - (a.cpu ?? -1));
  const [cpuShare, mib] = [sum(rows.map((row) => row.cpu_host_percent)), sum(rows.map((row) => row.memory_mb))];
  return {
    running_count: rows.length,
    measured_count: rows.filter((row) => row.cpu !== null).length,
    total_cpu_percent: sum(rows.map((row) => row.cpu)),
    total_memory_mb: mib,
    split: {
      cpu_percent: cpu && split(cpu.percent, cpuShare),
      memory_percent: memory && split(memory.percent, (100 * mib) / MEMORY_MIB),
      memory_mb: memory && split((memory.percent * MEMORY_MIB) / 100, mib),
    },
    containers: rows,
    timestamp,
    age_seconds: 0,
    stale: false,
  };
}

/** What a history has of these rounds. */
export function trends(rounds: readonly ContainersAnswer[]): { totals: unknown[]; containers: unknown[] } {
  const cpuOf = (of: ContainersAnswer, id: string) => of.containers.find((row) => row.id === id)?.cpu ?? null;
  return {
    totals: rounds.map(({ timestamp, total_cpu_percent, total_memory_mb, split }) => ({
      timestamp,
      total_cpu_percent,
      total_memory_mb,
      cpu_host_percent: split.cpu_percent?.containers ?? null,
      memory_host_percent: split.memory_percent?.containers ?? null,
    })),
    containers: (rounds.at(-1)?.containers ?? []).map(({ id }) => ({ id, cpu: rounds.map((of) => cpuOf(of, id)) })),
  };
}

function row({ name, cpuShare = 0, memoryShare = 0, ...others }: MockedContainer): Row {
  return {
    id: name,
    name,
    cpu: oneDecimal(cpuShare * CORES),
    cpu_host_percent: cpuShare,
    memory_mb: oneDecimal((memoryShare * MEMORY_MIB) / 100),
    memory_limit_mb: null,
    cpu_limit_cores: null,
    state: 'running',
    stale: false,
    ...others,
  };
}

function split(host: number, containers: number): Split {
  const part = Math.min(oneDecimal(containers), oneDecimal(host));
  return { host: oneDecimal(host), containers: part, other: oneDecimal(host - part), clamped: containers > host };
}

function sum(values: (number | null)[]): number {
  return oneDecimal(values.reduce<number>((total, value) => total + (value ?? 0), 0));
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}
