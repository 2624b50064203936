/**
 * Timing: rounds of all contestants in turn, so that a noisy moment of the machine meets them all; medians.
 */

/** Does its work once; returns the milliseconds of each piece of it. */
export type Contestant = () => readonly number[];

/**
 * Run each contestant once a round; returns the milliseconds of each, as the sum of its pieces' medians
 * over the rounds: what interrupts one piece in one round is not seen.
 */
export function interleave(rounds: number, contestants: readonly Contestant[], warmUps = 2): number[] {
  const samples = contestants.map((): number[][] => []);
  for (let round = -warmUps; round < rounds; round++) {
    contestants.forEach((contestant, c) => {
      contestant().forEach((sample, piece) => {
        samples[c][piece] ??= [];
        if (round >= 0) samples[c][piece].push(sample);
      });
    });
  }
  return samples.map((pieces) => pieces.reduce((sum, piece) => sum + median(piece), 0));
}

/** Milliseconds that `act` takes. */
export function time(act: () => void): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))];
}

/** What one reading of the clock costs, in milliseconds. */
export function clockCost(): number {
  const n = 20_000;
  const samples: number[] = [];
  for (let round = 0; round < 5; round++) {
    samples.push(
      time(() => {
        for (let i = 0; i < n; i++) performance.now();
      }) / n,
    );
  }
  return median(samples);
}
