import type { CDPSession, Page } from '@playwright/test';
import { type Dashboard, NOON } from './support/dashboard.ts';
import { FLEET, fleet } from './support/fleet.ts';
import { expect, test } from './support/test.ts';
import { type Wire, builders } from './support/wire.ts';

/** By then every history is full. Between both the fleet's numbers have come round, so that as much is drawn. */
const WARM = 100;
const LAST = 2000;
/** How many polls are made, at most, before the page is looked at again. */
const UNSEEN = 500;
const MIB = 2 ** 20;

interface Enduring {
  wire: Wire;
  fleet: typeof fleet;
  /** How many polls were answered. */
  answered: number;
  /** What the page's WebAssembly works in; not a part of the heap. */
  memory: WebAssembly.Memory | undefined;
}

/** What a page holds. */
interface Size {
  polls: number;
  nodes: number;
  listeners: number;
  heap: number;
  wasm: number;
}

/** Answers in the page itself: by way of the network two thousand polls would take minutes. */
function answerAtOnce(start: number): void {
  const page = window as unknown as Enduring;
  const { fetch } = window;
  page.answered = 0;
  window.fetch = async (...args) => {
    const [, endpoint] = /\/api\/telemetry\/(\w+)$/.exec(new Request(...args).url) ?? [];
    if (!endpoint) return fetch(...args);
    if (endpoint === 'host') page.answered += 1;
    const body = JSON.stringify(page.fleet(page.wire, endpoint, page.answered, start, true));
    // A body that came by and by would come too late: the clock runs on to the request's deadline meanwhile.
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

/** Lets time pass until the page has made `last` polls, and says what it holds then. */
async function pollUntil(last: number, page: Page, dashboard: Dashboard, cdp: CDPSession): Promise<Size> {
  const left = () => page.evaluate((last) => last - (window as unknown as Enduring).answered, last);
  const render = (display: string) => page.evaluate((display) => void (document.documentElement.style.display = display), display);
  // Polls are a second apart at least, so that this ends with the last one.
  for (let polls = await left(); polls > 0; polls = await left()) {
    // Layout and paint would take several times as long as all the rest.
    await render('none');
    await page.clock.runFor(1000 * Math.min(polls, UNSEEN));
    await render('');
    await expect(dashboard.panelRows.locator('.ht-trend polyline').first()).toBeVisible();
  }
  expect(await left()).toBe(0);
  await expect(dashboard.panelRows).toHaveCount(FLEET);
  return size(page, cdp);
}

/** Without what nobody refers to any more. */
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

test('a page that has polled 2,000 times holds no more than after 100', async ({ page, dashboard, fakeDocker, startServer }) => {
  test.setTimeout(3 * 60_000);
  fakeDocker.containers = Array.from({ length: FLEET }, (_, index) => ({ name: `agent-${index}` }));
  const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
  await page.addInitScript({ content: `window.wire = (${builders})(); window.fleet = ${fleet};` });
  await page.addInitScript(answerAtOnce, NOON.getTime());
  await page.addInitScript(keepMemory);
  await dashboard.openFrozen(server.url);
  await dashboard.summary.click();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');

  const warm = await pollUntil(WARM, page, dashboard, cdp);
  const last = await pollUntil(LAST, page, dashboard, cdp);
  console.log(`after ${WARM} polls ${JSON.stringify(warm)}, after ${LAST} ${JSON.stringify(last)}`);
  expect(last.listeners, 'event listeners').toBe(warm.listeners);
  // A row that has come into sight meanwhile has been drawn.
  expect(last.nodes, 'nodes').toBeLessThan(1.02 * warm.nodes);
  // Compiled code, and what the engine has learnt of it, is in the heap as well.
  expect(last.heap, 'heap').toBeLessThan(1.1 * warm.heap + MIB);
  // It only ever grows, so that the fullest moment of all counts; and the framework remembers, in some hundred bytes
  // each, every row that ever was, of which there were a dozen thousand.
  expect(last.wasm, 'memory of the WebAssembly').toBeLessThan(warm.wasm + 3 * MIB);
});
