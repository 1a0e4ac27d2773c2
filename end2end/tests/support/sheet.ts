import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';

const FOLDER = resolve(import.meta.dirname, '../../../docs/screenshots');
/**
 * Where pictures are kept until they are put on sheets. The path contains the parent's process ID, so all workers share
 * the folder: Playwright starts a new worker after a failure.
 */
const PICTURES = join(tmpdir(), `ht-pictures-${process.ppid}`);

/** Whether to update the pictures in the documentation. */
export const UPDATES = process.env['UPDATE_SCREENSHOTS'] === '1';

export type Theme = 'light' | 'dark';
export const THEMES: Theme[] = ['light', 'dark'];

/** Views whose pictures are shown side by side. */
type Row = string[];

/** The path to the picture of this state in this view. */
export function picture(theme: Theme, state: string, view: string): string {
  return join(PICTURES, theme, state.replaceAll(/\W+/g, '-'), `${view}.png`);
}

/** Saves one sheet that shows the pictures of these states. */
export async function writeSheet(page: Page, theme: Theme, name: string, states: string[], rows: Row[]): Promise<void> {
  const image = (state: string, view: string) =>
    `<img src="data:image/png;base64,${readFileSync(picture(theme, state, view), 'base64')}">`;
  const sheet = states.map((state) => {
    const strips = rows.map((row) => `<p>${row.map((view) => image(state, view)).join('')}</p>`);
    return `<h2>${state}</h2>${strips.join('')}`;
  });
  await page.setViewportSize({ width: 1640, height: 800 });
  await page.emulateMedia({ colorScheme: theme });
  await page.setContent(`<style>
    :root { color-scheme: light dark; }
    body { width: max-content; margin: 0; padding: 4px 10px 12px; background: light-dark(#d9dce2, #33383f); font: 13px sans-serif; }
    h2 { margin: 12px 0 4px; font-size: inherit; }
    p { display: flex; gap: 10px; align-items: start; margin: 0 0 4px; }
  </style>${sheet.join('')}`);
  await mkdir(FOLDER, { recursive: true });
  await page.locator('body').screenshot({ path: resolve(FOLDER, `${name}-${theme}.png`) });
}

/** Deletes the individual pictures once the sheets have been saved. */
export function removePictures(): Promise<void> {
  return rm(PICTURES, { recursive: true });
}
