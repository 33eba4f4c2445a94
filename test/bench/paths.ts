import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** test/bench in the sources: what lies there beside TypeScript is not copied to dist. */
export const benchFolder = [here, join(here, '../../../test/bench')].find((folder) =>
  existsSync(join(folder, 'programs')),
)!;
