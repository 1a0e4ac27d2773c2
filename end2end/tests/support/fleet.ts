import type { Wire } from './wire.ts';

/** How many agents there are when none is missing. */
export const FLEET = 200;

/**
 * The response of a server with many busy agents, `scrape` seconds after `start`: each scrape has new numbers in a new
 * order. With `churn`, some agents are missing and two have been replaced.
 *
 * It refers to nothing outside itself, so that its source can also run in a page, where passing data at each of thousands
 * of polls would be too slow. For the same reason it takes the builders, whose source the page gets too, as an argument.
 */
export function fleet(wire: Wire, endpoint: string, scrape: number, start: number, churn: boolean): unknown {
  const [size, cores, memory, life] = [200, 64, 256, 100];
  const timestamp = (of: number) => wire.timestamp(start + of * 1000);
  // Multiples modulo a prime: no two agents have the same value, and no agent has it twice in a row.
  const agentCpu = (place: number, of: number) => (((place + 1) * ((of % 396) + 1)) % 397) / 40;
  const agentMemory = (place: number, of: number) => 100 + (((place + 1) * ((of % 396) + 8)) % 397) / 2;

  const host = (of: number) =>
    wire.host({
      cpu: wire.cpu(20 + 4 * (of % 20), cores),
      memory: wire.memory(40 + 2 * (of % 20), memory),
      timestamp: timestamp(of),
    });

  const row = (place: number, of: number) => {
    const number = (churn ? size * Math.floor((of + place) / life) : 0) + place;
    return wire.row(
      {
        id: number.toString(16).padStart(12, '0'),
        name: `agent-${number}`,
        cpu: agentCpu(place, of),
        memory_mb: agentMemory(place, of),
        memory_limit_mb: place % 2 ? 1024 : null,
        cpu_limit_cores: place % 3 ? null : 1.5,
      },
      cores,
    );
  };

  const containers = (of: number) => {
    const places = Array.from({ length: size }, (_, place) => place);
    const present = places.filter((place) => !churn || (of + place) % life >= of % 5);
    return wire.containers(present.map((place) => row(place, of)), host(of));
  };

  if (endpoint === 'host') return host(scrape);
  if (endpoint === 'containers') return containers(scrape);
  const kept = Array.from({ length: wire.CAPACITY }, (_, index) => scrape - wire.CAPACITY + 1 + index).filter((of) => of >= 0);
  return wire.history(1, kept.map(host), kept.map(containers));
}
