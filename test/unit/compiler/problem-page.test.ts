import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemIndex, problemPage } from '../../../server/src/compiler/problem-page.js';
import { problemTable } from '../../../server/src/compiler/problem-table.js';

const folder = join(import.meta.dirname, '../../../docs/problems');

describe('the pages of diagnostic codes', () => {
  it.each(Object.entries(problemTable))(
    '%s says what the table says (node scripts/problem-pages.mjs writes it)',
    (code, entry) => {
      expect(readFileSync(join(folder, `${code}.md`), 'utf8')).toBe(problemPage(code, entry));
    },
  );

  it('are all in the index', () => {
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(problemIndex(problemTable));
  });
});
