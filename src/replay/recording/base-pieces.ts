import type { Digest } from "../../events/digest.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import { HASH_BYTES } from "./decode.ts";
import { refuse } from "./errors.ts";
import type { RecordingMeta } from "./profile.ts";
import { joined } from "./tail.ts";
import type { Tools } from "./tools.ts";
import { type Item, ItemReader, packBody } from "./wire.ts";

/**
 * An embedded checkpoint in a file: blocks without rows before the first row. Their pages are the contents of
 * guest memory that the state knows, and their message of pages has one item more, a piece of the
 * checkpoint's bytes. So the chain covers it like every row, and who reads block by block meets a state whose
 * digests the trailer says.
 */

/** Most bytes of a checkpoint in a file, as it lies there. */
export const MOST_BASE_BYTES = 256 << 20;
/** Bytes of checkpoint and of pages in one block. */
const PIECE_BYTES = 4 << 20;

/** One block of an embedded checkpoint. */
export interface BasePiece {
  /** Hashes of the pages that it brings, and their contents. */
  readonly fresh: Uint8Array;
  readonly bodies: Uint8Array;
  readonly bytes: Uint8Array;
  /** Of the state. */
  readonly digests: readonly Digest[];
}

/** Cut a checkpoint into pieces; `fresh` and `bodies` are the pages that go with it. */
export function cutPieces(
  checkpoint: Uint8Array,
  { fresh, bodies }: Pick<BasePiece, "fresh" | "bodies">,
  digests: readonly Digest[],
): readonly BasePiece[] {
  const pages = PIECE_BYTES / PAGE_BYTES;
  const count = Math.max(
    1,
    Math.ceil(checkpoint.length / PIECE_BYTES),
    Math.ceil(bodies.length / PIECE_BYTES),
  );
  return Array.from({ length: count }, (_, n) => ({
    fresh: fresh.subarray(n * pages * HASH_BYTES, (n + 1) * pages * HASH_BYTES),
    bodies: bodies.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES),
    bytes: checkpoint.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES),
    digests,
  }));
}

/** The body of a message of pages, with a piece of a checkpoint after them where there is one. */
export function packPages(fresh: Uint8Array, bodies: Uint8Array, piece: Uint8Array | null): Uint8Array {
  const items: Item[] = [fresh, bodies];
  return packBody(piece === null ? items : [...items, piece]);
}

/** The piece in such a body. Throws Malformed. */
export function unpackPiece(body: Uint8Array, digests: readonly Digest[]): BasePiece {
  const items = new ItemReader(body);
  const [fresh, bodies, bytes] = [items.bytes(), items.bytes(), items.bytes()];
  items.end();
  return { fresh: fresh.slice(), bodies: bodies.slice(), bytes: bytes.slice(), digests };
}

/**
 * Every piece of a recording's base; `read` brings the one in block n, `guard` runs what may refuse it. What
 * all of them say is held against the description before anybody looks into it.
 */
export function readPieces(
  base: RecordingMeta["base"],
  tools: Tools,
  read: (n: number) => BasePiece,
  guard: <T>(n: number, act: () => T) => T,
): readonly BasePiece[] {
  if (base.kind !== "checkpoint") return [];
  const pieces: BasePiece[] = [];
  let bytes = 0;
  for (let n = 0; n < base.blocks; n++) {
    const piece = guard(n, () => read(n));
    bytes += piece.bytes.length;
    pieces.push(piece);
    if (bytes > MOST_BASE_BYTES) guard(n, () => refuse(`a checkpoint of more than ${MOST_BASE_BYTES} bytes`));
  }
  guard(0, () => {
    if (hashText(joinPieces(pieces), tools) !== base.hash) refuse("the checkpoint's hash does not hold");
  });
  return pieces;
}

/** The checkpoint's bytes. */
export function joinPieces(pieces: readonly BasePiece[]): Uint8Array {
  return joined(pieces.map(({ bytes }) => bytes));
}

/** XXH64 as a description writes it. */
export function hashText(bytes: Uint8Array, tools: Tools): string {
  const hash = new Uint32Array(2);
  tools.xxh64(bytes, hash);
  return [hash[1], hash[0]].map((word) => word.toString(16).padStart(8, "0")).join("");
}
