/**
 * Pages that the go of an engine under way has looked up, by the address that led there: a command finds in
 * one step what a walk through TLB, IOMMU and memory found before. Nothing is held between events, and
 * nothing here is seen in a state: each address is forgotten wherever the long way would come to something
 * else.
 */
export class Place {
  /** Page of the address; -1: none. */
  page = -1;
  /** Upper 16 bits of the address; GLOBAL in the GGTT. */
  space = 0;
  /** The guest frame it leads to, and whose. */
  v = 0;
  gfn = 0;
  /** False: what is written there is dropped. */
  writable = true;
  /** Its words, fresh for the turn under way; null: not looked up yet, or written to elsewhere since. */
  words: Uint32Array | null = null;
}

/** `space` of addresses in the GGTT. */
export const GLOBAL = -1;

/**
 * A place stands where the low bits of its page say, as in the TLB, whose index has these bits too: an entry
 * that another one drives out of the TLB is driven out here.
 */
const PLACES = Array.from({ length: 16 }, () => new Place());

/** Where the place of an address stands if it is known, and where it is to be put if it is not. */
export function placeOf(page: number): Place {
  return PLACES[page & 15];
}

/**
 * Counts whatever a command may do that the streamer must look around for before it goes on in the page that
 * it holds: an address was looked up or forgotten, words have moved, or something is on its way to the guest.
 */
export const CHANGES = { count: 0 };

/** Remember where an address leads. */
export function putPlace(page: number, space: number, v: number, gfn: number, writable: boolean): Place {
  const place = PLACES[page & 15];
  place.page = page;
  place.space = space;
  place.v = v;
  place.gfn = gfn;
  place.writable = writable;
  place.words = null;
  CHANGES.count++;
  return place;
}

/** Forget every address: another go begins, or the engine's translations are gone. */
export function forgetPlaces(): void {
  for (let i = 0; i < PLACES.length; i++) PLACES[i].page = -1;
  CHANGES.count++;
}

/** What was found to be a frame's words last: nobody holds others of that frame. */
let moved: Uint32Array | null = null;

/** A frame was written to, and its words are these now: who holds others must look them up again. */
export function wordsMoved(v: number, gfn: number, words: Uint32Array | null): void {
  if (words === moved) return;
  moved = words;
  for (let i = 0; i < PLACES.length; i++) {
    const place = PLACES[i];
    if (place.gfn === gfn && place.v === v) place.words = null;
  }
  CHANGES.count++;
}
