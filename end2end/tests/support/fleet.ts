/** How many agents there are, where none has gone. */
export const FLEET = 200;

/**
 * What a server with many agents, all of them busy, answers at an endpoint in its `round`th second after `start`: other
 * numbers for each of them, in another order. Where they `churn`, some are gone and two have begun anew.
 *
 * It names nothing outside of itself, so that its text runs in a page as well.
 */
export function fleet(endpoint: string, round: number, start: number, churn: boolean): unknown {
  const [size, cores, life, capacity] = [200, 64, 100, 60];
  const oneDecimal = (value: number) => Math.round(value * 10) / 10;
  const sum = (values: number[]) => oneDecimal(values.reduce((total, value) => total + value, 0));
  const timestamp = (of: number) => new Date(start + of * 1000).toISOString().replace('Z', '000Z');
  // The remainders of a prime's multiples: no two agents have the same, and none has it twice in a row.
  const cpu = (place: number, of: number) => oneDecimal((((place + 1) * ((of % 396) + 1)) % 397) / 40);
  const memory = (place: number, of: number) => oneDecimal(100 + (((place + 1) * ((of % 396) + 8)) % 397) / 2);
  const hostCpu = (of: number) => 20 + 4 * (of % 20);
  const hostMemory = (of: number) => 40 + 2 * (of % 20);
  const split = (host: number, containers: number) => ({ host, containers, other: oneDecimal(host - containers), clamped: false });

  const containers = Array.from({ length: size }, (_, place) => {
    const age = (round + place) % life;
    const number = (churn ? size * Math.floor((round + place) / life) : 0) + place;
    const row = {
      id: number.toString(16).padStart(12, '0'),
      name: `agent-${number}`,
      cpu: cpu(place, round),
      cpu_host_percent: oneDecimal(cpu(place, round) / cores),
      memory_mb: memory(place, round),
      memory_limit_mb: place % 2 ? 1024 : null,
      cpu_limit_cores: place % 3 ? null : 1.5,
      state: 'running',
      stale: false,
    };
    return { age, place, row };
  }).filter(({ age }) => !churn || age >= round % 5);

  const rows = containers.map(({ row }) => row).sort((a, b) => b.cpu - a.cpu);
  const totals = { cpu: sum(rows.map((row) => row.cpu)), memory: sum(rows.map((row) => row.memory_mb)) };
  const rounds = Array.from({ length: capacity }, (_, index) => round - capacity + 1 + index).filter((of) => of >= 0);
  switch (endpoint) {
    case 'host':
      return {
        hostname: 'atlas-01',
        cpu: { percent: hostCpu(round), count: cores },
        memory: { percent: hostMemory(round), used_gb: 2.56 * hostMemory(round), total_gb: 256, available_gb: 100 },
        swap: null,
        disk: { percent: 54.1, used_gb: 108.2, total_gb: 200 },
        timestamp: timestamp(round),
        age_seconds: 0,
        stale: false,
        errors: {},
      };
    case 'containers':
      return {
        running_count: rows.length,
        measured_count: rows.length,
        total_cpu_percent: totals.cpu,
        total_memory_mb: totals.memory,
        split: {
          cpu_percent: split(hostCpu(round), oneDecimal(totals.cpu / cores)),
          memory_percent: split(hostMemory(round), oneDecimal(totals.memory / 2621.44)),
          memory_mb: split(hostMemory(round) * 2621.44, totals.memory),
        },
        containers: rows,
        timestamp: timestamp(round),
        age_seconds: 0,
        stale: false,
      };
    default:
      return {
        interval_seconds: 1,
        host: rounds.map((of) => ({ timestamp: timestamp(of), cpu: hostCpu(of), memory: hostMemory(of) })),
        totals: rounds.map((of) => ({
          timestamp: timestamp(of),
          total_cpu_percent: totals.cpu,
          total_memory_mb: totals.memory,
          cpu_host_percent: oneDecimal(totals.cpu / cores),
          memory_host_percent: oneDecimal(totals.memory / 2621.44),
        })),
        containers: containers.map(({ place, row }) => ({ id: row.id, cpu: rounds.map((of) => cpu(place, of)) })),
      };
  }
}
