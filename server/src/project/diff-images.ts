import type { ReloadChange } from '../model/event.js';
import { foldName } from '../model/identifier.js';
import type { ProgramImage } from '../model/program-image.js';

/** POUs that two images do not share. Without a `before` all are added. */
export function diffPous(before: ProgramImage | undefined, after: ProgramImage | undefined): readonly ReloadChange[] {
  const old = new Map((before?.pous ?? []).map((pou) => [foldName(pou.name), pou]));
  const changes: ReloadChange[] = [];
  for (const pou of after?.pous ?? []) {
    const was = old.get(foldName(pou.name));
    old.delete(foldName(pou.name));
    if (!was) changes.push({ path: pou.name, change: 'added' });
    else if (was.digest !== pou.digest) changes.push({ path: pou.name, change: 'changed' });
  }
  for (const pou of old.values()) changes.push({ path: pou.name, change: 'removed' });
  return changes;
}
