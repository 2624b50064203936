import { PageStore } from "../../reducers/pages.ts";
import { openLeaning } from "../recording/leaning.ts";
import type { Recording } from "../recording/recording.ts";
import type { ByteSource, Tools } from "../recording/tools.ts";

/** A recording, and the store that its pages go into. */
export interface OpenedRecording {
  readonly recording: Recording;
  readonly store: PageStore;
  /** Close the file, if it is one; nothing can be read any more. */
  close(): void;
}

/**
 * Open a recording with a store of its own; `resolve` finds the parent of a branch. Throws RecordingError
 * where nothing of it can be trusted; `close` is called then.
 */
export function openWith(
  source: ByteSource,
  tools: Tools,
  close: () => void = () => {},
  resolve: ((id: string, store: PageStore) => Recording | null) | null = null,
): OpenedRecording {
  const store = new PageStore(tools.hashPage);
  try {
    const find = resolve === null ? null : (id: string) => resolve(id, store);
    return { recording: openLeaning(source, tools, store, find), store, close };
  } catch (error) {
    close();
    throw error;
  }
}
