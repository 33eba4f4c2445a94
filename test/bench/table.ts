type Cell = string | number | undefined;

/** Prints a table with a title to standard output; numbers are rounded and set to the right. */
export function printTable(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const text = (cell: Cell): string =>
    cell === undefined ? '-' : typeof cell === 'number' ? Math.round(cell).toLocaleString('en-US') : cell;
  const table = [heads, ...rows.map((row) => row.map(text))];
  const widths = heads.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  process.stdout.write(`\n${title}\n${table.map((row) => `  ${line(row)}`).join('\n')}\n`);
}
