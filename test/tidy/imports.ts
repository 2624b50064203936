import type { Project, SourceFile } from "./project.ts";
import { isPropertyName, lineOf, nameOf, resolveModule, type SyntaxNode } from "./syntax.ts";

/** One place where a file leans on another or on a package. */
export interface Import {
  readonly source: string;
  /** The project's file that is meant; null for a package or a module of Node. */
  readonly target: string | null;
  readonly line: number;
  /** Erased by the compiler: `import type`. An `import { type A }` stays as an import without names. */
  readonly typeOnly: boolean;
  /** The names that are used of it; null when they cannot be told, so all of them. */
  readonly names: readonly string[] | null;
}

const cache = new WeakMap<SourceFile, readonly Import[]>();

/** Every import of a file: static, dynamic, by `require`, or as the URL of a worker. */
export function importsOf(file: SourceFile): readonly Import[] {
  let found = cache.get(file);
  if (found === undefined) {
    found = [...findImports(file)];
    cache.set(file, found);
  }
  return found;
}

/** The package that a module name belongs to: `@mcap/core`, `immer`; null for files and modules of Node. */
export function packageOf(source: string): string | null {
  if (/^(\.|node:|gvt-replay)/.test(source)) return null;
  return source
    .split("/")
    .slice(0, source.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The files reachable from some of them by any kind of import. */
export function reachable(project: Project, roots: Iterable<string>): Set<string> {
  const seen = new Set<string>();
  const open = [...roots];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const file = project.files.get(path);
    if (file === undefined || seen.has(path) || !path.endsWith(".ts")) continue;
    seen.add(path);
    for (const { target } of importsOf(file)) if (target !== null) open.push(target);
  }
  return seen;
}

function* findImports(file: SourceFile): Generator<Import> {
  for (const { node } of file.nodes) {
    const source = moduleName(node);
    if (source === null) continue;
    yield {
      source,
      target: resolveModule(file.path, source),
      line: lineOf(node),
      typeOnly: node.importKind === "type" || node.exportKind === "type" || node.type === "TSImportType",
      names: usedNames(file, node),
    };
  }
}

function moduleName(node: SyntaxNode): string | null {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return nameOf(node.source);
    case "TSImportType":
      return nameOf(node.argument);
    case "CallExpression": {
      const callee = node.callee as SyntaxNode;
      const imports = callee.type === "Import" || nameOf(callee) === "require";
      return imports ? nameOf((node.arguments as unknown[])[0]) : null;
    }
    case "NewExpression": {
      const [address, base] = node.arguments as (SyntaxNode | undefined)[];
      if (nameOf(node.callee) !== "URL" || base === undefined || base.type !== "MemberExpression")
        return null;
      return (base.object as SyntaxNode).type === "MetaProperty" ? nameOf(address) : null;
    }
    default:
      return null;
  }
}

function usedNames(file: SourceFile, node: SyntaxNode): readonly string[] | null {
  if (node.type === "ImportDeclaration") {
    const names: string[] = [];
    for (const specifier of node.specifiers as SyntaxNode[]) {
      if (specifier.type === "ImportDefaultSpecifier") names.push("default");
      if (specifier.type === "ImportSpecifier") names.push(nameOf(specifier.imported) ?? "");
      if (specifier.type !== "ImportNamespaceSpecifier") continue;
      const members = membersOf(file, nameOf(specifier.local) ?? "");
      if (members === null) return null;
      names.push(...members);
    }
    return names;
  }
  if (node.type !== "ExportNamedDeclaration") return null;
  return (node.specifiers as SyntaxNode[]).map((specifier) => nameOf(specifier.local) ?? "");
}

/** The members of a namespace that a file uses by name; null when it hands the namespace on as a whole. */
function membersOf(file: SourceFile, namespace: string): string[] | null {
  const names: string[] = [];
  for (const { node, parent, place } of file.nodes) {
    if (nameOf(node) !== namespace || node.type !== "Identifier" || isPropertyName(parent, place)) continue;
    if (parent?.type === "ImportNamespaceSpecifier") continue;
    const member =
      place === "object" ? nameOf(parent?.property) : place === "left" ? nameOf(parent?.right) : null;
    if (member === null || parent?.computed === true) return null;
    names.push(member);
  }
  return names;
}
