/**
 * Leave out as much of a list as possible so that `shows` still holds of the rest: first everything, then
 * halves, quarters, ..., single items, until no single one can go. From the back to the front: what came last
 * is needed least. Items keep their order. `enough` ends the search early; what was found by then is the
 * answer.
 */
export function shrink<T>(
  items: readonly T[],
  shows: (rest: readonly T[]) => boolean,
  enough: () => boolean = () => false,
): readonly T[] {
  if (items.length === 0 || shows([])) return [];
  let current = items;
  for (let size = Math.ceil(items.length / 2); ; size = Math.max(1, Math.ceil(size / 2))) {
    const before = current.length;
    current = sweep(current, size, shows, enough);
    if (enough() || (size === 1 && current.length === before)) return current;
  }
}

/** Try to leave out each run of `size` items. */
function sweep<T>(
  items: readonly T[],
  size: number,
  shows: (rest: readonly T[]) => boolean,
  enough: () => boolean,
): readonly T[] {
  let current = items;
  for (let end = current.length; end > 0 && !enough(); end -= size) {
    const from = Math.max(0, end - size);
    if (end - from === current.length) continue;
    const rest = [...current.slice(0, from), ...current.slice(end)];
    if (shows(rest)) current = rest;
  }
  return current;
}
