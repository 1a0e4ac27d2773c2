import type { Page } from '@playwright/test';

/** What the header drops as it narrows, from first to last. The worst metric is never dropped. */
const PARTS = {
  'sparklines and bar': '.ht-visual > .ht-spark, .ht-visual > .ht-bar',
  'totals of the agents': '.ht-agents-value',
  'memory in GiB': '.ht-metric.ht-is-memory .ht-full',
  'name of the culprit': '.ht-culprit-name',
  'healthiest metric': '.ht-is-rank-3 > .ht-visual',
  'next metric': '.ht-is-rank-2 > .ht-visual',
  'worst metric': '.ht-is-rank-1 > .ht-visual',
};

/** Indicates that other metrics are hidden; shown only when a single metric is visible. */
const MORE = '.ht-more';

/** The visible parts, in order, and whether the header indicates that other metrics are hidden. */
export async function visibleParts(page: Page): Promise<{ visible: string[]; more: boolean }> {
  const [visible, more] = await page.evaluate(
    ({ parts, more }) => {
      // Excludes text for screen readers, which is one pixel wide, and unknown totals, which are empty.
      const isVisible = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
      const any = (selector: string) => [...document.querySelectorAll(selector)].some(isVisible);
      return [parts.filter(([, selector]) => any(selector)).map(([name]) => name), any(more)] as const;
    },
    { parts: Object.entries(PARTS), more: MORE },
  );
  return { visible, more };
}

/** Whether `now` is a non-empty suffix of `before`. */
export function droppedInOrder(before: string[], now: string[]): boolean {
  return now.length > 0 && before.slice(-now.length).join() === now.join();
}
