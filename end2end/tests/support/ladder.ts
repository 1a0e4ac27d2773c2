import type { Page } from '@playwright/test';

/** What the header goes without as it narrows, the first to go first. The worst metric stands to the last. */
const RUNGS = {
  'sparklines and bar': '.ht-visual > .ht-spark, .ht-visual > .ht-bar',
  'sums of the agents': '.ht-agents-value',
  'memory in GiB': '.ht-metric.ht-is-memory .ht-full',
  'name of the culprit': '.ht-culprit-name',
  'healthiest metric': '.ht-is-rank-3 > .ht-visual',
  'next metric': '.ht-is-rank-2 > .ht-visual',
  'worst metric': '.ht-is-rank-1 > .ht-visual',
};

/** Only there in a header that has but one metric. */
const MORE = '.ht-more';

/** The rungs that are seen, in their order, and whether the header says that there is more. */
export async function rungs(page: Page): Promise<{ seen: string[]; more: boolean }> {
  const [seen, more] = await page.evaluate(
    ({ rungs, more }) => {
      // What is there to be heard alone is a pixel wide; a sum that is not known is empty.
      const isSeen = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
      const any = (selector: string) => [...document.querySelectorAll(selector)].some(isSeen);
      return [rungs.filter(([, selector]) => any(selector)).map(([name]) => name), any(more)] as const;
    },
    { rungs: Object.entries(RUNGS), more: MORE },
  );
  return { seen, more };
}

/** What is there after the one that was last to go; nothing else may be missing. */
export function isFurtherDown(before: string[], now: string[]): boolean {
  return now.length > 0 && before.slice(-now.length).join() === now.join();
}
