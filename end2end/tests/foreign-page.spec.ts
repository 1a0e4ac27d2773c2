import type { Locator, Page } from '@playwright/test';
import type { Dashboard } from './support/dashboard.ts';
import { Stage } from './support/scene.ts';
import { STATES } from './support/states.ts';
import { type StartServer, expect, test } from './support/test.ts';

/** The styles of a page that knows nothing about the component. They replace page.css. */
const FRAME = `
  html, body, .stats-bar, main, #foreign {
    box-sizing: border-box !important; min-width: 0 !important; max-width: none !important; margin: 0 !important; padding: 0 !important;
    border: 0 !important; outline: 0 !important; background: white !important; transition: none !important;
  }
  .stats-bar { display: flex; height: 48px; }
  .stats-bar, main { padding: 0 20px !important; }
  .host { display: none !important; }
  #foreign { position: absolute; top: 2000px; left: 0; width: 600px; }
`;

/** Rules from the page's stylesheet that also match the component's elements. */
const HOSTILE = `
  :root { --muted: red; --ink: red; --line: red; --card: red; --page: red; --track: red; --state: red; --small: 30px; --text: 30px; }
  html { font-size: 62.5%; line-height: 3; letter-spacing: 2px; text-align: right; text-transform: uppercase; }
  body { color: red; font: italic 30px/3 serif; cursor: wait; white-space: pre; word-spacing: 9px; }
  *, *::before, *::after {
    box-sizing: content-box; margin: 7px; padding: 5px; border: 2px dashed red; border-radius: 9px; outline: 3px solid red;
    background: yellow; color: red; font: italic 700 17px/2 serif; letter-spacing: 3px; line-height: 2.5; text-align: center;
    text-transform: uppercase; text-shadow: 1px 1px red; transition: all 3s; vertical-align: top; max-width: 50%; min-width: 30px;
  }
  .bar, .card, .cell, .chart, .containers, .empty, .error, .filter, .is-cpu, .is-hidden, .key, .legend, .name, .number, .room,
  .share, .sr-only, .state, .sum, .trend, .unit, .when { display: none; }
  button { padding: 12px 24px; border: 3px solid red; background: red; color: white; font: 20px serif; text-transform: uppercase; }
  table { width: 50%; border-collapse: separate; border-spacing: 9px; background: red; color: white; font-size: 20px; }
  th, td { padding: 20px; border: 3px solid red; text-align: center; }
  svg { display: inline; width: 100%; height: auto; max-width: 100%; fill: red; stroke: red; stroke-width: 3px; overflow: visible; }
  svg * { color: red; fill: red; fill-opacity: 0; stroke: red; opacity: 0.5; }
  section, header, main, div, span, b, strong { color: red; font-size: 20px; }
  h2 { margin: 40px; color: red; font: 40px serif; }
  p, dl, dt, dd { margin: 30px; color: red; font-size: 20px; }
  input, label { display: block; width: 100%; padding: 20px; border: 3px solid red; background: red; font: 20px serif; }
  :focus-visible { outline: 5px solid red; }
`;

/** The page's own elements, with tags and class names that a component's stylesheet might match. */
const OWN = `
  <style>
    #foreign { --muted: rgb(1, 2, 3); --ink: rgb(4, 5, 6); }
    #foreign .bar { color: var(--muted); height: 30px; }
    #foreign .containers { color: var(--ink); }
  </style>
  <h1 class="host">Heading</h1><h2 class="card-head">Heading</h2><p class="legend">Text <b>bold</b> <span class="key">key</span></p>
  <div class="bar is-cpu">Bar</div><div class="containers">Containers</div><div class="card"><span class="name">Name</span></div>
  <div class="is-hidden">Hidden</div><div class="sr-only">Heard</div><div class="is-high has-culprit">High</div>
  <dl class="room"><dt>Term</dt><dd>Fact</dd></dl><span data-widest="100%">9%</span><a href="#">Link</a>
  <table class="containers"><thead><tr><th aria-sort="descending" class="cpu"><button type="button">CPU</button></th></tr></thead>
  <tbody><tr><td class="number share">1</td></tr></tbody><tfoot><tr class="sum"><td>1</td></tr></tfoot></table>
  <label class="filter"><input type="search" placeholder="Search"><input type="range" class="chart-pointer"></label>
  <button type="button">Button</button><svg class="bar" width="30" height="9"><rect class="bar-fill" width="9" height="9"/></svg>
  <div data-theme="dark">Dark</div><div data-theme="light">Light</div>
`;

/** Opens the dashboard in a foreign page. */
async function open(page: Page, dashboard: Dashboard, startServer: StartServer): Promise<void> {
  await page.route('**/page.css', (route) => route.fulfill({ contentType: 'text/css', body: FRAME }));
  const [{ agents: culprits = [], ...scene } = {}, { agents: more = [] } = {}] = [STATES['two culprits'], STATES['60 agents']];
  // Add enough agents for the filter to appear.
  await new Stage({ ...scene, agents: [...culprits, ...more.slice(0, 4)] }).play(dashboard, startServer);
  await page.evaluate((own) => {
    document.body.insertAdjacentHTML('beforeend', `<div id="foreign">${own}</div>`);
  }, OWN);
}

