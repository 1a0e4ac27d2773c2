import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a folder with a short path, because a socket's path is limited to 107 bytes. */
export function makeTempFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ht-'));
}

export function removeTempFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
