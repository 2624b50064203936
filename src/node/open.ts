import { PageStore } from "../reducers/pages.ts";
import { openRecording as open, type Recording } from "../replay/recording/recording.ts";
import { type ByteSource, MemorySource } from "../replay/recording/tools.ts";
import { loadTools } from "./codecs.ts";
import { FileSource } from "./files.ts";

/** A recording, and the store that its pages go into. */
export interface OpenedRecording {
  readonly recording: Recording;
  readonly store: PageStore;
  /** Close the file; nothing can be read any more. */
  close(): void;
}

/**
 * Open a recording from a path or from its bytes. A damaged one opens as what is left of it: see `recording.damage`. Rejects with
 * RecordingError (file, byte offset, reason) where nothing of it can be trusted.
 */
export async function openRecording(from: string | Uint8Array): Promise<OpenedRecording> {
  const tools = await loadTools();
  const file = typeof from === "string" ? new FileSource(from) : null;
  const source: ByteSource = file ?? new MemorySource(from as Uint8Array);
  const store = new PageStore(tools.hashPage);
  try {
    return { recording: open(source, tools, store), store, close: () => file?.close() };
  } catch (error) {
    file?.close();
    throw error;
  }
}
