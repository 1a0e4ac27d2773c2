import type { Wire } from './wire.ts';

/** How many agents there are, where none has gone. */
export const FLEET = 200;

/**
 * What a server with many agents, all of them busy, answers at an endpoint in its `scrape`th second after `start`: other
 * numbers for each of them, in another order. Where they `churn`, some are gone and two have begun again.
 *
 * It names nothing outside of itself, so that its text runs in a page as well, where built data cannot be passed at each
 * of thousands of polls. That is why it takes the builders as an argument: the page gets the text of those, too.
 */
export function fleet(wire: Wire, endpoint: string, scrape: number, start: number, churn: boolean): unknown {
  const [size, cores, memory, life] = [200, 64, 256, 100];
  const timestamp = (of: number) => wire.timestamp(start + of * 1000);
  // The remainders of a prime's multiples: no two agents have the same, and none has it twice in a row.
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
