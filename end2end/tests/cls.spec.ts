import type { Page } from '@playwright/test';
import type { MockedContainer } from './support/host-mock.ts';
import { expect, test } from './support/test.ts';
import { type HostAnswer, wire } from './support/wire.ts';

const AGENTS = 12;
const POLLS = 36;

interface Shift extends PerformanceEntry {
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

interface Watched {
  shifts: string[];
}

/**
 * Runs in the page: notes what moved by itself. In the tables a number with a unit begins elsewhere when it gains a
 * digit, which counts as a shift, too; but where it ends, and all around it, nothing moves.
 */
function watchShifts(): void {
  const found: string[] = ((window as unknown as Watched).shifts = []);
  new PerformanceObserver((list) => {
    for (const { node, previousRect: from, currentRect: to } of list.getEntries().flatMap((entry) => (entry as Shift).sources)) {
      const element = node instanceof Element ? node : node?.parentElement;
      const isCell = element?.childElementCount === 0 && element.closest('table');
      if (isCell && from.right === to.right && from.y === to.y) continue;
      found.push(`${element?.outerHTML.slice(0, 80)} from ${from.right}, ${from.y} to ${to.right}, ${to.y}`);
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** What has moved by itself up to what is shown now. */
function shifts(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // It is told after what there is has been laid out and drawn, as is what moved; the clock does not hold it up.
    const drawn = () => new Promise((done) => new IntersectionObserver(done).observe(document.body));
    await drawn();
    await drawn();
    return (window as unknown as Watched).shifts;
  });
}

/** From one digit to three and back, in every number. */
function load(poll: number): number {
  return [9.9, 10, 55.5, 76, 94, 100, 94, 94, 76, 40, 9.9, 0][poll % 12] ?? 0;
}

function host(poll: number): Partial<HostAnswer> {
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
  test(`nothing moves by itself in a window of ${width}`, async ({ page, dashboard, fakeDocker, hostMock, startServer }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.addInitScript(watchShifts);
    fakeDocker.containers = agents(0).map(({ name }) => ({ name }));
    const server = await startServer({ args: ['--interval', '1'] });
    await expect.poll(async () => (await server.history()).totals.length).toBeGreaterThan(0);
    await dashboard.openFrozen(server.url);
    await expect(dashboard.rows).toHaveCount(AGENTS);
    expect(await shifts(page), 'as the page comes alive').toEqual([]);

    // From now on this host is another, of another size.
    hostMock.answer(host(0));
    hostMock.run(agents(0));
    await dashboard.nextPoll(1);
    const { length } = await shifts(page);
    let accused = 0;
    for (let poll = 1; poll <= POLLS; poll += 1) {
      hostMock.answer(host(poll));
      hostMock.run(agents(poll));
      await dashboard.nextPoll(1);
      expect((await shifts(page)).slice(length), `at ${load(poll)} percent`).toEqual([]);
      if (await dashboard.cpu.root.evaluate((metric) => metric.matches('.ht-has-culprit'))) accused += 1;
    }
    expect(accused, 'polls with somebody to blame').toBeGreaterThan(3);
    expect(accused).toBeLessThan(POLLS);

    await dashboard.summary.click();
    await expect(dashboard.panelRows).toHaveCount(AGENTS);
    for (let poll = 1; poll <= 3; poll += 1) {
      hostMock.answer(host(poll));
      await dashboard.nextPoll(1);
    }
    expect((await shifts(page)).slice(length), 'with the panel open').toEqual([]);
  });
}
