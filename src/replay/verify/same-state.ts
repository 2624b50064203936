import type { State } from "../../reducers/machine.ts";
import { eachFrameFacts, type FrameFacts, type RamState } from "../../reducers/ram.ts";
import { eachPage, type Root } from "../../reducers/words.ts";

/**
 * Will everything that follows from two states be the same? They share a page store. Every value is compared,
 * not the digests: a digest says nothing of how fresh a frame is nor of the last row's number, and whoever
 * writes a file can make two states of equal digests.
 */
export function sameState(a: State, b: State): boolean {
  return (
    a.seq === b.seq &&
    a.now === b.now &&
    a.lastTicket === b.lastTicket &&
    a.lastStamp === b.lastStamp &&
    // The order of fields, too: digests go by it.
    JSON.stringify(a.trees) === JSON.stringify(b.trees) &&
    a.roots.every((root, plane) => sameWords(root, b.roots[plane])) &&
    a.rams.every((ram, v) => sameFrames(ram, b.rams[v]))
  );
}

/** A page of zeros is the same as no page. */
function sameWords(a: Root, b: Root): boolean {
  if (a === b) return true;
  const left = pagesOf(a);
  const right = pagesOf(b);
  if (left.size !== right.size) return false;
  for (const [page, words] of left) {
    const other = right.get(page);
    if (other === undefined || !sameArray(words, other)) return false;
  }
  return true;
}

function pagesOf(root: Root): Map<number, Uint32Array> {
  const pages = new Map<number, Uint32Array>();
  eachPage(root, (page, words) => {
    if (words.some((word) => word !== 0)) pages.set(page, words);
  });
  return pages;
}

function sameFrames(a: RamState, b: RamState): boolean {
  if (a.root === b.root) return true;
  const left = framesOf(a);
  const right = framesOf(b);
  return left.length === right.length && left.every((facts, f) => sameFrame(facts, right[f]));
}

function framesOf(ram: RamState): FrameFacts[] {
  const frames: FrameFacts[] = [];
  eachFrameFacts(ram.root, (facts) => frames.push(facts));
  return frames;
}

function sameFrame(a: FrameFacts, b: FrameFacts): boolean {
  if (a.gfn !== b.gfn || a.stamp !== b.stamp) return false;
  if (a.words === null || b.words === null) return a.words === b.words && a.content === b.content;
  return sameArray(a.words, b.words);
}

function sameArray(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}
