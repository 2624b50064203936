import type { BeyondReport, SegmentReport, SegmentTask } from "../replay/verify/segments.ts";

/** To a thread that verifies: the file to read from now on, or a question about it. */
export type ToVerifier =
  | {
      readonly type: "open";
      readonly path: string;
      /** Bytes of the file that count: it may be growing. */
      readonly size: number;
      /** Shall invariants be asked, too? */
      readonly paranoid: boolean;
    }
  | { readonly type: "starts" }
  | { readonly type: "verify"; readonly task: SegmentTask }
  | { readonly type: "beyond"; readonly ends: readonly number[] };

/** From it. Each question has one answer, and they come in the order of the questions. */
export type FromVerifier =
  | { readonly type: "starts"; readonly starts: readonly number[] }
  /** Blocks that were checked since the last of these; it answers nothing. */
  | { readonly type: "progress"; readonly blocks: number }
  | { readonly type: "report"; readonly report: SegmentReport }
  | { readonly type: "beyond"; readonly report: BeyondReport };
