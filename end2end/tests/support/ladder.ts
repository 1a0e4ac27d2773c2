import type { Page } from '@playwright/test';

/** What the header drops as it narrows, from first to last. The worst metric is never dropped. */
const PARTS = {
  'sparklines and bar': '.ht-visual > .ht-spark, .ht-visual > .ht-bar',
  'totals of the agents': '.ht-agents-value',
  'memory in GiB': '.ht-metric.ht-is-memory .ht-full',
  'noun of the agents': '.ht-toggle .ht-label',
  'healthiest metric': '.ht-metric.ht-is-rank-3',
  'next metric': '.ht-metric.ht-is-rank-2',
  'count of the agents': '.ht-count',
  'worst metric': '.ht-metric.ht-is-rank-1',
};

/** The visible parts, in order. */
export function visibleParts(page: Page): Promise<string[]> {
  return page.evaluate((parts) => {
    // Excludes text for screen readers, which is one pixel wide.
    const isVisible = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
    const any = (selector: string) => [...document.querySelectorAll(selector)].some(isVisible);
    return parts.filter(([, selector]) => any(selector)).map(([name]) => name);
  }, Object.entries(PARTS));
}

/** The names in the header's chips that are cut. */
export function cutNames(page: Page): Promise<string[]> {
  return page.locator('.ht-chip-name').filter({ visible: true }).evaluateAll((names) =>
    names.filter((name) => name.scrollWidth > name.clientWidth + 1).map((name) => name.textContent ?? ''),
  );
}

/** Whether `now` is a non-empty suffix of `before`. */
export function droppedInOrder(before: string[], now: string[]): boolean {
  return now.length > 0 && before.slice(-now.length).join() === now.join();
}
