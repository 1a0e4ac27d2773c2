import { brotliCompressSync, constants } from 'node:zlib';
import { expect, test } from './support/test.ts';

// Budgets in bytes, after Brotli compression.
const FIRST_UPDATE = 100_000;
const EVERYTHING = 165_000;
const PAGE = 20_000;

/** The bundle's second WebAssembly file, which a page with details loads after its first update. */
const LAZY = /split_[^/]*\.wasm$/;

async function compressedSize(url: string): Promise<number> {
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  expect(response.status, url).toBe(200);
  const data = Buffer.from(await response.arrayBuffer());
  // As in scripts/build.sh.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 17 };
  return brotliCompressSync(data, { params }).length;
}

test('what the browser loads stays within its budget', async ({ page, dashboard, fakeDocker, startServer }) => {
  test.skip(process.env.HOST_TELEMETRY_SITE_ROOT !== undefined, 'only the release has short names for imports');
  fakeDocker.containers = ['researcher', 'coder', 'scribe'].map((name) => ({ name }));
  const server = await startServer();
  const urls = new Set<string>();
  page.on('request', (request) => urls.add(request.url()));
  await page.goto(server.url);
  await dashboard.waitForDetails();

  const files = [...urls].filter((url) => /^\/(pkg\/|page\.css$)/.test(new URL(url).pathname));
  const sizes = await Promise.all(files.map(async (url) => ({ file: new URL(url).pathname, bytes: await compressedSize(url) })));
  console.table(sizes);
  const total = (list: typeof sizes) => list.reduce((sum, { bytes }) => sum + bytes, 0);
  const [lazy, first] = [sizes.filter(({ file }) => LAZY.test(file)), sizes.filter(({ file }) => !LAZY.test(file))];
  const styles = sizes.filter(({ file }) => file.endsWith('.css'));
  expect(lazy, 'files for the details').toHaveLength(1);
  expect(styles, "the component's and the page's stylesheets").toHaveLength(2);
  const html = await compressedSize(server.url);
  console.log(`brotli: HTML + CSS ${html + total(styles)}, first update ${total(first)}, everything ${total(sizes)} bytes`);
  expect(html + total(styles)).toBeLessThanOrEqual(PAGE);
  expect(total(first), 'for the first update').toBeLessThanOrEqual(FIRST_UPDATE);
  expect(total(sizes), 'for everything').toBeLessThanOrEqual(EVERYTHING);
});
