import { PageStore } from "../reducers/pages.ts";
import { openRecording, type Recording } from "./recording/recording.ts";
import type { ByteSource, Tools } from "./recording/tools.ts";

/** A recording, and the store that its pages go into. */
export interface OpenedRecording {
  readonly recording: Recording;
  readonly store: PageStore;
  /** Close the file, if it is one; nothing can be read any more. */
  close(): void;
}

/**
 * Open a recording with a store of its own. Throws RecordingError where nothing of it can be trusted; `close`
 * is called then.
 */
export function openWith(source: ByteSource, tools: Tools, close: () => void = () => {}): OpenedRecording {
  const store = new PageStore(tools.hashPage);
  try {
    return { recording: openRecording(source, tools, store), store, close };
  } catch (error) {
    close();
    throw error;
  }
}
