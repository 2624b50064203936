import * as fs from "node:fs";
import { dirname, join } from "node:path";
import type { PageStore } from "../reducers/pages.ts";
import { RecordingError } from "../replay/recording/errors.ts";
import { openLeaning } from "../replay/recording/leaning.ts";
import { readPreamble } from "../replay/recording/open.ts";
import type { Recording } from "../replay/recording/recording.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { FileSource } from "./files.ts";

/** Branches of branches of branches: more is a circle. */
const MOST_PARENTS = 64;

/**
 * Finds the parents of a branch among the recordings in its folder, and keeps their files open until `close`.
 */
export class Parents {
  private readonly folder: string;
  private readonly tools: Tools;
  private readonly files: FileSource[] = [];

  constructor(branch: string, tools: Tools) {
    this.folder = dirname(branch);
    this.tools = tools;
  }

  /**
   * The recording of this id, a whole one before one that was cut off; null where the folder has none. Throws
   * RecordingError where the only one cannot be read.
   */
  find(id: string, store: PageStore): Recording | null {
    let first: Recording | null = null;
    let failure: RecordingError | null = null;
    for (const name of fs.readdirSync(this.folder).sort()) {
      const file = name.endsWith(".mcap") ? this.fileOf(name, id) : null;
      if (file === null) continue;
      try {
        const found = this.open(file, store);
        if (found.closed) return found;
        first ??= found;
      } catch (error) {
        if (!(error instanceof RecordingError)) throw error;
        failure ??= error;
      }
    }
    if (first === null && failure !== null) throw failure;
    return first;
  }

  close(): void {
    for (const file of this.files.splice(0)) file.close();
  }

  private open(file: FileSource, store: PageStore): Recording {
    this.files.push(file);
    if (this.files.length > MOST_PARENTS)
      throw new RecordingError(file.name, 0, `more than ${MOST_PARENTS} recordings that lean on each other`);
    return openLeaning(file, this.tools, store, (parent) => this.find(parent, store));
  }

  /** A file of this name, if it is a recording of this id. */
  private fileOf(name: string, id: string): FileSource | null {
    let file: FileSource | null = null;
    try {
      file = new FileSource(join(this.folder, name));
      if (readPreamble(file, this.tools).meta.id === id) return file;
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
    }
    file?.close();
    return null;
  }
}
