import type { CDPSession, Page } from '@playwright/test';
import { type Dashboard, NOON } from './support/dashboard.ts';
import { FLEET, fleet } from './support/fleet.ts';
import { expect, test } from './support/test.ts';
import { type Wire, builders } from './support/wire.ts';

/**
 * The page's memory usage is measured after `WARM` and after `LAST` polls. By `WARM`, every history is full. The page
 * draws a similar amount at both counts because the fleet's numbers repeat.
 */
const WARM = 100;
const LAST = 2000;
/** The maximum number of polls to run before the page is rendered again. */
const BATCH = 500;
const MIB = 2 ** 20;

interface Enduring {
  wire: Wire;
  fleet: typeof fleet;
  /** The number of polls answered so far. */
  answered: number;
  /** WebAssembly memory, which is not part of the JavaScript heap; undefined until the program is loaded. */
  memory: WebAssembly.Memory | undefined;
}

/** What the page keeps in memory after this many polls; `heap` and `wasm` are in bytes. */
interface Size {
  polls: number;
  nodes: number;
  listeners: number;
  heap: number;
  wasm: number;
}

/** Mocks the endpoints inside the page. Over the network, 2,000 polls would take minutes. */
function mockInPage(start: number): void {
  const page = window as unknown as Enduring;
  const { fetch } = window;
  page.answered = 0;
  window.fetch = async (...args) => {
    const [, endpoint] = /\/api\/telemetry\/(\w+)$/.exec(new Request(...args).url) ?? [];
    if (!endpoint) return fetch(...args);
    if (endpoint === 'host') page.answered += 1;
    const body = JSON.stringify(page.fleet(page.wire, endpoint, page.answered, start, true));
    // A streamed body would arrive too late, after the mocked clock has passed the request's timeout.
    return Object.assign(new Response(), {
      arrayBuffer: async () => new TextEncoder().encode(body).buffer,
      text: async () => body,
    });
  };
}

function keepMemory(): void {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => {
    const program = await instantiateStreaming(...args);
    const { memory } = program.instance.exports;
    if (memory instanceof WebAssembly.Memory) (window as unknown as Enduring).memory = memory;
    return program;
  };
}

/** Advances the clock until the page has made `last` polls, and measures what it keeps in memory. */
async function pollUntil(last: number, page: Page, dashboard: Dashboard, cdp: CDPSession): Promise<Size> {
  const left = () => page.evaluate((last) => last - (window as unknown as Enduring).answered, last);
  const render = (display: string) => page.evaluate((display) => void (document.documentElement.style.display = display), display);
  // Polls are at least a second apart, so this cannot overshoot.
  for (let polls = await left(); polls > 0; polls = await left()) {
    // Hide the page, because layout and paint would take several times as long as everything else.
    await render('none');
    await page.clock.runFor(1000 * Math.min(polls, BATCH));
    await render('');
    await expect(dashboard.panelRows.locator('.ht-trend polyline').first()).toBeVisible();
  }
  expect(await left()).toBe(0);
  await expect(dashboard.panelRows).toHaveCount(FLEET);
  return size(page, cdp);
}

/** Measures what the page keeps in memory after a garbage collection. */
async function size(page: Page, cdp: CDPSession): Promise<Size> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  const [polls, wasm] = await page.evaluate(() => {
    const { answered, memory } = window as unknown as Enduring;
    return [answered, memory?.buffer.byteLength ?? NaN] as const;
  });
  return { polls, nodes: metric('Nodes'), listeners: metric('JSEventListeners'), heap: metric('JSHeapUsedSize'), wasm };
}

test('a page uses no more memory after 2,000 polls than after 100', async ({ page, dashboard, fakeDocker, startServer }) => {
  test.setTimeout(3 * 60_000);
  fakeDocker.containers = Array.from({ length: FLEET }, (_, index) => ({ name: `agent-${index}` }));
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  await page.addInitScript({ content: `window.wire = (${builders})(); window.fleet = ${fleet};` });
  await page.addInitScript(mockInPage, NOON.getTime());
  await page.addInitScript(keepMemory);
  await dashboard.openFrozen(server.url);
  await dashboard.openPanel();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');

  const warm = await pollUntil(WARM, page, dashboard, cdp);
  const last = await pollUntil(LAST, page, dashboard, cdp);
  console.log(`after ${WARM} polls ${JSON.stringify(warm)}, after ${LAST} ${JSON.stringify(last)}`);
  expect(last.listeners, 'event listeners').toBe(warm.listeners);
  // Allow for rows that have become visible since the first measurement and have been drawn.
  expect(last.nodes, 'nodes').toBeLessThan(1.02 * warm.nodes);
  // Allow for compiled code and type feedback, which are also on the heap.
  expect(last.heap, 'heap').toBeLessThan(1.1 * warm.heap + MIB);
  // WebAssembly memory never shrinks, so this compares peaks. The framework keeps a few hundred bytes for every row
  // that ever existed, about twelve thousand rows in total.
  expect(last.wasm, 'WebAssembly memory').toBeLessThan(warm.wasm + 3 * MIB);
});
