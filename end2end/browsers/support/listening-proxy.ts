import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Listening {
  complaints?: string[];
}

/** Runs in the page before its other scripts. Collects uncaught errors, and errors and warnings on the console. */
function listen(): void {
  const texts: string[] = [];
  (window as Listening).complaints = texts;
  // Files that fail to load report an error that does not bubble.
  window.addEventListener('error', ({ message, target }) => texts.push(message ?? `not loaded: ${(target as Element).outerHTML}`), true);
  window.addEventListener('unhandledrejection', ({ reason }) => texts.push(String(reason)));
  for (const level of ['error', 'warn'] as const) {
    const log = console[level];
    console[level] = (...values: unknown[]) => {
      texts.push(values.join(' '));
      log(...values);
    };
  }
}

/** Runs in the page. Returns what `listen` has collected. */
export function complaints(): string[] {
  return (window as Listening).complaints ?? ['the page does not listen for errors'];
}

/**
 * Serves another server's site, with a script in its HTML that collects complaints. For browsers whose driver neither
 * reports the console nor runs a script before those of the page.
 */
export class ListeningProxy {
  readonly url: string;
  readonly #server: Server;

  private constructor(url: string, server: Server) {
    this.url = url;
    this.#server = server;
  }

  static async start(target: string): Promise<ListeningProxy> {
    const server = createServer((incoming, outgoing) => forward(target, incoming, outgoing)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ListeningProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url = '/', headers } = incoming;
  const isPage = url === '/';
  const encoding = isPage ? { 'accept-encoding': 'identity' } : {};
  const inner = request(new URL(url, target), { ...(method && { method }), headers: { ...headers, ...encoding } }, async (reply) => {
    const { 'content-length': _, ...rest } = reply.headers;
    if (!isPage) return void reply.pipe(outgoing.writeHead(reply.statusCode ?? 502, reply.headers));
    const html = (await reply.setEncoding('utf8').toArray()).join('');
    outgoing.writeHead(reply.statusCode ?? 502, rest).end(html.replace('<head>', `<head><script>(${String(listen)})()</script>`));
  });
  inner.on('error', () => outgoing.destroy());
  incoming.pipe(inner);
}
