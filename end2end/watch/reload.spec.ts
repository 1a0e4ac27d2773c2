import { expect, test } from '@playwright/test';
import { spawn } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = ['.cargo', 'Cargo.lock', 'Cargo.toml', 'Leptos.toml', 'public', 'src', 'style', 'tests'];
const BUILD_TIMEOUT = 15 * 60_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Replaces `text` in a file. Fails if the file does not contain `text`, because the test would then only time out. */
async function replaceIn(file: string, text: string, replacement: string) {
  const source = await readFile(file, 'utf8');
  expect(source, file).toContain(text);
  await writeFile(file, source.replace(text, replacement));
}

/** Runs cargo-leptos in watch mode on a copy of the sources, so the repository stays unchanged. */
const watched = test.extend<{ project: { folder: string; url: string } }>({
  // Playwright requires a destructuring pattern here, even if it is empty.
  project: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'ht-watch-'));
    for (const source of SOURCES) await cp(join(ROOT, source), join(folder, source), { recursive: true });
    const url = `http://127.0.0.1:${await freePort()}`;
    const env = {
      ...process.env,
      CARGO_TARGET_DIR: resolve(ROOT, process.env['CARGO_TARGET_DIR'] ?? 'target'),
      LEPTOS_SITE_ADDR: new URL(url).host,
      LEPTOS_RELOAD_PORT: String(await freePort()),
    };
    const child = spawn('cargo', ['leptos', 'watch', '--split'], { cwd: folder, env, detached: true, stdio: 'inherit' });
    const ended = new Promise((done) => child.once('exit', done));
    await use({ folder, url });
    // Interrupt the whole process group: watcher, compiler and server.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  },
});

watched('a change in Rust or CSS reloads the open page', async ({ page, project }) => {
  const serves = async () => (await fetch(project.url).catch(() => undefined))?.status;
  await expect.poll(serves, { timeout: BUILD_TIMEOUT, intervals: [1000] }).toBe(200);
  // Leptos logs hydration mismatches only in development builds.
  const complaints: string[] = [];
  page.on('console', (message) => /hydrat|panicked/i.test(message.text()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(project.url);
  const label = page.locator('.host');
  await expect(label).not.toBeEmpty();
  const host = await label.textContent();

  await replaceIn(join(project.folder, 'src/app/dashboard.rs'), 'translate="no">{', 'translate="no">"Watched "{');
  await expect(label).toHaveText(`Watched ${host}`, { timeout: BUILD_TIMEOUT });

  expect(complaints).toEqual([]);

  await appendFile(join(project.folder, 'style/component.css'), '.host { letter-spacing: 7px; }\n');
  await expect(label).toHaveCSS('letter-spacing', '7px', { timeout: BUILD_TIMEOUT });
});
