import type { Page } from '@playwright/test';
import { FLEET, fleet } from '../tests/support/fleet.ts';
import { expect, test } from '../tests/support/test.ts';
import { wire } from '../tests/support/wire.ts';
import { quantile } from './quantile.ts';
import { type Span, traceMainThread } from './trace.ts';

const UPDATES = 50;
/** In milliseconds: half of what a frame has. */
const BAR = 8;
/** So many seconds of history are there from the first poll on. */
const HISTORY = 60;

/** What a browser does to run a program, parse what that writes into the page, and clear up behind it. */
const SCRIPTING = /^(EvaluateScript|EventDispatch|Fire\w+|FunctionCall|M(aj|in)orGC|ParseHTML|RunMicrotasks|TimerFire|v8\..+)$/i;

/** A fleet all of whose numbers are others at each poll, in the server's place; says how many polls there were. */
async function answerPolls(page: Page): Promise<() => number> {
  const start = Date.now() - HISTORY * 1000;
  let polls = 0;
  await page.route('**/api/telemetry/*', async (route) => {
    const endpoint = new URL(route.request().url()).pathname.replace(/.*\//, '');
    if (endpoint === 'host') polls += 1;
    await route.fulfill({ json: fleet(wire, endpoint, HISTORY + polls, start, false) });
  });
  return () => polls;
}

/**
 * Milliseconds of scripting for each update: all that begins after a poll's first answer and ends before the next poll
 * is sent. What runs within something that is counted is a part of it; layout and paint are counted only as such.
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

for (const panel of ['closed', 'open']) {
  test(`an update of ${FLEET} agents takes ${BAR} ms of scripting at most, the panel ${panel}`, async ({
    page,
    dashboard,
    fakeDocker,
    startServer,
  }) => {
    fakeDocker.containers = Array.from({ length: FLEET }, (_, index) => ({ name: `agent-${index}` }));
    const server = await startServer({ args: ['--interval', '1', '--container-noun', 'agent'] });
    const polls = await answerPolls(page);
    const expectPolls = (count: number) => expect.poll(polls, { timeout: 5000 * count }).toBeGreaterThanOrEqual(polls() + count);
    await page.goto(server.url);
    await expectPolls(2);
    if (panel === 'open') {
      await dashboard.summary.click();
      await expect(dashboard.panelRows.first().locator('.ht-trend polyline')).toHaveCount(1);
    }
    // The engine compiles what has run a few times.
    await expectPolls(5);

    const trace = await traceMainThread(page, () => expectPolls(UPDATES + 1));
    // It would ask on while its server ends.
    await page.close();
    const times = scripting(trace).slice(0, UPDATES);
    expect(times).toHaveLength(UPDATES);
    const [median, most] = [quantile(times, 0.5), quantile(times, 0.95)];
    console.log(`panel ${panel}: median ${median.toFixed(1)} ms, 95 % up to ${most.toFixed(1)} ms, of ${UPDATES} updates`);
    expect(median).toBeLessThanOrEqual(BAR);
  });
}
