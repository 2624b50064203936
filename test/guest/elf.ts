/** As much of ELF (64-bit, little-endian) as finding modules and libraries needs. */

interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

const SHT_DYNAMIC = 6;
const DT_NEEDED = 1n;

/** Whether the bytes are a 64-bit little-endian ELF file. */
export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1;
}

function sections(bytes: Buffer): Section[] {
  const table = Number(bytes.readBigUInt64LE(0x28));
  const entry = bytes.readUInt16LE(0x3a);
  const count = bytes.readUInt16LE(0x3c);
  const raw = Array.from({ length: count }, (_, index) => {
    const at = table + index * entry;
    return {
      nameAt: bytes.readUInt32LE(at),
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 0x18)),
      size: Number(bytes.readBigUInt64LE(at + 0x20)),
      link: bytes.readUInt32LE(at + 0x28),
    };
  });
  const names = raw[bytes.readUInt16LE(0x3e)];
  return raw.map(({ nameAt, ...rest }) => ({
    ...rest,
    name: names === undefined ? "" : cString(bytes, names.offset + nameAt),
  }));
}

function cString(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, bytes.indexOf(0, at));
}

/** The `key=value` strings of a kernel module's `.modinfo` section; a key may occur often. */
export function modinfo(bytes: Buffer): Map<string, string[]> {
  const section = sections(bytes).find(({ name }) => name === ".modinfo");
  const found = new Map<string, string[]>();
  if (section === undefined) return found;
  const text = bytes.toString("latin1", section.offset, section.offset + section.size);
  for (const line of text.split("\0")) {
    const cut = line.indexOf("=");
    if (cut < 0) continue;
    const key = line.slice(0, cut);
    found.set(key, [...(found.get(key) ?? []), line.slice(cut + 1)]);
  }
  return found;
}

/** The sonames of the shared libraries that a program or library is linked with. */
export function neededLibraries(bytes: Buffer): string[] {
  const all = sections(bytes);
  const dynamic = all.find(({ type }) => type === SHT_DYNAMIC);
  const strings = dynamic === undefined ? undefined : all[dynamic.link];
  if (dynamic === undefined || strings === undefined) return [];
  const names: string[] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    if (bytes.readBigUInt64LE(at) !== DT_NEEDED) continue;
    names.push(cString(bytes, strings.offset + Number(bytes.readBigUInt64LE(at + 8))));
  }
  return names;
}
