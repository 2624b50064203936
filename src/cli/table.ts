/** Plain text in columns, numbers as people read them. */

const THOUSANDS = /\B(?=(\d{3})+$)/g;

/** `1,234,567` */
export function grouped(n: number): string {
  return String(Math.round(n)).replace(THOUSANDS, ",");
}

/** `1 block`, `1,234 blocks` */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** `412.3 KiB` */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Microseconds as seconds: `12.345678 s` */
export function secondsText(microseconds: number, digits = 6): string {
  return `${(microseconds / 1e6).toFixed(digits)} s`;
}

/** Cells in aligned columns, two blanks apart. Columns named in `right` are aligned to the right. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, c) => {
      widths[c] = Math.max(widths[c] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, c) => pad(cell, widths[c], right.includes(c)))
      .join("  ")
      .trimEnd(),
  );
}

function pad(cell: string, width: number, right: boolean): string {
  const blanks = " ".repeat(width - widthOf(cell));
  return right ? blanks + cell : cell + blanks;
}

/** Width on a terminal: colours take none. */
function widthOf(cell: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  return cell.replace(/\u001b\[\d+m/g, "").length;
}
