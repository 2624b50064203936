import * as fc from "fast-check";
import { expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/events/columns.ts";
import { isInput, K, KIND_NAMES, KIND_PAYLOAD } from "../../src/events/kinds.ts";
import { rowDifference } from "../../src/events/row-difference.ts";
import { Rows, TABLE_OF } from "../../src/events/rows.ts";
import type { TableName } from "../../src/events/tables.ts";
import { RowDecoder } from "../../src/replay/recording/decode.ts";
import {
  compileLayout,
  type Layout,
  UNKNOWN_KIND,
  UNKNOWN_NAME,
  VOCABULARY,
  type Vocabulary,
} from "../../src/replay/recording/layout.ts";
import { PackedRows, StretchReader } from "../../src/replay/recording/stretches.ts";
import { packBody } from "../../src/replay/recording/wire.ts";
import { addSample, sampleRow } from "./samples.ts";

/**
 * The body of a rows message after another version's vocabulary, as simply as the format allows: all planes,
 * no tricks.
 */
function bodyBy(
  rows: Rows,
  from: Vocabulary,
  kindOf: (local: number) => number,
  foreign: number,
): Uint8Array {
  const kinds = Array.from({ length: rows.count }, (_, i) => kindOf(rows.kind[i]));
  const padded = (bytes: number[]) => Uint8Array.from([...bytes, ...Array(-bytes.length & 3).fill(0)]);
  const columns = from.columns.map(({ name, width }) => {
    const values: number[] = [];
    from.kinds.forEach((kind, k) => {
      if (name !== "source" && !kind.columns.includes(name)) return;
      kinds.forEach((of, i) => {
        if (of === k)
          values.push(name in rows ? (rows as unknown as Record<string, number[]>)[name][i] : foreign);
      });
    });
    const planes = Array.from({ length: width }, (_, p) => values.map((value) => (value >>> (8 * p)) & 255));
    return values.length === 0 ? new Uint8Array(0) : padded(planes.flat());
  });
  const payload: number[] = [];
  kinds.forEach((k, i) => {
    if (from.kinds[k].payload) payload.push(...rows.payloadOf(i));
  });
  const tables = from.tables.flatMap(({ name, columns: of }) => {
    const table = rows[TABLE_OF[name as TableName]] as unknown as Record<string, Uint8Array> | undefined;
    return of.map(({ name: column, width }) => {
      const length = (table as unknown as Rows["answerTable"] | undefined)?.count ?? 0;
      const values = Array.from({ length }, (_, k) => table?.[column]?.[k] ?? foreign);
      const planes = Array.from({ length: width }, (_, p) =>
        values.map((value) => (value >>> (8 * p)) & 255),
      );
      return values.length === 0 ? new Uint8Array(0) : padded(planes.flat());
    });
  });
  return packBody([rows.count, new Uint8Array(0), padded(kinds), ...columns, padded(payload), ...tables]);
}

const decode = (from: Vocabulary, body: Uint8Array): Rows => {
  const rows = new Rows(1);
  rows.page.fill(7);
  const layout = compileLayout(from);
  new RowDecoder(layout).decode(body, () => new Uint32Array(0), rows);
  const same = byStretches(body, layout);
  expect([...same.kind.subarray(0, same.count)]).toEqual([...rows.kind.subarray(0, rows.count)]);
  for (let i = 0; i < rows.count; i++)
    if (rows.kind[i] !== UNKNOWN_KIND) expect(rowDifference(rows, i, same, i)).toBeNull();
  return rows;
};

/** The same rows, five and a few more at a time, the last stretch first. */
function byStretches(body: Uint8Array, layout: Layout): Rows {
  const packed = new PackedRows(body, layout, () => new Uint32Array(0), 5);
  const reader = new StretchReader(layout);
  const stretches = packed.starts.slice(0, -1).map(() => new Rows(1));
  for (let k = stretches.length - 1; k >= 0; k--) {
    stretches[k].page.fill(7);
    reader.read(packed, k, stretches[k]);
    for (let i = 0; i < stretches[k].count; i++) expect(packed.stretchOf(packed.starts[k] + i)).toBe(k);
  }
  const all = new Rows();
  for (const rows of stretches) {
    expect(all.count === 0 || isInput(rows.kind[0])).toBe(true);
    for (let i = 0; i < rows.count; i++) all.copyFrom(rows, i);
  }
  return all;
}

const someRows = fc.array(sampleRow, { minLength: 1, maxLength: 60 }).map((samples) => {
  const rows = new Rows();
  for (const sample of samples) {
    // No pages here: what was told in place could not be had.
    const answers = (sample.answers ?? []).map((values) =>
      values.map((value, c) => (c === 5 ? value | 1 : value)),
    );
    if (sample.kind !== K["guest.fetched"]) addSample(rows, { ...sample, answers }, []);
  }
  return rows;
});

test("kinds and columns are known by name, whatever their numbers and order in the file", () => {
  const order = KIND_NAMES.map((_, i) => (i * 31) % KIND_NAMES.length);
  expect(new Set(order).size).toBe(KIND_NAMES.length);
  const from: Vocabulary = {
    ...VOCABULARY,
    kinds: order.map((local) => VOCABULARY.kinds[local]),
    columns: [...VOCABULARY.columns].reverse(),
    tables: [...VOCABULARY.tables]
      .reverse()
      .map(({ name, columns }) => ({ name, columns: [...columns].reverse() })),
  };
  expect(compileLayout(from).unknown).toEqual([]);
  fc.assert(
    fc.property(someRows, (rows) => {
      const back = decode(
        from,
        bodyBy(rows, from, (local) => order.indexOf(local), 0),
      );
      expect(back.count).toBe(rows.count);
      for (let i = 0; i < rows.count; i++) expect(rowDifference(rows, i, back, i)).toBeNull();
    }),
  );
});

test("what this version does not know is named and stepped over", () => {
  const from: Vocabulary = {
    ...VOCABULARY,
    kinds: [{ name: "future.kind", columns: ["dt", "colour", "length"], payload: true }, ...VOCABULARY.kinds],
    columns: [{ name: "colour", width: 4 }, { name: "shades", width: 4 }, ...VOCABULARY.columns],
    tables: [
      { name: "shades", columns: [{ name: "depth", width: 1 }] },
      ...VOCABULARY.tables.map(({ name, columns }) => ({
        name,
        columns: [{ name: "mood", width: 4 }, ...columns.filter((column) => column.name !== "size")],
      })),
    ],
    purposes: ["dreams", ...VOCABULARY.purposes],
    notes: ["none", "what is this", ...VOCABULARY.notes.slice(1)],
  };
  const rows = new Rows();
  rows.add(K["mmio.read"]);
  rows.lo[0] = 5;
  const future = rows.append(200);
  rows.dt[future] = 9;
  rows.putPayload(future, Uint8Array.of(1, 2, 3));
  rows.purpose[rows.add(K["guest.fetch"])] = 3;
  rows.code[rows.add(K.note)] = 1;
  rows.code[rows.add(K.note)] = 2;
  rows.code[rows.add(K.gap)] = 1;
  rows.add(K["aperture.written"]);
  rows.addStore(64, 1, Uint8Array.of(4, 5));
  rows.add(K["timer.fired"]);
  rows.tell(1, 77, 3, 255, 0, 22);
  const body = bodyBy(rows, from, (local) => (local === 200 ? 0 : local + 1), 0x1234_5678);
  const back = decode(from, body);
  expect(compileLayout(from).unknown).toEqual([
    "future.kind",
    "column colour",
    "column shades",
    "purpose dreams",
    "note what is this",
    "table shades",
    "column mood of table answers",
    "purpose of answers dreams",
    "column mood of table writes",
    "column mood of table stores",
  ]);
  expect([...back.kind.subarray(0, 3)]).toEqual([K["mmio.read"], UNKNOWN_KIND, K["guest.fetch"]]);
  expect(back.purpose[2]).toBe(2);
  expect([...back.code.subarray(3, 6)]).toEqual([UNKNOWN_NAME, 1, 1]);
  expect([...back.payloadOf(6)]).toEqual([4, 5]);
  expect([back.storeTable.at[0], back.storeTable.size[0], back.storeTable.length[0]]).toEqual([64, 0, 2]);
  expect([back.answers[7], back.answerTable.gfn[0], back.answerTable.purpose[0]]).toEqual([1, 77, 2]);
});

test("a column that an older file lacks reads 0", () => {
  const from: Vocabulary = {
    ...VOCABULARY,
    kinds: VOCABULARY.kinds.map((kind) => ({
      ...kind,
      columns: kind.columns.filter((column) => column !== "ticket"),
    })),
    columns: VOCABULARY.columns.filter((column) => column.name !== "ticket"),
  };
  const rows = new Rows();
  rows.add(K["mmio.read"]);
  const body = bodyBy(rows, from, (local) => local, 0);
  const back = new Rows();
  back.ticket.fill(77);
  new RowDecoder(compileLayout(from)).decode(body, () => new Uint32Array(0), back);
  expect(back.ticket[0]).toBe(0);
});

test("a column that the file lacks, or has in another width, reads 0 whatever its kinds say", () => {
  const rows = new Rows();
  rows.add(K["mmio.read"]);
  for (const columns of [
    VOCABULARY.columns.filter(({ name }) => name !== "ticket" && name !== "source"),
    VOCABULARY.columns.map((column) => (column.name === "ticket" ? { ...column, width: 1 } : column)),
  ]) {
    const from = { ...VOCABULARY, columns };
    const body = bodyBy(rows, from, (local) => local, 0);
    const back = new Rows();
    back.ticket.fill(77);
    back.source.fill(columns.length === VOCABULARY.columns.length ? 0 : 77);
    new RowDecoder(compileLayout(from)).decode(body, () => new Uint32Array(0), back);
    expect([back.ticket[0], back.source[0]]).toEqual([0, 0]);
  }
});

test("lengths that do not fit the rows are refused", () => {
  const rows = new Rows();
  for (let i = 0; i < 9; i++) rows.lo[rows.add(K["mmio.read"])] = 0x0101_0101;
  const good = bodyBy(rows, VOCABULARY, (local) => local, 0);
  expect(decode(VOCABULARY, good).count).toBe(9);
  const items = (count: number, kinds: number[], lo: number) => {
    const columns = COLUMN_NAMES.map((name) => new Uint8Array(name === "lo" ? lo : 0));
    const entries = VOCABULARY.tables.flatMap((table) => table.columns.map(() => new Uint8Array(0)));
    return packBody([
      count,
      new Uint8Array(0),
      Uint8Array.from(kinds),
      ...columns,
      new Uint8Array(0),
      ...entries,
    ]);
  };
  const refused = (body: Uint8Array) => {
    try {
      decode(VOCABULARY, body);
    } catch (error) {
      return (error as Error).message;
    }
    return "taken";
  };
  expect(refused(items(4, [0, 0, 0, 0], 8))).toBe("taken");
  const packed = (body: Uint8Array) => () =>
    new PackedRows(body, compileLayout(VOCABULARY), () => new Uint32Array(0));
  expect(packed(items(4, [0, 0, 0, 0], 8))).not.toThrow();
  expect(packed(items(4, [0, 0, 0, 0], 20))).toThrow("20 bytes of column lo for 4 rows");
  expect(packed(items(4, [0, 0, 0], 0))).toThrow("3 bytes of kinds for 4 rows");
  expect(packed(items(4, [0, 0, 0, 250], 0))).toThrow("a row of a kind past");
  expect(packed(items(4, [0, 0, 0, K["guest.fetched"]], 0))).toThrow("page 0 of the block's 0");
  expect(packed(items(2 ** 31, [], 0))).toThrow("rows in a block, more than");
  expect(refused(items(4, [0, 0, 0, 0], 20))).toBe("20 bytes of column lo for 4 rows");
  expect(refused(items(4, [0, 0, 0], 0))).toBe("3 bytes of kinds for 4 rows");
  expect(refused(items(4, [0, 0, 0, 250], 0))).toBe(`a row of a kind past the ${KIND_NAMES.length} named`);
  expect(refused(items(2 ** 31, [], 0))).toMatch(/rows in a block, more than/);
  expect(KIND_PAYLOAD[K["page.written"]]).toBe(1);
  expect(refused(packBody([1, new Uint8Array(0)]))).toMatch(/no byte array/);
  expect(refused(packBody([0, new Uint8Array(15), new Uint8Array(0)]))).toMatch(/15 bytes of page hashes/);
});

test("entries that cannot be are refused before anything is made of them, by both readers", () => {
  const told = (page: number, changes: Partial<Record<string, number>> = {}): Uint8Array => {
    const rows = new Rows();
    rows.add(K["timer.fired"]);
    rows.tell(1, 5, 3, 0, page, 0);
    for (const [column, value] of Object.entries(changes))
      (rows.answerTable as unknown as Record<string, Uint32Array>)[column][0] = value ?? 0;
    return bodyBy(rows, VOCABULARY, (local) => local, 0);
  };
  const one = (hash: Uint8Array): Uint32Array => (hash.length === 0 ? Uint32Array.of(9) : new Uint32Array(0));
  const both = (body: Uint8Array): string[] => {
    const layout = compileLayout(VOCABULARY);
    const reasons: string[] = [];
    for (const read of [
      () => new RowDecoder(layout).decode(body, one, new Rows(1)),
      () => new PackedRows(body, layout, one),
    ])
      try {
        read();
        reasons.push("taken");
      } catch (error) {
        reasons.push((error as Error).message);
      }
    return reasons;
  };
  const refused = (reason: string): string[] => [reason, reason];
  expect(both(told(0))).toEqual(refused("taken"));
  expect(both(told(1))).toEqual(refused("an answer with page 1 of the block's 1"));
  expect(both(told(0, { vgpu: 8 }))).toEqual(refused("an answer for vGPU 8, of 7"));
  expect(both(told(0, { engine: 9 }))).toEqual(refused("an answer for engine 9"));
  expect(both(told(0, { gfn: 2 ** 24 }))).toEqual(refused("an answer for guest frame 0x1000000"));
  const counted = (answers: number): Uint8Array => {
    const rows = new Rows();
    rows.add(K["timer.fired"]);
    rows.answers[0] = answers;
    return bodyBy(rows, VOCABULARY, (local) => local, 0);
  };
  expect(both(counted(2 ** 20 + 1))).toEqual(refused("more than 1048576 entries of answers in a block"));
  expect(both(counted(2 ** 32 - 1))).toEqual(refused("more than 1048576 entries of answers in a block"));
});
