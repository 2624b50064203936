import { TOLD } from "./codes.ts";
import { K } from "./kinds.ts";
import type { Rows } from "./rows.ts";

const FETCHED = K["guest.fetched"];

/**
 * Visit the content id of each page that the rows from `first` on name: those that came under a ticket, then
 * those told in place.
 */
export function eachPageId(rows: Rows, visit: (id: number) => void, first = 0): void {
  const { count, kind, page, answerTable } = rows;
  for (let i = first; i < count; i++) if (kind[i] === FETCHED) visit(page[i]);
  for (let k = first < count ? rows.firstAnswer[first] : answerTable.count; k < answerTable.count; k++)
    if (answerTable.status[k] === TOLD) visit(answerTable.page[k]);
}

/** Put the ids that `change` says in the place of those that the rows name. */
export function changePageIds(rows: Rows, change: (id: number) => number): void {
  const { count, kind, page, answerTable } = rows;
  for (let i = 0; i < count; i++) if (kind[i] === FETCHED) page[i] = change(page[i]);
  for (let k = 0; k < answerTable.count; k++)
    if (answerTable.status[k] === TOLD) answerTable.page[k] = change(answerTable.page[k]);
}
