import { RecordingError } from "./errors.ts";
import { readAttachment, readPreamble } from "./open.ts";
import { PROFILE } from "./profile.ts";
import type { Recording } from "./recording.ts";
import { MAX_BLOCK_BYTES, RECORD_HEAD, RecordReader } from "./records.ts";
import {
  attachmentBytes,
  type BlockPlace,
  type DataPlace,
  joined,
  metadataLength,
  tailBytes,
} from "./tail.ts";

/** Something to stand behind the blocks. */
export interface Attachment {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Bytes to write into a recording's file at an offset; the file ends behind them. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const CRC_STEP = 1 << 20;

/**
 * Put attachments behind those that are there; of one name the last one counts. Throws RecordingError where
 * the file is not closed.
 */
export function appendAttachments(recording: Recording, add: readonly Attachment[]): Patch {
  const { dataEnd, attachments, source } = partsOf(recording);
  if (dataEnd < 0) return replaceAttachments(recording, add);
  const old = attachments.flatMap(({ name, head }) => {
    const data = readAttachment(source, { name, head }, recording.tools, MAX_BLOCK_BYTES);
    return data === null
      ? []
      : [{ name, offset: head.offset, length: head.length + RECORD_HEAD, dataSize: data.length }];
  });
  const reader = new RecordReader(source.read(dataEnd + RECORD_HEAD, 4));
  return patch(recording, { offset: dataEnd, crc: reader.u32(), old }, add);
}

/**
 * Put attachments in place of those of their names, and leave out broken ones; the others stay. Throws
 * RecordingError where the file is not closed.
 */
export function replaceAttachments(recording: Recording, add: readonly Attachment[]): Patch {
  const { attachments, blocks, source } = partsOf(recording);
  const names = new Set(
    attachments.map(({ name }) => name).filter((name) => !add.some((a) => a.name === name)),
  );
  const kept = [...names].flatMap((name) => {
    const data = recording.attachment(name);
    return data === null ? [] : [{ name, data }];
  });
  const offset = blocks[blocks.length - 1].end;
  let crc = 0;
  for (let at = 0; at < offset; at += CRC_STEP) {
    crc = recording.tools.crc32(source.read(at, Math.min(CRC_STEP, offset - at)), crc);
  }
  return patch(recording, { offset, crc, old: [] }, [...kept, ...add]);
}

function partsOf(recording: Recording): Recording["parts"] {
  const { closed, damage, name } = recording;
  if (!closed || damage !== null)
    throw new RecordingError(name, 0, "the recording is not closed: pack it first");
  const { parts } = recording;
  const { end, after } = parts;
  if (after !== null) throw new RecordingError(name, end, `another end would overwrite them: ${after}`);
  return parts;
}

/** What of a file stays: everything before `offset`, with its CRC and its attachments. */
interface Kept {
  readonly offset: number;
  readonly crc: number;
  readonly old: readonly DataPlace[];
}

function patch(recording: Recording, { offset, crc, old }: Kept, add: readonly Attachment[]): Patch {
  const { tools } = recording;
  const records = add.map(({ name, data }) => attachmentBytes(name, data));
  const places: DataPlace[] = [...old];
  let at = offset;
  records.forEach((record, n) => {
    places.push({ name: add[n].name, offset: at, length: record.length, dataSize: add[n].data.length });
    at += record.length;
  });
  const bytes = joined(records);
  const facts = { blocks: blockPlaces(recording), attachments: places, metadata: metadataPlace(recording) };
  return { offset, bytes: joined([bytes, tailBytes(facts, at, tools.crc32(bytes, crc), tools)]) };
}

function blockPlaces(recording: Recording): BlockPlace[] {
  return recording.parts.blocks.map(
    ({ firstSeq, endSeq, offset, end, compression, dataLength, uncompressedSize }) => {
      const sizes = { compressedSize: dataLength, uncompressedSize };
      return { firstSeq, endSeq, offset, length: end - offset, compression, ...sizes };
    },
  );
}

function metadataPlace(recording: Recording): DataPlace {
  const { bytes } = readPreamble(recording.parts.source, recording.tools);
  const length = metadataLength(bytes);
  return { name: PROFILE, offset: bytes.length - length, length, dataSize: 0 };
}
