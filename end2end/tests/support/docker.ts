import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeTempFolder } from './temp.ts';

const SCRIPT = resolve(import.meta.dirname, '../../../tests/support/private-docker.sh');
const run = promisify(execFile);

/** Why a Docker daemon cannot be started here; empty if it can. */
export function dockerUnavailableReason(): string {
  if (process.getuid?.() !== 0) return 'a Docker daemon needs root';
  const missing = ['dockerd', 'docker', 'busybox'].filter((name) => spawnSync('which', [name]).status !== 0);
  return missing.length ? `not installed: ${missing.join(', ')}` : '';
}

/** A real Docker daemon, isolated from any other daemon on the machine. */
export class PrivateDocker {
  /** The value for `--docker-host`. */
  readonly address: string;
  readonly #folder: string;
  #runs = false;

  private constructor(folder: string) {
    this.#folder = folder;
    this.address = `unix://${folder}/d.sock`;
  }

  static async start(): Promise<PrivateDocker> {
    const docker = new PrivateDocker(await makeTempFolder());
    try {
      await docker.start();
    } catch (error) {
      await docker.remove();
      throw error;
    }
    return docker;
  }

  /** Starts the daemon unless it is already running. */
  async start(): Promise<void> {
    if (this.#runs) return;
    this.#runs = true;
    await run(SCRIPT, ['start', this.#folder]);
  }

  async stop(): Promise<void> {
    await run(SCRIPT, ['stop', this.#folder]);
    this.#runs = false;
  }

  /** Stops the daemon's process, as if it hung, or lets it go on. */
  async hang(hangs: boolean): Promise<void> {
    const pid = await readFile(`${this.#folder}/pid`, 'utf8');
    process.kill(Number(pid), hangs ? 'SIGSTOP' : 'SIGCONT');
  }

  async remove(): Promise<void> {
    await run(SCRIPT, ['remove', this.#folder]);
  }

  /** Runs a container that executes `command` in a shell. */
  async runContainer(name: string, command: string, ...flags: string[]): Promise<void> {
    await this.#docker('run', '-d', '--network', 'none', '--name', name, ...flags, 'ht-busybox', 'sh', '-c', command);
  }

  async removeContainers(): Promise<void> {
    const ids = (await this.#docker('ps', '-aq')).split(/\s+/).filter(Boolean);
    if (ids.length) await this.#docker('rm', '-f', ...ids);
  }

  async #docker(...args: string[]): Promise<string> {
    return (await run('docker', ['-H', this.address, ...args])).stdout;
  }
}
