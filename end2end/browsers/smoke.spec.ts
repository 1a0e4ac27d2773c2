import { NAMES, expect, test } from './support/test.ts';

const TIME = /^\d\d:\d\d:\d\d$/;
const PERCENT = /^\d+\.\d%$/;
const WIDTHS = [1280, 700, 420];
const TABLE = 'main .ht-table';
const ROWS = `${TABLE} tbody .ht-name-text`;

test('the first HTML has numbers, and the page becomes live', async ({ dashboard, server }) => {
  const html = await (await fetch(server.url)).text();
  expect(html, 'a number of CPU').toMatch(/class="ht-number"[^>]*>\d+%/);
  for (const name of NAMES) expect(html).toContain(`>${name}<`);

  const newest = () => dashboard.attribute('.ht-chart-plot polyline.ht-is-total', 'points');
  const before = await newest();
  await expect.poll(newest, { message: 'line of CPU usage' }).not.toBe(before);
  expect(await dashboard.programs(), 'files of the bundle').toHaveLength(2);
});

test('the header shows all three metrics', async ({ dashboard }) => {
  for (const [metric, value] of [['cpu', /^\d+%/], ['memory', /^\d+\.\d\/\d/], ['disk', /^\d+%/]] as const) {
    expect(await dashboard.text(`.ht-metric.ht-is-${metric} .ht-value`), metric).toMatch(value);
  }
});

for (const width of WIDTHS) {
  test(`nothing overlaps or is cut off in a window ${width} px wide`, async ({ dashboard, driver }) => {
    await driver.resize(width, 800);
    expect(await driver.evaluate(() => innerWidth, undefined)).toBe(width);
    expect(await dashboard.flaws('header')).toEqual([]);
    expect(await dashboard.flaws('page')).toEqual([]);
    await dashboard.removePage();
    await dashboard.click('.ht-toggle');
    await expect.poll(() => dashboard.texts('.ht-panel tbody .ht-name-text')).toHaveLength(NAMES.length);
    expect(await dashboard.flaws('panel')).toEqual([]);
  });
}

test('the panel opens by pointer and keyboard, and closes by Escape', async ({ dashboard, driver }) => {
  const names = () => dashboard.texts('.ht-panel tbody .ht-name-text');
  await dashboard.removePage();
  for (const open of [() => dashboard.click('.ht-toggle'), () => driver.press('Enter')]) {
    await open();
    await expect.poll(names, { message: 'rows of the open panel' }).toEqual(NAMES);
    await driver.press('Escape');
    await expect.poll(names, { message: 'rows of the closed panel' }).toEqual([]);
    await dashboard.focus('.ht-toggle');
  }
});

test('pointer and arrow keys select a moment of the charts, and a click pins it', async ({ dashboard, driver }) => {
  const when = () => dashboard.text('.ht-when');
  expect(await when()).toBe('now');
  const { x, y, width } = await dashboard.box('.ht-chart-pointer');
  await driver.movePointer(x + width - 5, y + 20);
  await expect.poll(when).toMatch(TIME);
  await expect.poll(() => dashboard.text('.ht-chart-head.ht-is-cpu h3 b')).toMatch(PERCENT);
  expect(await dashboard.text('.ht-chart-head.ht-is-memory h3 b')).toMatch(PERCENT);
  expect(await dashboard.attribute('.ht-chart-cursor line', 'x1')).not.toBeNull();
  await driver.movePointer(x, y - 60);
  await expect.poll(when).toBe('now');

  await dashboard.focus('.ht-chart-pointer');
  const spoken = () => dashboard.attribute('.ht-chart-pointer', 'aria-valuetext');
  await driver.press('ArrowLeft');
  await expect.poll(spoken).toMatch(/^\d\d:\d\d:\d\d: CPU \d+\.\d%, /);
  expect(await when()).toMatch(TIME);
  await driver.press('Enter');
  await dashboard.focus('.ht-toggle');
  expect(await when(), 'pinned').toMatch(TIME);
  await driver.press('Escape');
  await expect.poll(when).toBe('now');
});

test('the table can be sorted and filtered', async ({ dashboard, driver }) => {
  const names = () => dashboard.texts(ROWS);
  await expect.poll(names).toEqual(NAMES);
  await dashboard.click(`${TABLE} thead .ht-name button`);
  await expect.poll(names).toEqual(NAMES.toSorted());
  expect(await dashboard.attribute(`${TABLE} thead .ht-name`, 'aria-sort')).toBe('ascending');

  await dashboard.click('main .ht-filter input');
  await driver.type('tor');
  await expect.poll(names).toEqual(['auditor', 'editor', 'tutor']);
  for (const _ of 'tor') await driver.press('Backspace');
  await expect.poll(names).toEqual(NAMES.toSorted());
});

test('a selected name and the order stay while the pointer is over the rows, and a row opens', async ({ dashboard, driver }) => {
  await dashboard.click(`${TABLE} tbody .ht-open`);
  await expect.poll(() => dashboard.texts(`${TABLE} .ht-detail dt`)).toContain('Image');
  expect(await dashboard.attribute(`${TABLE} tbody .ht-open`, 'aria-expanded')).toBe('true');
  await expect.poll(() => dashboard.text('main .ht-pause')).toBe('Order paused');
  const selected = () => driver.evaluate(() => String(getSelection()), undefined);
  await driver.evaluate((rows) => getSelection()?.selectAllChildren(document.querySelector(rows)!), ROWS);
  const [name] = await dashboard.texts(ROWS);
  const line = () => dashboard.attribute('.ht-chart-plot polyline.ht-is-total', 'points');
  const before = await line();
  await expect.poll(line, { message: 'line of CPU usage' }).not.toBe(before);
  expect((await selected()).trim()).toBe(name);
});

test('the filter can be cleared by a button', async ({ dashboard, driver }) => {
  const button = 'main .ht-filter button';
  expect(await dashboard.text(button), 'shown without a filter').toBeUndefined();
  await dashboard.click('main .ht-filter input');
  await driver.type('tor');
  await dashboard.click(button);
  await expect.poll(() => dashboard.texts(ROWS)).toEqual(NAMES);
  expect(await driver.evaluate(() => document.activeElement?.tagName, undefined)).toBe('INPUT');
});

test('numbers stand below their headings, and the arrow of the order beside its heading', async ({ dashboard, driver }) => {
  await dashboard.removePage();
  await dashboard.click('.ht-toggle');
  await expect.poll(() => dashboard.texts('.ht-panel tbody .ht-name-text')).toEqual(NAMES);
  for (const column of ['share', 'memory', 'limit']) {
    const edges = await Promise.all(
      [`thead .ht-${column} button`, `tbody .ht-${column} .ht-cell`].map((part) => dashboard.textEdge(`.ht-panel ${part}`)),
    );
    expect(Math.abs(edges[0]! - edges[1]!), column).toBeLessThan(0.5);
  }
  const onTop = await driver.evaluate(() => {
    const button = document.querySelector('.ht-panel thead .ht-share button');
    const { right = 0, top = 0, height = 0 } = button?.getBoundingClientRect() ?? {};
    return document.elementFromPoint(right + 4, top + height / 2) === button;
  }, undefined);
  expect(onTop, 'nothing covers the arrow').toBe(true);
});

test('data-theme chooses light or dark', async ({ dashboard }) => {
  const background = () => dashboard.style('.ht-card', 'background-color');
  await dashboard.setTheme('dark');
  await expect.poll(background).toBe('rgb(21, 24, 30)');
  await dashboard.setTheme('light');
  await expect.poll(background).toBe('rgb(255, 255, 255)');
});
