import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeTempFolder, removeTempFolder } from '../../tests/support/temp.ts';
import type { Driver, Key } from './driver.ts';
import { ListeningProxy, complaints } from './listening-proxy.ts';

const START_DEADLINE = 30_000;

/** The code points by which WebDriver names keys without a character. */
const KEYS: Record<Key, string> = { ArrowLeft: '\uE012', Backspace: '\uE003', Enter: '\uE007', Escape: '\uE00C' };

/** Shrinks the browser's toolbar, which would otherwise keep the window from being narrow. */
const TOOLBAR_STYLE = 'window * { padding: 0; margin: 0; min-width: 0; min-height: 0; border: 0; font-size: 1px; }';

/** The running process groups, which are killed when the test process exits. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(kill));

/** WebKitGTK's browser on a display of its own, driven by WebDriver. */
export class WebKitDriver implements Driver {
  readonly #display: ChildProcess;
  readonly #driver: ChildProcess;
  readonly #folder: string;
  readonly #session: string;
  #proxy: ListeningProxy | undefined;

  private constructor(display: ChildProcess, driver: ChildProcess, folder: string, session: string) {
    this.#display = display;
    this.#driver = driver;
    this.#folder = folder;
    this.#session = session;
  }

  static async start(): Promise<WebKitDriver> {
    const folder = await makeTempFolder();
    await mkdir(join(folder, 'gtk-3.0'));
    await writeFile(join(folder, 'gtk-3.0/gtk.css'), TOOLBAR_STYLE);
    const display = run('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], process.env);
    const number = String(await Promise.race([once(display.stdio[3] as Readable, 'data'), ended(display)])).trim();
    const port = await freePort();
    const driver = run('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], {
      ...process.env,
      DISPLAY: `:${number}`,
      GDK_BACKEND: 'x11',
      XDG_CONFIG_HOME: folder,
      // There may be no user namespaces for the sandbox and no GPU.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    });
    const url = `http://127.0.0.1:${port}`;
    await Promise.race([ready(url), ended(driver)]);
    const { sessionId } = (await command('POST', `${url}/session`, { capabilities: {} })) as { sessionId: string };
    return new WebKitDriver(display, driver, folder, `${url}/session/${sessionId}`);
  }

  async open(url: string): Promise<void> {
    await this.#proxy?.stop();
    this.#proxy = await ListeningProxy.start(url);
    await this.#post('url', { url: this.#proxy.url });
  }

  evaluate<R, A>(call: (argument: A) => R, argument: A): Promise<R> {
    const script = `return (${String(call)})(...arguments)`;
    return this.#post('execute/sync', { script, args: argument === undefined ? [] : [argument] }) as Promise<R>;
  }

  /** Sets the size of the page, not that of the window, which also has a toolbar. */
  async resize(width: number, height: number): Promise<void> {
    await this.#post('window/rect', { width, height });
    const inner = await this.evaluate(() => window.innerHeight, undefined);
    if (inner !== height) await this.#post('window/rect', { width, height: 2 * height - inner });
  }

  movePointer(x: number, y: number): Promise<void> {
    return this.#pointer([move(x, y)]);
  }

  click(x: number, y: number): Promise<void> {
    return this.#pointer([move(x, y), { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }]);
  }

  press(key: Key): Promise<void> {
    return this.#keys([KEYS[key]]);
  }

  type(text: string): Promise<void> {
    return this.#keys([...text]);
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from((await command('GET', `${this.#session}/screenshot`)) as string, 'base64');
  }

  complaints(): Promise<string[]> {
    return this.evaluate(complaints, undefined);
  }

  async close(): Promise<void> {
    // Ends the browser. If the driver does not answer, the browser is killed with the driver.
    await command('DELETE', this.#session).catch(() => {});
    for (const child of [this.#driver, this.#display]) await stop(child);
    await this.#proxy?.stop();
    await removeTempFolder(this.#folder);
  }

  async #pointer(actions: object[]): Promise<void> {
    const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions };
    await this.#post('actions', { actions: [mouse] });
  }

  async #keys(keys: string[]): Promise<void> {
    const strokes = keys.flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]);
    await this.#post('actions', { actions: [{ type: 'key', id: 'keyboard', actions: strokes }] });
  }

  #post(path: string, body: object): Promise<unknown> {
    return command('POST', `${this.#session}/${path}`, body);
  }
}

function move(x: number, y: number): object {
  // WebDriver accepts whole pixels only.
  return { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 };
}

/** Sends a WebDriver command and returns its result. */
async function command(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}

/** Starts a program in a process group of its own, so that its children can be killed with it. */
function run(program: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Rejects when the program ends or cannot be started. */
async function ended(child: ChildProcess): Promise<never> {
  await once(child, 'exit');
  throw new Error(`${child.spawnfile} has ended`);
}

function kill(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

async function stop(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  kill(child);
  await once(child, 'exit');
}

/** A port that is free now. The driver cannot choose one by itself and report it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the driver answers. */
async function ready(url: string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE;
  for (;;) {
    try {
      await command('GET', `${url}/status`);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await setTimeout(50);
    }
  }
}
