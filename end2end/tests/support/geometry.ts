/** The parts of the page, which are inspected separately because they may cover each other. */
const PARTS = { header: '.stats-bar', page: 'main', panel: '.ht-panel' };

export type Part = keyof typeof PARTS;

/** A page of any browser. */
interface Inspectable {
  evaluate(call: typeof inspect, argument: { part: Part; selector: string }): Promise<string[]>;
}

/** Layout flaws in a part of the page, such as text that overlaps or is clipped, wrapped or out of bounds. */
export function flaws(page: Inspectable, part: Part): Promise<string[]> {
  return page.evaluate(inspect, { part, selector: PARTS[part] });
}

/** Runs in the page. A leaf is indivisible: text, an image, a button, an input or the rule between two metrics. */
function inspect({ part, selector }: { part: Part; selector: string }): string[] {
  /** The tolerance in pixels, because boxes do not align to whole pixels. */
  const slack = 0.5;
  /** The minimum gap between text in different parts, in pixels. */
  const gap = 4;
  const parts = '.host, .ht-chip, .ht-metric, .ht-agents, .ht-command, td, th, .ht-chart-times text, .ht-legend > *, .ht-facts > *';
  /** Text must stay within these elements. */
  const boxes = ':not(.ht-detail) > td, :not(.ht-group) > th, .ht-chart-head, .ht-card-head, .ht-facts';
  /** Elements that may be truncated, because names and daemon errors have no maximum length. */
  const truncatable = '.host, .ht-chip, .ht-dropped, .ht-command code, .ht-name-text, .ht-note, .ht-key > span';
  const oneLine = part === 'header' ? selector : '.ht-number-cell, .ht-row .ht-name, thead th:not([scope=row]), .ht-legend > *, .ht-facts dt';
  /** Elements that cover the chart on purpose. */
  const overlays = '.ht-chart-cursor, .ht-chart-pointer';

  interface Leaf {
    name: string;
    element: Element;
    isText: boolean;
    left: number;
    right: number;
    top: number;
    bottom: number;
  }

  const found = new Set<string>();
  const root = document.querySelector(selector);
  if (!root) return [`there is no ${selector}`];
  const pixels = (value: number) => `${value.toFixed(1)} px`;

  const describe = (element: Element, text = ''): string => {
    const classed = element.closest('[class]:not([class=""])') ?? element;
    const inside = element.closest('.ht-is-cpu.ht-metric, .ht-is-memory.ht-metric, .ht-is-disk.ht-metric, .ht-agents, thead, tbody');
    const place = inside && inside !== classed ? `${inside.classList[1] ?? inside.classList[0] ?? inside.localName} ` : '';
    const own = [element.localName, ...classed.classList].join('.');
    return place + own + (text && ` "${text.length > 24 ? `${text.slice(0, 24)}…` : text}"`);
  };

  const isVisible = (element: Element): boolean => {
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    if (part !== 'panel' && element.closest('.ht-panel')) return false;
    // Text clipped like this is for screen readers only.
    for (let up: Element | null = element; up && up !== root; up = up.parentElement) {
      if (getComputedStyle(up).clipPath === 'inset(50%)') return false;
    }
    return true;
  };

  /**
   * The box of a text node, including its element's `::after` content, which a range does not cover; null if the text
   * is not rendered.
   */
  const textBox = (text: Text, element: Element): Pick<Leaf, 'left' | 'right' | 'top' | 'bottom'> | null => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
    if (!rects.length) return null;
    let right = Math.max(...rects.map((rect) => rect.right));
    const after = getComputedStyle(element, '::after');
    if (text === element.lastChild && !['none', 'normal', '""'].includes(after.content)) {
      right = Math.max(right, element.getBoundingClientRect().right - Math.min(0, Number.parseFloat(after.marginRight)));
    }
    return {
      left: Math.min(...rects.map((rect) => rect.left)),
      right,
      top: Math.min(...rects.map((rect) => rect.top)),
      bottom: Math.max(...rects.map((rect) => rect.bottom)),
    };
  };

  /**
   * Returns the parent of the sticky element that contains `element`, or null if no sticky element contains it. Sticky
   * content covers whatever scrolls beneath it.
   */
  const pinned = (element: Element): Element | null => {
    let up: Element | null = element;
    while (up && up !== root && getComputedStyle(up).position !== 'sticky') up = up.parentElement;
    return up === root ? null : (up?.parentElement ?? null);
  };

  let leaves: Leaf[] = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const [text, element] = [node as Text, node.parentElement];
    const box = element && text.data.trim() && isVisible(element) && textBox(text, element);
    if (box) leaves.push({ name: describe(element, text.data.trim()), element, isText: true, ...box });
  }
  for (const element of root.querySelectorAll('svg, button, input')) {
    const { left, right, top, bottom, width } = element.getBoundingClientRect();
    if (width > 0 && !element.matches(overlays) && isVisible(element)) leaves.push({ name: describe(element), element, isText: false, left, right, top, bottom });
  }
  for (const element of root.querySelectorAll('.ht-metric, .ht-agents')) {
    const { borderLeftWidth, borderLeftColor } = getComputedStyle(element);
    const { left, top, bottom } = element.getBoundingClientRect();
    const width = Number.parseFloat(borderLeftWidth);
    if (width && !/, 0\)|\/ 0\)/.test(borderLeftColor)) leaves.push({ name: `rule of ${describe(element)}`, element, isText: false, left, right: left + width, top, bottom });
  }

  const windowWidth = document.documentElement.clientWidth;
  const bar = part === 'header' ? root.getBoundingClientRect() : null;
  for (const leaf of leaves) {
    if (leaf.element.closest(truncatable)) {
      // Ignore the part that truncation hides.
      for (let up: Element | null = leaf.element; up && up !== root; up = up.parentElement) {
        if (getComputedStyle(up).overflowX === 'visible') continue;
        const { left, right, top, bottom } = up.getBoundingClientRect();
        Object.assign(leaf, { left: Math.max(leaf.left, left), right: Math.min(leaf.right, right) });
        Object.assign(leaf, { top: Math.max(leaf.top, top), bottom: Math.min(leaf.bottom, bottom) });
      }
    } else {
      for (let up = leaf.element.parentElement; up && up !== document.body; up = up.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(up);
        const { left, right, top, bottom } = up.getBoundingClientRect();
        const across = overflowX === 'visible' ? 0 : Math.max(left - leaf.left, leaf.right - right);
        const down = /hidden|clip/.test(overflowY) ? Math.max(top - leaf.top, leaf.bottom - bottom) : 0;
        const cut = Math.max(across, down);
        if (cut > slack) found.add(`clipped by ${pixels(cut)}: ${leaf.name} in ${describe(up)}`);
      }
    }
    // The arrow of a sorted column extends into the gap between two columns.
    const box = leaf.isText && !leaf.element.matches('th button') ? leaf.element.closest(boxes) : null;
    const { left = -Infinity, right = Infinity } = box?.getBoundingClientRect() ?? {};
    const over = Math.max(left - leaf.left, leaf.right - right);
    if (box && over > slack) found.add(`out of its box by ${pixels(over)}: ${leaf.name} in ${describe(box)}`);
    const out = Math.max(-leaf.left, leaf.right - windowWidth);
    if (out > slack) found.add(`out of the window by ${pixels(out)}: ${leaf.name}`);
    const above = bar ? Math.max(bar.top - leaf.top, leaf.bottom - bar.bottom) : 0;
    if (above > slack) found.add(`out of the bar by ${pixels(above)}: ${leaf.name}`);
  }

  // What truncation hides altogether is no flaw.
  leaves = leaves.filter(({ left, right, top, bottom }) => right - left > slack && bottom - top > slack);
  leaves.sort((one, other) => one.top - other.top);
  leaves.forEach((one, index) => {
    for (const other of leaves.slice(index + 1)) {
      if (other.top >= one.bottom - slack) break;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - other.top;
      const minimum = one.isText && other.isText && one.element.closest(parts) !== other.element.closest(parts) ? gap : -slack;
      if (across <= -minimum || down <= slack) continue;
      if (!(one.isText && other.isText) && (one.element.contains(other.element) || other.element.contains(one.element))) continue;
      // Texts of one element flow around each other.
      if (one.isText && other.isText && one.element === other.element) continue;
      if (pinned(one.element) !== pinned(other.element)) continue;
      const how = across > slack ? `overlap by ${pixels(across)} × ${pixels(down)}` : `only ${pixels(Math.max(0, -across))} apart`;
      found.add(`${how}: ${one.name} and ${other.name}`);
    }
  });

  for (const element of [...root.querySelectorAll(oneLine), ...(root.matches(oneLine) ? [root] : [])]) {
    const lines = leaves.filter((leaf) => leaf.isText && element.contains(leaf.element)).sort((one, other) => one.top - other.top);
    const [first] = lines;
    const next = first && lines.find((leaf) => leaf.top > first.bottom - slack);
    const tall = lines.find((leaf) => leaf.bottom - leaf.top > 2 * Number.parseFloat(getComputedStyle(leaf.element).fontSize));
    if (next) found.add(`on a second line: ${next.name}`);
    if (tall) found.add(`wrapped: ${tall.name}`);
  }

  for (const element of [document.documentElement, root, ...root.querySelectorAll('*')]) {
    if (element !== document.documentElement && !/auto|scroll/.test(getComputedStyle(element).overflowX)) continue;
    if (!element.checkVisibility()) continue;
    const beyond = element.scrollWidth - element.clientWidth;
    if (beyond > 0) found.add(`scrolls sideways by ${pixels(beyond)}: ${describe(element)}`);
  }
  return [...found];
}
