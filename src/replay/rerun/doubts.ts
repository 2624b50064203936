/** Something that a rerun cannot know, and the row where. */
export interface Doubt {
  readonly seq: number;
  /**
   * `reaction`: a read was answered otherwise than recorded; `inferred`: a page is from `distance` world inputs
   * away; `unknown`: nothing answers what was asked, and who asked stands still.
   */
  readonly what: "reaction" | "inferred" | "unknown";
  readonly vgpu: number;
  readonly gfn: number;
  readonly distance: number;
}

/** How many of each kind are kept. */
const MOST = 256;

/** What a rerun could not know: the first of each kind. */
export class Doubts {
  readonly kept: Doubt[] = [];
  private readonly counts = new Map<Doubt["what"], number>();

  add(doubt: Doubt): void {
    const before = this.counts.get(doubt.what) ?? 0;
    this.counts.set(doubt.what, before + 1);
    if (before < MOST) this.kept.push(doubt);
  }
}
