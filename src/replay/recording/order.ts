/**
 * Elements of a column stand grouped by kind (the file's numbers, ascending), within a kind in row order:
 * rows of one kind resemble each other, which saves a fifth of a packed file against plain row order, and no
 * column visits a row without it.
 */
export class KindOrder {
  /** Rows by kind: rows of kind k are order[start[k]] .. order[start[k + 1] - 1]. */
  order = new Uint32Array(256);
  readonly start = new Uint32Array(257);
  /** The kinds that have rows, ascending; the first `presentCount` count. */
  private readonly present = new Uint8Array(256);
  private presentCount = 0;
  private readonly next = new Uint32Array(256);

  sort(kind: Uint8Array, count: number): void {
    const { start, next, present } = this;
    if (this.order.length < count) this.order = new Uint32Array(Math.max(count, this.order.length * 2));
    const order = this.order;
    next.fill(0);
    for (let i = 0; i < count; i++) next[kind[i]]++;
    let sum = 0;
    let kinds = 0;
    for (let k = 0; k < 256; k++) {
      const rows = next[k];
      start[k] = sum;
      next[k] = sum;
      sum += rows;
      if (rows > 0) present[kinds++] = k;
    }
    start[256] = sum;
    this.presentCount = kinds;
    for (let i = 0; i < count; i++) order[next[kind[i]]++] = i;
  }

  /** Rows whose kind is in the set. */
  rowsWith(has: Uint8Array): number {
    const { present, presentCount, start } = this;
    let n = 0;
    for (let p = 0; p < presentCount; p++) {
      const k = present[p];
      if (has[k] === 1) n += start[k + 1] - start[k];
    }
    return n;
  }

  /**
   * Call `visit(a, b, j)` for each run order[a] .. order[b - 1] of rows whose kind is in the set; j rows of
   * it came before.
   */
  runs(has: Uint8Array, visit: (a: number, b: number, j: number) => void): void {
    const { present, presentCount, start } = this;
    let j = 0;
    for (let p = 0; p < presentCount; p++) {
      if (has[present[p]] !== 1) continue;
      const a = start[present[p]];
      while (p + 1 < presentCount && has[present[p + 1]] === 1) p++;
      const b = start[present[p] + 1];
      visit(a, b, j);
      j += b - a;
    }
  }
}