/** The computed styles of these elements, including pseudo-elements and, if `deep` is set, all descendants. */
function styles(roots: Locator, deep: boolean): Promise<string[]> {
  return roots.evaluateAll((list, deep) => {
    const found: string[] = [];
    list.flatMap((root) => (deep ? [root, ...root.querySelectorAll('*')] : [root])).forEach((element, index) => {
      for (const pseudo of ['', '::before', '::after']) {
        const style = getComputedStyle(element, pseudo);
        const name = `${index} ${element.localName}.${[...element.classList].join('.')}${pseudo}`;
        if (pseudo && (style.content === 'none' || element instanceof SVGElement)) found.push(`${name} none`);
        else {
          // Ignore custom properties, which have no direct effect; box properties of shapes, which have no box; and the
          // size of the root elements, which depends on their content.
          const ignored = deep ? /^--/ : /^(--|block|height|inline|perspective|transform|width)/;
          const drawn = /^(animation-name|color|c[xy]|display|fill.*|filter|height|opacity|outline.*|r|r[xy]|stroke.*|transform|transition-duration|visibility|width|x|y)$/;
          const isShape = element.matches('rect, circle');
          const relevant = [...style].filter((property) => !ignored.test(property) && (!isShape || drawn.test(property)));
          found.push(...relevant.map((property) => `${name} ${property}: ${style.getPropertyValue(property)}`));
        }
      }
    });
    return found;
  }, deep);
}

/** Up to 20 differing lines, because there may be thousands. */
function differences(before: string[], after: string[]): string[] {
  const lines = after.map((line, index) => [before[index], line]).filter(([one, other]) => one !== other);
  return [...(before.length === after.length ? [] : ['elements appeared or disappeared']), ...lines.slice(0, 20).map((pair) => pair.join(' -> '))];
}

/**
 * The largest difference between two pictures in any channel of any pixel, from 0 to 255; 255 if their dimensions
 * differ. Semi-transparent pixels may differ by 1 from one rendering to the next.
 */
function contrast(page: Page, one: Buffer, other: Buffer): Promise<number> {
  return page.evaluate(async (pictures) => {
    const [a, b] = await Promise.all(
      pictures.map(async (picture) => {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
        context?.drawImage(image, 0, 0);
        return context?.getImageData(0, 0, image.width, image.height);
      }),
    );
    if (!a || !b || a.width !== b.width || a.height !== b.height) return 255;
    return a.data.reduce((most, value, index) => Math.max(most, Math.abs(value - (b.data[index] ?? 0))), 0);
  }, [one, other].map((picture) => picture.toString('base64')));
}

for (const place of ['before', 'after'] as const) {
  test(`a page's stylesheet ${place} the component's does not change the component`, async ({ page, dashboard, startServer }) => {
    await open(page, dashboard, startServer);
    await expect(dashboard.chips.first()).toBeVisible();
    await expect(dashboard.containers.locator('input')).toBeVisible();
    const togglePanel = async (opens: boolean) => {
      if (opens) await dashboard.openPanel();
      else await page.keyboard.press('Escape');
      await expect(dashboard.panel).toBeVisible({ visible: opens });
      // Clear the hover state, and the focus that returned to the button when the panel closed.
      await page.mouse.move(0, 0);
      if (!opens) await dashboard.summary.blur();
    };
    // Rows are drawn when they first become visible.
    await togglePanel(true);
    await expect(dashboard.panelRows.locator('.ht-trend polyline').first()).toBeAttached();
    await togglePanel(false);
    await page.locator('.ht-details').screenshot();
    // A flat line has no height, so Playwright considers it invisible.
    await expect(dashboard.rows.last().locator('.ht-trend polyline').first()).toBeAttached();
    const capture = async () => {
      const parts: { name: string; picture: Buffer; styles: string[] }[] = [];
      const add = async (name: string, part: Locator) => void parts.push({ name, picture: await part.screenshot(), styles: await styles(part, true) });
      for (const width of [1280, 420]) {
        await page.setViewportSize({ width, height: 800 });
        await add(`header, ${width}`, page.locator('.ht'));
        await add(`details, ${width}`, page.locator('.ht-details'));
        await togglePanel(true);
        await add(`panel, ${width}`, dashboard.panel);
        await togglePanel(false);
      }
      return parts;
    };
    const before = await capture();
    await page.evaluate(
      ({ hostile, place }) => {
        const sheet = document.createElement('style');
        sheet.textContent = hostile;
        document.head[place === 'before' ? 'prepend' : 'append'](sheet);
      },
      { hostile: HOSTILE, place },
    );
    await expect(page.locator('#foreign > h2'), "the page's stylesheet applies").toHaveCSS('font-size', '40px');
    const after = await capture();
    for (const [index, { name, picture, styles }] of before.entries()) {
      expect(differences(styles, after[index]?.styles ?? []), name).toEqual([]);
      expect(await contrast(page, picture, after[index]?.picture ?? picture), `${name} looks the same`).toBeLessThanOrEqual(1);
    }
  });
}

test("the component's stylesheet does not change the page", async ({ page, dashboard, startServer }) => {
  await open(page, dashboard, startServer);
  const capture = async () => {
    await page.locator('#foreign > button').focus();
    return [...(await styles(page.locator('html, body'), false)), ...(await styles(page.locator('#foreign > *'), true))];
  };
  const withSheet = await capture();
  const disabled = await page.evaluate(() => {
    const sheets = [...document.styleSheets].filter(({ href }) => href?.endsWith('/pkg/host-telemetry.css'));
    sheets.forEach((sheet) => (sheet.disabled = true));
    return sheets.length;
  });
  expect(disabled, 'disabled stylesheets').toBe(1);
  expect(differences(await capture(), withSheet)).toEqual([]);
});
