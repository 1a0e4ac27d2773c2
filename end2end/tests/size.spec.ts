import { brotliCompressSync, constants } from 'node:zlib';
import { expect, test } from './support/test.ts';

async function fetchPlain(url: string): Promise<Buffer> {
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  expect(response.status, url).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

function compressedSize(data: Buffer): number {
  return brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

test('what the browser loads is small', async ({ fakeDocker, startServer }) => {
  fakeDocker.containers = ['researcher', 'coder', 'scribe'].map((name) => ({ name }));
  const server = await startServer();
  const html = await fetchPlain(server.url);
  const size = async (extension: string) => {
    // As the page itself names it.
    const path = new RegExp(`href="(/pkg/[^"]+\\.${extension})"`).exec(html.toString())?.[1];
    expect(path, `a link to the ${extension}`).toBeDefined();
    return compressedSize(await fetchPlain(`${server.url}${path}`));
  };
  const [page, css, js, wasm] = [compressedSize(html), await size('css'), await size('js'), await size('wasm')];
  console.log(`brotli: HTML ${page} + CSS ${css} = ${page + css} bytes, JS ${js} + WASM ${wasm} = ${js + wasm} bytes`);
  expect(page + css).toBeLessThan(20_000);
  expect(js + wasm).toBeLessThan(110_000);
});
