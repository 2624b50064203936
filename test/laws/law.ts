import * as fc from "fast-check";

/** Seeds that a law draws from: one in `npm test`, twenty in `npm run test:long`. */
const SEEDS = Number(process.env.LAW_SEEDS ?? 1);

/** `numRuns`: cases on each seed. */
interface LawOptions {
  readonly numRuns: number;
}

/**
 * A law holds: `fc.assert` on as many seeds as this run draws from. The first is the one of `FC_SEED`, so that what
 * the long suite finds is found again by that variable alone.
 */
export async function law<Cases extends unknown[]>(
  property: fc.IProperty<Cases> | fc.IAsyncProperty<Cases>,
  { numRuns }: LawOptions = { numRuns: 100 },
): Promise<void> {
  const first = fc.readConfigureGlobal().seed ?? 0;
  for (let n = 0; n < SEEDS; n++)
    await fc.assert(property as fc.IAsyncProperty<Cases>, { numRuns, seed: first + n });
}

/**
 * How often the premise of a law held. A law whose premise never holds says nothing: `print` tells the share, and
 * fails where it is less than `least`.
 */
export class Premise {
  private readonly says: string;
  private held = 0;
  private asked = 0;

  constructor(says: string) {
    this.says = says;
  }

  /** Note whether it held in this case; returns that. */
  holds(holds: boolean): boolean {
    this.asked++;
    if (holds) this.held++;
    return holds;
  }

  print(least: number): void {
    console.log(`${this.says}: in ${this.held} of ${this.asked} cases`);
    if (this.held < least * this.asked || this.asked === 0)
      throw new Error(`${this.says}: in ${this.held} of ${this.asked} cases only`);
  }
}
