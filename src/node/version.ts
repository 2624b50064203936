import { readFileSync } from "node:fs";

/** Version of this package. */
export const VERSION: string = readVersion();
/** What recordings name as what wrote them. */
export const TOOL = `gvt-replay ${VERSION}`;

function readVersion(): string {
  // The same place from src/node and from dist/node.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
