import type { ContainerRow, Event } from './wire.ts';

/** A container in a scene. */
export interface Agent {
  name: string;
  /** As a percentage of one core; `null` if it could not be measured. */
  cpu: number | null;
  /** In MiB; `null` if it could not be measured. */
  memory: number | null;
  /** In MiB; omitted if the agent has no limit. */
  limit?: number;
  /** Whether it uses a fifth less memory until two minutes before noon. */
  grows?: boolean;
  state?: ContainerRow['state'];
  stale?: boolean;
  error?: string;
}

/** How a host differs from a quiet host with five agents. */
export interface Scene {
  hostname?: string;
  cores?: number;
  /** In percent. */
  cpu?: number;
  /** In GiB. */
  memory?: { used: number; total: number };
  /** In percent. */
  disk?: number;
  agents?: Agent[];
  /** What happened how many seconds before noon. */
  events?: (Pick<Event, 'kind' | 'name'> & { ago: number; count?: number })[];
  /** The reason Docker is unavailable; omitted if Docker is available. */
  noDocker?: string;
  /** CPU usage in the newest sample, in percent, while the culprit of the samples before is still named. */
  eased?: number;
  /** The reason Docker is unavailable since a moment ago, while the cause of trouble remains. */
  lostDocker?: string;
  /** The age of the newest sample in seconds. If set, the data are stale. */
  overdue?: number;
  /** Seconds since the server disappeared. */
  gone?: number;
  /** Whether the server has just started, with no container scrape yet and no CPU usage, which takes two samples. */
  begins?: boolean;
  /** Whether to show only the first HTML, without scripts. Its host numbers come from the test machine. */
  scriptless?: boolean;
  /** The query of the page's address, which says what the user chose. */
  query?: string;
  /** Whether a moment is pinned in the middle of the charts. */
  pins?: boolean;
  /** Whether to test the panel as well. */
  panel?: boolean;
  /** Whether to picture the page below the header as well. */
  page?: boolean;
}

/** The ID of the container with this index in a scene. */
export function idOf(index: number): string {
  return (index >>> 0).toString(16).padStart(12, '0');
}

/** The default agents in a scene. */
export const AGENTS: Agent[] = [
  { name: 'researcher', cpu: 148.2, memory: 1843.2, limit: 4096 },
  { name: 'coder', cpu: 91.6, memory: 1310.7, limit: 2048 },
  { name: 'reviewer', cpu: 36.4, memory: 742.5, limit: 1024 },
  { name: 'planner', cpu: 8.1, memory: 512.2 },
  { name: 'scribe', cpu: 0.4, memory: 286.9 },
];
const [RESEARCHER, CODER, ...OTHERS] = AGENTS as [Agent, Agent, ...Agent[]];

const HOT_RESEARCHER: Agent = { ...RESEARCHER, cpu: 488.3 };
const LARGE_CODER: Agent = { ...CODER, memory: 12_390.4, limit: 13_312 };

/** Agents with nearly equal shares, so none is a culprit. */
function crowd(size: number, cpu: number, memory: number): Agent[] {
  return Array.from({ length: size }, (_, index) => ({
    name: `worker-${index + 1}`,
    cpu: cpu / size + (index % 7) / 10,
    memory: memory / size + (index % 5),
  }));
}

/** Five agents that cause about 90% of the CPU usage, `cpu` percent, on a host with 8 cores and 20 GiB of memory. */
const EVENLY = (cpu: number) => crowd(5, 7.2 * cpu, 7000);

const LONG = 'the-one-that-reads-all-the-papers-and-writes-summaries-of-them-';
const HOSTILE: Agent[] = [
  { name: LONG.repeat(4).slice(0, 200), cpu: 488.3, memory: 1843.2, limit: 2048 },
  { name: 'مراقب-الخادم\u202egnp.exe', cpu: 91.6, memory: 12_390.4 },
  { name: '<img src=x onerror=alert(1)>', cpu: 36.4, memory: 742.5 },
  { name: '👩‍👩‍👧‍👦🚀'.repeat(20), cpu: 8.1, memory: 512.2 },
  { name: 'Z\u0351\u036b\u0343a\u0321\u034al\u0335\u0329g\u0334o\u0337', cpu: 0.4, memory: 86.9 },
  { name: 'broken', cpu: null, memory: null, error: `open /sys/fs/cgroup/${'0123456789abcdef'.repeat(12)}: no such file or directory` },
];

