import type { Page } from '@playwright/test';
import { FLEET, fleet } from '../tests/support/fleet.ts';
import { expect, test } from '../tests/support/test.ts';
import { wire } from '../tests/support/wire.ts';
import { quantile } from './quantile.ts';
import { type Span, traceMainThread } from './trace.ts';

const UPDATES = 50;
/** In milliseconds: about half a frame at 60 Hz. */
const LIMIT = 8;
/** Seconds of history at the first poll. */
const HISTORY = 3600;

/** The tasks that count as scripting: running the program, parsing the HTML it writes, and garbage collection. */
const SCRIPTING = /^(EvaluateScript|EventDispatch|Fire\w+|FunctionCall|M(aj|in)orGC|ParseHTML|RunMicrotasks|TimerFire|v8\..+)$/i;

/** Mocks a server whose fleet changes every number at each poll. Returns a getter for the number of polls so far. */
async function mockPolls(page: Page): Promise<() => number> {
  const start = Date.now() - HISTORY * 1000;
  let polls = 0;
  await page.route('**/api/telemetry/*', async (route) => {
    const { pathname, search } = new URL(route.request().url());
    const endpoint = search ? 'hour' : pathname.replace(/.*\//, '');
    if (endpoint === 'host') polls += 1;
    await route.fulfill({ json: fleet(wire, endpoint, HISTORY + polls, start, false) });
  });
  return () => polls;
}

/**
 * The CPU time in milliseconds that each update spends on scripting. It covers every span that begins after a poll's
 * first response and ends before the next poll is sent. Nested spans are counted once; layout and paint count only when
 * they run within a script.
 */
function scripting(trace: readonly Span[]): number[] {
  const asked = trace.filter(({ name, url }) => name === 'ResourceSendRequest' && url.endsWith('/host'));
  return asked.slice(1).map(({ start: end }, index) => {
    const sent = asked[index]?.start ?? NaN;
    const answered = trace.find(({ name, start }) => name === 'ResourceReceiveResponse' && start > sent)?.start ?? NaN;
    let sum = 0;
    let counted = answered;
    for (const span of trace) {
      if (!SCRIPTING.test(span.name) || span.start < counted || span.end > end) continue;
      sum += span.busy;
      counted = span.end;
    }
    return sum;
  });
}

/** The heights of windows in which the table's rows are out of sight, and in which a dozen are in sight. */
const [CHARTS_ONLY, WITH_ROWS] = [800, 1400];

const CASES = [
  { period: '1 hour', height: CHARTS_ONLY, panel: 'closed' },
  { period: '1 hour', height: WITH_ROWS, panel: 'closed' },
  { period: '1 min', height: WITH_ROWS, panel: 'closed' },
  { period: '1 min', height: CHARTS_ONLY, panel: 'open' },
];

for (const { period, height, panel } of CASES) {
  const name = `${period} of history, ${height} px high, panel ${panel}`;
  test(`an update of ${FLEET} agents takes at most ${LIMIT} ms of scripting: ${name}`, async ({
    page,
    dashboard,
    fakeDocker,
    startServer,
  }) => {
    fakeDocker.containers = Array.from({ length: FLEET }, (_, index) => ({ name: `agent-${index}` }));
    const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
    const polls = await mockPolls(page);
    const expectPolls = (count: number) => expect.poll(polls, { timeout: 5000 * count }).toBeGreaterThanOrEqual(polls() + count);
    await page.setViewportSize({ width: 1280, height });
    await page.goto(server.url);
    await expectPolls(2);
    await dashboard.history.getByRole('button', { name: period }).click();
    await expect(dashboard.line('cpu').first()).toBeAttached();
    if (panel === 'open') {
      await dashboard.openPanel();
      await expect(dashboard.panelRows.first().locator('.ht-trend-cell:not(.ht-is-memory) polyline')).toHaveCount(1);
    }
    // Give the engine time to compile the hot code.
    await expectPolls(5);

    const trace = await traceMainThread(page, () => expectPolls(UPDATES + 1));
    // Otherwise, the page would keep polling while the server is shutting down.
    await page.close();
    const times = scripting(trace).slice(0, UPDATES);
    expect(times).toHaveLength(UPDATES);
    const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
    console.log(`${name}: median ${median.toFixed(1)} ms, 95th percentile ${p95.toFixed(1)} ms of ${UPDATES} updates`);
    expect(median).toBeLessThanOrEqual(LIMIT);
  });
}
