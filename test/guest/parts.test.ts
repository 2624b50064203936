import { describe, expect, test } from "vitest";
import { isElf, modinfo, neededLibraries } from "./elf.ts";
import { chooseMirrors } from "./mirrors.ts";
import { NewcArchive } from "./newc.ts";
import { ReportParser } from "./report.ts";

describe("chooseMirrors", () => {
  const line = (base: string, suite: string) => `'${base}/dists/${suite}/InRelease' some_file 0 `;

  test("takes the archive that has updates, not another vendor's suite of the same name", () => {
    const listing = [
      line("https://vendor.example/linux/debian", "bookworm"),
      line("http://mirror.example/deb", "bookworm"),
      line("http://mirror.example/deb", "bookworm-updates"),
      line("http://security.example/sec", "bookworm-security"),
    ].join("\n");
    expect(chooseMirrors(listing, "bookworm")).toEqual({
      archive: "http://mirror.example/deb",
      security: "http://security.example/sec",
    });
  });

  test("an archive without updates is known by its path; none is said to be none", () => {
    expect(chooseMirrors(line("http://mirror.example/debian", "sid"), "bookworm")).toEqual({
      archive: "http://mirror.example/debian",
      security: undefined,
    });
    expect(chooseMirrors("", "bookworm")).toBeUndefined();
  });
});

/** An ELF file with the given sections after its header; the last one holds the names. */
function elf(sections: readonly { name: string; type: number; link?: number; bytes: Buffer }[]): Buffer {
  const all = [...sections, { name: ".shstrtab", type: 3, bytes: Buffer.alloc(0) }];
  const names = Buffer.from(`\0${all.map(({ name }) => `${name}\0`).join("")}`);
  const bodies = all.map(({ name, bytes }) => (name === ".shstrtab" ? names : bytes));
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const table = 64 + bodies.reduce((sum, body) => sum + body.length, 0);
  header.writeBigUInt64LE(BigInt(table), 0x28);
  header.writeUInt16LE(64, 0x3a);
  header.writeUInt16LE(all.length, 0x3c);
  header.writeUInt16LE(all.length - 1, 0x3e);
  let at = 64;
  const entries = all.map(({ name, type, ...rest }, index) => {
    const entry = Buffer.alloc(64);
    entry.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, 0);
    entry.writeUInt32LE(type, 4);
    entry.writeBigUInt64LE(BigInt(at), 0x18);
    entry.writeBigUInt64LE(BigInt(bodies[index]?.length ?? 0), 0x20);
    entry.writeUInt32LE("link" in rest ? (rest.link ?? 0) : 0, 0x28);
    at += bodies[index]?.length ?? 0;
    return entry;
  });
  return Buffer.concat([header, ...bodies, ...entries]);
}

describe("elf", () => {
  test("modinfo gives every value of a key", () => {
    const bytes = elf([
      {
        name: ".modinfo",
        type: 1,
        bytes: Buffer.from("name=i915\0depends=drm,ttm\0firmware=a\0firmware=b\0"),
      },
    ]);
    expect(isElf(bytes)).toBe(true);
    expect(modinfo(bytes).get("depends")).toEqual(["drm,ttm"]);
    expect(modinfo(bytes).get("firmware")).toEqual(["a", "b"]);
  });

  test("neededLibraries follows the dynamic section to its strings", () => {
    const strings = Buffer.from("\0libm.so.6\0libc.so.6\0");
    const dynamic = Buffer.alloc(48);
    dynamic.writeBigUInt64LE(1n, 0);
    dynamic.writeBigUInt64LE(1n, 8);
    dynamic.writeBigUInt64LE(1n, 16);
    dynamic.writeBigUInt64LE(11n, 24);
    const bytes = elf([
      { name: ".dynstr", type: 3, bytes: strings },
      { name: ".dynamic", type: 6, link: 0, bytes: dynamic },
    ]);
    expect(neededLibraries(bytes)).toEqual(["libm.so.6", "libc.so.6"]);
    expect(isElf(Buffer.from("#!/bin/sh"))).toBe(false);
  });
});

/** Reads a newc archive back: name -> [mode, content]. */
function unpackNewc(archive: Buffer): Map<string, [number, string]> {
  const found = new Map<string, [number, string]>();
  const align = (at: number) => (at + 3) & ~3;
  for (let at = 0; ; ) {
    expect(archive.toString("latin1", at, at + 6)).toBe("070701");
    const field = (index: number) =>
      Number.parseInt(archive.toString("latin1", at + 6 + index * 8, at + 14 + index * 8), 16);
    const name = archive.toString("latin1", at + 110, at + 110 + field(11) - 1);
    if (name === "TRAILER!!!") return found;
    const data = align(at + 110 + field(11));
    found.set(name, [field(1), archive.toString("latin1", data, data + field(6))]);
    at = align(data + field(6));
  }
}

describe("NewcArchive", () => {
  test("makes the folders on the way, once, and keeps mode and content", () => {
    const archive = new NewcArchive();
    archive.file("lib/modules/a.ko", "odd");
    archive.file("lib/modules/b.ko", "even", 0o755);
    archive.link("bin/sh", "busybox");
    archive.device("dev/console", 5, 1);
    const files = unpackNewc(archive.finish());
    expect([...files.keys()]).toEqual([
      "lib",
      "lib/modules",
      "lib/modules/a.ko",
      "lib/modules/b.ko",
      "bin",
      "bin/sh",
      "dev",
      "dev/console",
    ]);
    expect(files.get("lib/modules/a.ko")).toEqual([0o100644, "odd"]);
    expect(files.get("lib/modules/b.ko")).toEqual([0o100755, "even"]);
    expect(files.get("bin/sh")).toEqual([0o120777, "busybox"]);
  });
});

describe("ReportParser", () => {
  const parse = (text: string) => {
    const parser = new ReportParser();
    for (const line of text.split("\n")) parser.line(line);
    return parser.report("power-off", 1);
  };

  test("tells dmesg, output and values apart", () => {
    const report = parse(
      [
        "@@ hello 6.1.0",
        "@@ font 0 Some-Font",
        "@@ line first",
        "@@ screen ready",
        "@@ line second screen",
        "@@ output begin nop",
        "12.5",
        "@@ output end nop",
        "@@ bench nop 0",
        "@@ wedged 0",
        "@@ dmesg begin",
        "[ 1.0] fine",
        "[ 2.0] WARNING: CPU: 0 PID: 1 at drivers/x.c:1",
        "[ 3.0] i915 [drm] *ERROR* bad",
        "@@ dmesg end",
        "noise",
      ].join("\n"),
    );
    expect(report.release).toBe("6.1.0");
    expect(report.fontName).toBe("Some-Font");
    expect(report.lines).toEqual(["first"]);
    expect(report.benchmarks).toEqual([{ name: "nop", code: 0, output: ["12.5"] }]);
    expect(report.dmesg).toHaveLength(3);
    expect(report.warnings).toHaveLength(1);
    expect(report.errors).toEqual(["[ 3.0] i915 [drm] *ERROR* bad"]);
    expect(report.wedged).toBe("0");
  });

  test("a font that could not be set has no name", () => {
    expect(parse("@@ font 1 Some-Font loadfont: error").fontName).toBe("");
  });
});
