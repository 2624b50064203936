/** Names that look like a mistyped one. */

/**
 * The `most` candidates nearest to `name`, best first. Upper and lower case are the same; a name within a
 * longer one is near.
 */
export function nearest(name: string, candidates: Iterable<string>, most = 5): string[] {
  const wanted = name.toLowerCase();
  const tail = wanted.slice(wanted.lastIndexOf(".") + 1);
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    const end = lower.slice(lower.lastIndexOf(".") + 1);
    const within = tail.length > 2 && end.includes(tail) ? -end.length : 0;
    scored.push({ candidate, score: distance(wanted, lower) + 2 * distance(tail, end) + within });
  }
  scored.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
  return scored.slice(0, most).map(({ candidate }) => candidate);
}

/** Characters to insert, remove or change on the way from one text to the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
