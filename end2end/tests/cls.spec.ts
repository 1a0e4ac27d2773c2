import type { Page } from '@playwright/test';
import type { MockedContainer } from './support/host-mock.ts';
import { expect, test } from './support/test.ts';
import { type HostResponse, wire } from './support/wire.ts';

const AGENTS = 12;
const POLLS = 36;

interface Shift extends PerformanceEntry {
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

interface Monitored {
  shifts: string[];
  /** How many cards there were when the page had last come to rest. */
  advised: number;
}

/**
 * Records layout shifts; runs in the page. Ignores cells and legend values whose right edge stays in place: a
 * right-aligned number starts further left when it gains a digit, but nothing around it moves. Also ignores what the verdict moves up or down
 * when it appears above it or goes: it is absent while nothing is wrong.
 */
function recordShifts(): void {
  const found: string[] = ((window as unknown as Monitored).shifts = []);
  new PerformanceObserver((list) => {
    for (const { node, previousRect: from, currentRect: to } of list.getEntries().flatMap((entry) => (entry as Shift).sources)) {
      const element = node instanceof Element ? node : node?.parentElement;
      const isCell = element?.childElementCount === 0 && element.closest('table, .ht-legend');
      const { advised } = window as unknown as Monitored;
      if (advised !== document.querySelectorAll('.ht-advice').length && element?.closest('main')) continue;
      // The sentence stands at its left edge, what the header has dropped at its right.
      if (element?.closest('.ht-advice') && from.x === to.x && from.y === to.y) continue;
      if (element?.matches('.ht-dropped, .ht-verdict > .ht-sr-only')) continue;
      if (element?.closest('.ht-dropped') && from.right === to.right && from.y === to.y) continue;
      if (isCell && from.right === to.right && from.y === to.y) continue;
      found.push(`${element?.outerHTML.slice(0, 80)} from ${from.right}, ${from.y} to ${to.right}, ${to.y}`);
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** All layout shifts up to the current frame. */
function shifts(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // An IntersectionObserver, like layout shifts, is reported after layout and paint, even while the clock is stopped.
    const drawn = () => new Promise((done) => new IntersectionObserver(done).observe(document.body));
    await drawn();
    await drawn();
    const state = window as unknown as Monitored;
    state.advised = document.querySelectorAll('.ht-advice').length;
    return state.shifts;
  });
}

/** A load in percent that takes every number from one digit to three and back. */
function load(poll: number): number {
  return [9.9, 10, 55.5, 76, 94, 100, 94, 94, 76, 40, 9.9, 0][poll % 12] ?? 0;
}

function host(poll: number): Partial<HostResponse> {
  const percent = load(poll);
  return {
    cpu: wire.cpu(percent),
    memory: wire.memory(percent),
    disk: wire.disk(percent),
  };
}

function agents(poll: number): MockedContainer[] {
  const share = load(poll) * 0.7;
  return Array.from({ length: AGENTS }, (_, index) => ({
    name: `agent-${index}`,
    cpuShare: index ? share / 100 : share,
    memoryShare: index ? 0.1 : share,
    memory_limit_mb: index % 2 ? 1024 : null,
  }));
}

for (const width of [1280, 820, 560, 360]) {
  test(`no layout shifts in a window ${width} px wide`, async ({ page, dashboard, fakeDocker, hostMock, startServer }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.addInitScript(recordShifts);
    fakeDocker.containers = agents(0).map(({ name }) => ({ name }));
    const server = await startServer({ args: ['--interval', '1'] });
    await expect.poll(async () => (await server.history()).totals.length).toBeGreaterThan(0);
    await dashboard.openFrozen(server.url);
    await expect(dashboard.rows).toHaveCount(AGENTS);
    expect(await shifts(page), 'during hydration').toEqual([]);

    // Shifts caused by switching from the real host to the mock do not count.
    hostMock.respondWith(host(0));
    hostMock.run(agents(0));
    await dashboard.nextPoll(1);
    const { length } = await shifts(page);
    let withCulprit = 0;
    for (let poll = 1; poll <= POLLS; poll += 1) {
      hostMock.respondWith(host(poll));
      hostMock.run(agents(poll));
      await dashboard.nextPoll(1);
      expect((await shifts(page)).slice(length), `at ${load(poll)} percent`).toEqual([]);
      if (await dashboard.chips.count()) withCulprit += 1;
    }
    expect(withCulprit, 'polls with a culprit').toBeGreaterThan(3);
    expect(withCulprit).toBeLessThan(POLLS);

    await dashboard.openPanel();
    await expect(dashboard.panelRows).toHaveCount(AGENTS);
    for (let poll = 1; poll <= 3; poll += 1) {
      hostMock.respondWith(host(poll));
      await dashboard.nextPoll(1);
    }
    expect((await shifts(page)).slice(length), 'with the panel open').toEqual([]);
  });
}
