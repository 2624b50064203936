/**
 * The commands of a document: fenced `console` blocks with `$ command` lines, each followed by what it
 * prints.
 */
export interface Step {
  readonly command: string;
  readonly output: string;
}

const FENCE = /^```console\n([\s\S]*?)^```$/gm;

/** Every command of a document in order. */
export function stepsOf(markdown: string): Step[] {
  return Array.from(markdown.matchAll(FENCE)).flatMap(([, block]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command, ...output] = part.split("\n");
        return { command, output: output.join("\n").trimEnd() };
      }),
  );
}

/** The same document with these commands and what they print. */
export function withSteps(markdown: string, steps: readonly Step[]): string {
  let n = 0;
  return markdown.replace(FENCE, (whole) => {
    const text = stepsOf(whole).map(() => {
      const { command, output } = steps[n++];
      return `$ ${command}${output === "" ? "" : `\n${output}`}`;
    });
    return `\`\`\`console\n${text.join("\n")}\n\`\`\``;
  });
}

/** Hashes of commits are other ones at every run. */
export function withoutHashes(text: string): string {
  return text.replace(/\b[0-9a-f]{12}\b/g, "000000000000");
}
