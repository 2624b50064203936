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
   * The recording of this id; null where the folder has none. Throws RecordingError for one that cannot be
   * read.
   */
  find(id: string, store: PageStore): Recording | null {
    const file = this.fileOf(id);
    if (file === null) return null;
    if (this.files.length >= MOST_PARENTS) {
      file.close();
      throw new RecordingError(file.name, 0, `more than ${MOST_PARENTS} recordings that lean on each other`);
    }
    this.files.push(file);
    return openLeaning(file, this.tools, store, (parent) => this.find(parent, store));
  }

  close(): void {
    for (const file of this.files.splice(0)) file.close();
  }

  private fileOf(id: string): FileSource | null {
    for (const name of fs.readdirSync(this.folder).sort()) {
      if (!name.endsWith(".mcap")) continue;
      let file: FileSource | null = null;
      try {
        file = new FileSource(join(this.folder, name));
        if (readPreamble(file, this.tools).meta.id === id) return file;
      } catch (error) {
        if (!(error instanceof RecordingError)) throw error;
      }
      file?.close();
    }
    return null;
  }
}
