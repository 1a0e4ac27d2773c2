import type { CDPSession, Page } from '@playwright/test';
import { type Dashboard, NOON } from './support/dashboard.ts';
import { FLEET, fleet } from './support/fleet.ts';
import { expect, test } from './support/test.ts';
import { type Wire, builders } from './support/wire.ts';

/** Every history is full by then, and both poll counts draw a similar amount because the fleet's numbers repeat. */
const WARM = 100;
const LAST = 2000;
/** How many polls at most to run before rendering the page again. */
const BATCH = 500;
const MIB = 2 ** 20;

interface Enduring {
  wire: Wire;
  fleet: typeof fleet;
  /** Polls answered so far. */
  answered: number;
  /** The WebAssembly's memory, which is not part of the heap. */
  memory: WebAssembly.Memory | undefined;
}

/** What a page keeps in memory. */
interface Size {
  polls: number;
  nodes: number;
  listeners: number;
  heap: number;
  wasm: number;
}

/** Mocks the endpoints inside the page: over the network 2,000 polls would take minutes. */
function mockInPage(start: number): void {
  const page = window as unknown as Enduring;
  const { fetch } = window;
  page.answered = 0;
  window.fetch = async (...args) => {
    const [, endpoint] = /\/api\/telemetry\/(\w+)$/.exec(new Request(...args).url) ?? [];
    if (!endpoint) return fetch(...args);
    if (endpoint === 'host') page.answered += 1;
    const body = JSON.stringify(page.fleet(page.wire, endpoint, page.answered, start, true));
    // A streamed body would arrive too late: meanwhile the mocked clock passes the request's timeout.
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

/** Advances the clock until the page has made `last` polls, and returns its size. */
async function pollUntil(last: number, page: Page, dashboard: Dashboard, cdp: CDPSession): Promise<Size> {
  const left = () => page.evaluate((last) => last - (window as unknown as Enduring).answered, last);
  const render = (display: string) => page.evaluate((display) => void (document.documentElement.style.display = display), display);
  // Polls are at least a second apart, so this cannot overshoot.
  for (let polls = await left(); polls > 0; polls = await left()) {
    // Layout and paint would take several times as long as everything else.
    await render('none');
    await page.clock.runFor(1000 * Math.min(polls, BATCH));
    await render('');
    await expect(dashboard.panelRows.locator('.ht-trend polyline').first()).toBeVisible();
  }
  expect(await left()).toBe(0);
  await expect(dashboard.panelRows).toHaveCount(FLEET);
  return size(page, cdp);
}

/** Measures after a garbage collection. */
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

test('a page takes no more memory after 2,000 polls than after 100', async ({ page, dashboard, fakeDocker, startServer }) => {
  test.setTimeout(3 * 60_000);
  fakeDocker.containers = Array.from({ length: FLEET }, (_, index) => ({ name: `agent-${index}` }));
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  await page.addInitScript({ content: `window.wire = (${builders})(); window.fleet = ${fleet};` });
  await page.addInitScript(mockInPage, NOON.getTime());
  await page.addInitScript(keepMemory);
  await dashboard.openFrozen(server.url);
  await dashboard.summary.click();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');

  const warm = await pollUntil(WARM, page, dashboard, cdp);
  const last = await pollUntil(LAST, page, dashboard, cdp);
  console.log(`after ${WARM} polls ${JSON.stringify(warm)}, after ${LAST} ${JSON.stringify(last)}`);
  expect(last.listeners, 'event listeners').toBe(warm.listeners);
  // Rows that became visible meanwhile have been drawn.
  expect(last.nodes, 'nodes').toBeLessThan(1.02 * warm.nodes);
  // The heap also contains compiled code and type feedback.
  expect(last.heap, 'heap').toBeLessThan(1.1 * warm.heap + MIB);
  // WebAssembly memory never shrinks, so this is its peak; and the framework keeps a few hundred bytes per row that
  // ever existed, about twelve thousand.
  expect(last.wasm, 'memory of the WebAssembly').toBeLessThan(warm.wasm + 3 * MIB);
});
