import { posix } from "node:path";
import { parse } from "@babel/parser";

/** A node of the syntax tree, as much of it as rules need to know. */
export interface SyntaxNode {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly leadingComments?: readonly { readonly type: string; readonly value: string }[];
  readonly [key: string]: unknown;
}

const NOT_CHILDREN = new Set(["loc", "leadingComments", "trailingComments", "innerComments", "extra"]);

/** The syntax tree of a TypeScript file. Comments and the insides of strings are no part of it. */
export function parseSource(path: string, text: string): SyntaxNode {
  try {
    return parse(text, { sourceType: "module", plugins: ["typescript"] }).program as unknown as SyntaxNode;
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** The nodes right below a node, each with the name of the place where it stands. */
export function children(node: SyntaxNode): [place: string, child: SyntaxNode][] {
  const found: [string, SyntaxNode][] = [];
  for (const [key, value] of Object.entries(node)) {
    if (typeof value !== "object" || value === null || NOT_CHILDREN.has(key)) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) found.push([key, child]);
  }
  return found;
}

/** A node with its parent and the place where it stands there. */
export interface Placed {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode | null;
  readonly place: string;
}

/** A node and all below it, in the order of the text. */
export function walk(node: SyntaxNode): Placed[] {
  const found: Placed[] = [];
  const visit = (placed: Placed): void => {
    found.push(placed);
    for (const [place, child] of children(placed.node)) visit({ node: child, parent: placed.node, place });
  };
  visit({ node, parent: null, place: "" });
  return found;
}

/** The line on which a node starts. */
export function lineOf(node: SyntaxNode): number {
  return node.loc.start.line;
}

/** The name of an identifier, the value of a string; null for anything else. */
export function nameOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  if (value.type === "Identifier") return value.name as string;
  if (value.type === "StringLiteral") return value.value as string;
  return null;
}

/**
 * Is this identifier the name of a property (`x.date`, `{ date: 1 }`), and so no use of a variable or type?
 */
export function isPropertyName(parent: SyntaxNode | null, place: string): boolean {
  if (parent === null || parent.computed === true) return false;
  if (place === "property") return true;
  if (place === "right") return parent.type === "TSQualifiedName";
  return place === "key" && parent.shorthand !== true;
}

/** The path of the project's file that a module name leads to; null for a package. */
export function resolveModule(from: string, source: string): string | null {
  if (source === "gvt-replay") return "src/index.ts";
  if (source === "gvt-replay/pure") return "src/pure.ts";
  if (!source.startsWith(".")) return null;
  const path = posix.join(posix.dirname(from), source);
  return path.replace(/^dist\//, "src/").replace(/\.js$/, ".ts");
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";
}