/** Every state of the page, keyed by name. */
export const STATES: Record<string, Scene> = {
  'first HTML, no JavaScript': { scriptless: true },
  'waiting for the first sample': { begins: true, panel: true },
  'live and calm': { panel: true },
  'CPU normal': { cpu: 12.4, agents: EVENLY(10) },
  'CPU raised': { cpu: 62.3, agents: EVENLY(62) },
  'CPU high': { cpu: 81.7, agents: EVENLY(80) },
  'CPU critical': { cpu: 94.2, agents: EVENLY(94) },
  'memory critical': { memory: { used: 19.1, total: 20 }, agents: crowd(5, 120, 17_500) },
  'disk critical': { disk: 96.3 },
  'all critical': { cpu: 100, memory: { used: 20, total: 20 }, disk: 100, agents: crowd(5, 790, 18_500) },
  'CPU culprit': { cpu: 94.2, agents: [HOT_RESEARCHER, CODER, ...OTHERS], panel: true },
  'memory culprit': { memory: { used: 18.7, total: 20 }, agents: [RESEARCHER, LARGE_CODER, ...OTHERS] },
  'culprit outside of the agents': { cpu: 94.2, agents: [{ ...RESEARCHER, cpu: 61.2 }, { ...CODER, cpu: 12.7 }, ...OTHERS], panel: true },
  'two culprits': { cpu: 94.2, memory: { used: 18.7, total: 20 }, agents: [HOT_RESEARCHER, LARGE_CODER, ...OTHERS], panel: true },
  'memory culprit among 60': { memory: { used: 18.7, total: 20 }, agents: [...crowd(59, 240, 5000), LARGE_CODER], panel: true },
  '199 agents together': { cpu: 97.1, agents: crowd(199, 680, 9000) },
  'culprit going': { cpu: 94.2, eased: 61.3, agents: [HOT_RESEARCHER, CODER, ...OTHERS] },
  'Docker gone after a culprit': {
    cpu: 94.2,
    agents: [HOT_RESEARCHER, CODER, ...OTHERS],
    lostDocker: 'connection refused at /var/run/docker.sock: is Docker running?',
  },
  'near its limit': { agents: [...AGENTS, { name: 'leaky', cpu: 0.4, memory: 253.4, limit: 256, grows: true }], panel: true },
  'restarting in a loop': {
    agents: [...AGENTS, { name: 'mailer', cpu: null, memory: null, limit: 512, state: 'restarting' }],
    events: [
      { kind: 'restarted', name: 'mailer', ago: 190 },
      { kind: 'restarted', name: 'mailer', ago: 95, count: 3 },
    ],
    panel: true,
  },
  'hour view': {
    cpu: 94.2,
    query: 'view=hour',
    agents: [HOT_RESEARCHER, CODER, ...OTHERS],
    events: [
      { kind: 'started', name: 'coder', ago: 2900 },
      { kind: 'restarted', name: 'planner', ago: 1500 },
      { kind: 'started', name: 'scribe', ago: 400 },
    ],
    page: true,
  },
  'pinned moment': {
    cpu: 94.2,
    pins: true,
    agents: [HOT_RESEARCHER, CODER, ...OTHERS],
    page: true,
  },
  'row opened': {
    query: `open=${idOf(1)}`,
    agents: [{ name: 'leaky', cpu: 0.4, memory: 253.4, limit: 256, grows: true }, ...AGENTS],
    page: true,
  },
  'stale': { overdue: 18 },
  'stale at 95 %': { overdue: 18, cpu: 95.2, agents: [HOT_RESEARCHER, CODER, ...OTHERS] },
  'server gone': { gone: 190, cpu: 94.2, agents: [HOT_RESEARCHER, CODER, ...OTHERS] },
  'no Docker': { noDocker: 'no socket at /var/run/docker.sock: is Docker installed and running?', panel: true },
  'Docker forbidden': {
    noDocker: "permission denied at /var/run/docker.sock: run as root or as a member of the socket's group (such as docker)",
    panel: true,
  },
  'no agents': { agents: [], panel: true },
  '3 agents': { agents: AGENTS.slice(0, 3), panel: true },
  '60 agents': { agents: crowd(60, 240, 6000), panel: true },
  '200 agents': { agents: crowd(200, 200, 9000), panel: true },
  'in error, paused, stale': {
    agents: [
      { ...RESEARCHER, stale: true },
      { ...CODER, state: 'paused', cpu: 0 },
      { ...RESEARCHER, name: 'near-its-limit', cpu: 40.2, memory: 1990.4, limit: 2048 },
      { name: 'restarts', cpu: null, memory: null, state: 'restarting' },
      { name: 'broken', cpu: null, memory: null, error: 'Docker error 500: open /sys/fs/cgroup/system.slice/memory.current: no such file or directory' },
    ],
    panel: true,
  },
  'hostile names': {
    hostname: `atlas-01.${LONG}<b>&amp;.compute.internal`,
    cpu: 94.2,
    memory: { used: 18.7, total: 20 },
    agents: HOSTILE,
    panel: true,
  },
  '1.5 TiB of memory': { memory: { used: 1024.5, total: 1536 }, agents: [{ ...LARGE_CODER, memory: 1_012_345.6, limit: 1_048_576 }, ...OTHERS], panel: true },
  '1 CPU': { cores: 1, cpu: 38.2, agents: crowd(5, 20, 4000) },
  '256 CPUs': { cores: 256, cpu: 100, agents: [{ ...RESEARCHER, cpu: 25_600 }, ...OTHERS.map((agent) => ({ ...agent, cpu: 0 }))], panel: true },
};
