import { type OpenedRecording, openWith } from "../replay/engine/opened.ts";
import { MemorySource } from "../replay/recording/tools.ts";
import { loadTools } from "./codecs.ts";
import { FileSource } from "./files.ts";
import { Parents } from "./parents.ts";

/**
 * Open a recording from a path or from its bytes. A damaged one opens as what is left of it: see
 * `recording.damage`. A branch needs its parent in the same folder. Rejects with RecordingError (file, byte
 * offset, reason) where nothing of it can be trusted.
 */
export async function openRecording(from: string | Uint8Array): Promise<OpenedRecording> {
  if (typeof from === "string") return openFile(from);
  return openWith(new MemorySource(from), await loadTools());
}

/** The same of a file of which only the first `size` bytes count. */
export async function openFile(path: string, size?: number): Promise<OpenedRecording> {
  const tools = await loadTools();
  const file = new FileSource(path, size);
  const parents = new Parents(path, tools);
  const close = (): void => {
    file.close();
    parents.close();
  };
  return openWith(file, tools, close, (id, store) => parents.find(id, store));
}
