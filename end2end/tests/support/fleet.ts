import type { Wire } from './wire.ts';

/** The number of agents when none are missing. */
export const FLEET = 200;

/**
 * The response of a server with many busy agents, `scrape` seconds after `start`. Each scrape has new numbers in a new
 * order. The endpoint `hour` is the history of the last hour. With `churn`, each scrape also replaces two agents, and most scrapes lack a few agents.
 *
 * This function must not refer to anything outside itself, because its source also runs in the page: passing in data
 * for each of thousands of polls would be too slow. For the same reason, the builders are an argument; their source is
 * injected into the page, too.
 */
export function fleet(wire: Wire, endpoint: string, scrape: number, start: number, churn: boolean): unknown {
  const [size, cores, memory, life] = [200, 64, 256, 100];
  const timestamp = (of: number) => wire.timestamp(start + of * 1000);
  // Multiples modulo a prime: before rounding, no two agents have the same CPU usage, and no agent's CPU or memory
  // usage stays the same from one scrape to the next.
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
  const scrapes = (count: number, apart: number) => Array.from({ length: count }, (_, index) => scrape - (count - 1 - index) * apart).filter((of) => of >= 0);
  if (endpoint === 'hour') {
    const kept = scrapes(120, 30);
    const hour = wire.history(30, kept.map(host), kept.map(containers), 120);
    return { ...hour, containers: hour.containers.slice(0, 64) };
  }
  const kept = scrapes(wire.CAPACITY, 1);
  return wire.history(1, kept.map(host), kept.map(containers));
}
