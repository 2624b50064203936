/**
 * Mesa's genxml as the text that src/hw/commands/genxml holds: every fact of the XML, a field a line. How to read it:
 * src/hw/commands/genxml/table.ts.
 */

interface Tag {
  readonly name: string;
  /** An opening tag, a closing one, or both in one. */
  readonly kind: "open" | "close" | "whole";
  readonly with: Readonly<Record<string, string>>;
}

const SHORT_TYPES: Readonly<Record<string, string>> = {
  uint: "u",
  int: "i",
  bool: "b",
  address: "a",
  offset: "o",
  float: "f",
};
const VALUES_COLUMNS = 110;

function* tags(xml: string): Generator<Tag> {
  for (const [, slash, name, rest, whole] of xml.matchAll(/<(\/?)(\w+)((?:\s+\w+="[^"]*")*)\s*(\/?)>/g)) {
    const attributes = [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [
      key,
      unescaped(value),
    ]);
    const kind = slash === "/" ? "close" : whole === "/" ? "whole" : "open";
    yield { name, kind, with: Object.fromEntries(attributes) };
  }
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** The text of an XML file. Throws where it holds what the text has no form for. */
export function genxmlText(xml: string): string {
  const lines: string[] = [];
  let values: string[] = [];
  const flush = (): void => {
    lines.push(...wrapped(values));
    values = [];
  };
  for (const tag of tags(xml)) {
    if (tag.name === "value") {
      values.push(`${Number(tag.with.value)}=${tag.with.name}`);
      continue;
    }
    flush();
    if (tag.kind !== "close") lines.push(opening(tag));
    else if (tag.name === "group") lines.push(".");
  }
  flush();
  const text = lines.filter((line) => line !== "").join("\n");
  if (/[`\\]|\$\{/.test(text))
    throw new Error("the XML holds a character that a template string would not keep");
  return text;
}

function opening({ name, with: a }: Tag): string {
  switch (name) {
    case "genxml":
      return "";
    case "enum":
      return `enum ${a.prefix ?? "-"} ${a.name}`;
    case "struct":
      return `struct ${a.length} ${a.name}`;
    case "register":
      return `register ${a.length} ${Number(a.num).toString(16)} ${a.name}`;
    case "instruction":
      return `instruction ${a.length ?? "-"} ${a.bias} ${a.engine ?? "-"} ${a.name}`;
    case "group":
      return `*${a.count} ${a.start} ${a.size}`;
    case "field":
      return field(a);
    default:
      throw new Error(`no form for <${name}>`);
  }
}

function field(a: Readonly<Record<string, string>>): string {
  const bits = a.start === a.end ? a.start : `${a.start}-${a.end}`;
  const type = SHORT_TYPES[a.type] ?? (/^[us][0-9]+\.[0-9]+$/.test(a.type) ? a.type : `<${a.type}>`);
  const marks = [
    a.default === undefined ? "" : ` =${Number(a.default)}`,
    a.prefix === undefined ? "" : ` ^${a.prefix}`,
    a.nonzero === undefined ? "" : " !",
  ];
  return `${bits} ${type} ${a.name}${marks.join("")}`;
}

/** Named values, several a line; a line of them begins with a blank. */
function wrapped(values: readonly string[]): string[] {
  const lines: string[] = [];
  for (const value of values) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + value.length + 2 <= VALUES_COLUMNS)
      lines[lines.length - 1] = `${last}; ${value}`;
    else lines.push(` ${value}`);
  }
  return lines;
}

/** The module that holds the text. */
export function genxmlModule(text: string): string {
  return `/**
 * Mesa 22.3.6, src/intel/genxml/gen9.xml, every fact of it. Made from that file by test/hw/genxml-text.ts,
 * never by hand: see table.ts. Its notice:
 *
 * @license MIT, Copyright © Intel Corporation and the contributors of Mesa
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
 * documentation files (the "Software"), to deal in the Software without restriction, including without
 * limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
 * Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice (including the next paragraph) shall be included in all
 * copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
 * THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
 * CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
 * DEALINGS IN THE SOFTWARE.
 */
export const GEN9 = \`${text}
\`;
`;
}
