import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { makeTempFolder, removeTempFolder } from './temp.ts';
import type { HistoryResponse } from './wire.ts';

type Child = ChildProcessByStdio<null, null, Readable>;

const ROOT = resolve(import.meta.dirname, '../../..');
const START_DEADLINE = 20_000;
const STOP_DEADLINE = 5_000;

/** The running servers, which are killed when the test process exits. */
const running = new Set<Child>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** The release build of the server, listening on a free port. */
export class Server {
  readonly url: string;
  readonly #folder: string;
  readonly #args: readonly string[];
  #child: Child;

  private constructor(url: string, folder: string, args: readonly string[], child: Child) {
    this.url = url;
    this.#folder = folder;
    this.#args = args;
    this.#child = child;
  }

  /** Starts a server that reads from the Docker daemon at `docker`, and waits until the server is listening. */
  static async start(docker: string, args: readonly string[] = []): Promise<Server> {
    const folder = await makeTempFolder();
    const all = ['--docker-host', docker, ...args];
    const child = launch(folder, '127.0.0.1:0', all);
    return new Server(await address(child), folder, all, child);
  }

  /** Requests the server's history. */
  async history(): Promise<HistoryResponse> {
    const answer = await fetch(`${this.url}/api/telemetry/history`);
    return (await answer.json()) as HistoryResponse;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** Waits until the server has exited, then starts it again at the same address. */
  async restart(): Promise<void> {
    await gone(this.#child);
    this.#child = launch(this.#folder, new URL(this.url).host, this.#args);
    await address(this.#child);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (running.has(child)) {
      child.kill('SIGTERM');
      child.kill('SIGCONT'); // a suspended process handles SIGTERM only once it resumes
      const timeout = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE);
      await gone(child);
      clearTimeout(timeout);
    }
    await removeTempFolder(this.#folder);
  }
}

function program(): string {
  const target = resolve(ROOT, process.env['CARGO_TARGET_DIR'] ?? 'target');
  return process.env['HOST_TELEMETRY_BIN'] ?? join(target, 'release/host-telemetry');
}

/**
 * Starts the server in a folder without Leptos.toml. Removes all environment variables that configure the server,
 * except for the site root.
 */
function launch(folder: string, listen: string, args: readonly string[]): Child {
  const configures = (name: string) => /^(HOST_TELEMETRY_|LEPTOS_|DOCKER_)/.test(name) && name !== 'HOST_TELEMETRY_SITE_ROOT';
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !configures(name)));
  const child = spawn(program(), ['--listen', listen, ...args], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Waits for the URL that the server logs once it is listening. */
function address(child: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = (why: string) => {
      clearTimeout(timeout);
      child.kill('SIGKILL');
      reject(new Error(`the server ${why}\n${log}`));
    };
    const timeout = setTimeout(() => fail('did not start in time'), START_DEADLINE);
    child.once('error', (error) => fail(`cannot be run: ${error.message}`));
    child.once('exit', () => fail('ended'));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
      const url = /listening on (http:\/\/[\d.:]+)/.exec(log)?.[1];
      if (url) {
        clearTimeout(timeout);
        resolve(url);
      }
    });
  });
}

async function gone(child: Child): Promise<void> {
  if (running.has(child)) await once(child, 'exit');
}
