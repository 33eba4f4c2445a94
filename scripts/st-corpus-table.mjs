// Writes test/corpus/st-outcomes.md: what becomes of each plain source of the corpus. Run `npm run build` first. The corpus is not
// part of the project; PLC_EMU_CORPUS names its folder.
import { writeFileSync } from 'node:fs';
import { resolve, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stTable } from '../dist/test/support/st-table.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { text, summary } = stTable(process.env.PLC_EMU_CORPUS ?? resolve(root, '../shared/corpus'));
writeFileSync(join(root, 'test/corpus/st-outcomes.md'), text);
console.log(summary);
