import type { Page } from '@playwright/test';

/** What the header drops as it narrows, in this order. The worst metric is never dropped. */
const PARTS = {
  'sparklines and bar': '.ht-visual > .ht-spark, .ht-visual > .ht-bar',
  'totals of the agents': '.ht-agents-value',
  'memory in GiB': '.ht-metric.ht-is-memory .ht-full',
  'name of the culprit': '.ht-culprit-name',
  'healthiest metric': '.ht-is-rank-3 > .ht-visual',
  'next metric': '.ht-is-rank-2 > .ht-visual',
  'worst metric': '.ht-is-rank-1 > .ht-visual',
};

/** Says that there are more metrics; shown only beside a single one. */
const MORE = '.ht-more';

/** The parts that are visible, in order, and whether the header says that there is more. */
export async function visibleParts(page: Page): Promise<{ visible: string[]; more: boolean }> {
  const [visible, more] = await page.evaluate(
    ({ parts, more }) => {
      // Text for screen readers is a pixel wide; an unknown total is empty.
      const isVisible = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
      const any = (selector: string) => [...document.querySelectorAll(selector)].some(isVisible);
      return [parts.filter(([, selector]) => any(selector)).map(([name]) => name), any(more)] as const;
    },
    { parts: Object.entries(PARTS), more: MORE },
  );
  return { visible, more };
}

/** Whether `now` lacks only the first parts of `before`. */
export function droppedInOrder(before: string[], now: string[]): boolean {
  return now.length > 0 && before.slice(-now.length).join() === now.join();
}
