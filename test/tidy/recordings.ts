import type { Project, Rule, Violation } from "./project.ts";

const MB = 1_000_000;
const RECORDING_BYTES = 3 * MB;
const FOLDER_BYTES = 10 * MB;

function* checkRecordings(project: Project): Generator<Violation> {
  let total = 0;
  for (const [path, size] of project.sizes) {
    if (!path.startsWith("recordings/")) continue;
    total += size;
    const at = { path, line: 1 };
    const name = path.slice("recordings/".length).replace(/^found\//, "");
    const twin = path.replace(/\.(mcap|md)$/, path.endsWith(".md") ? ".mcap" : ".md");
    if (name.includes("/") || !/^[a-z0-9.-]+\.(mcap|md)$|^README\.md$/.test(name))
      yield { ...at, message: "neither a recording nor what one shows" };
    else if (path.endsWith(".mcap")) {
      if (!(project.files.get(twin)?.text.trim() ?? ""))
        yield { ...at, message: `no ${twin} says what it shows` };
      if (size > RECORDING_BYTES) yield { ...at, message: `${size} bytes, more than ${RECORDING_BYTES}` };
    } else if (name !== "README.md" && !project.sizes.has(twin))
      yield { ...at, message: `there is no ${twin} to speak of` };
  }
  if (total > FOLDER_BYTES)
    yield { path: "recordings", line: 1, message: `${total} bytes in all, more than ${FOLDER_BYTES}` };
}

const boot = {
  files: { "recordings/boot.md": "A boot." },
  sizes: { "recordings/boot.mcap": RECORDING_BYTES },
};
const five = ["a", "b", "c", "d", "e"];

/** A recording says what it shows, and a clone stays small. */
export const RECORDINGS: Rule = {
  name: "recordings are small and explained",
  check: checkRecordings,
  bad: [
    { sizes: { "recordings/boot.mcap": 1 }, says: "no recordings/boot.md says" },
    {
      files: { "recordings/boot.md": "\n" },
      sizes: { "recordings/boot.mcap": 1 },
      says: "says what it shows",
    },
    { ...boot, sizes: { "recordings/boot.mcap": RECORDING_BYTES + 1 }, says: "3000001 bytes" },
    { ...boot, files: { ...boot.files, "recordings/notes.txt": "" }, says: "neither" },
    { files: { "recordings/gone.md": "A boot." }, says: "there is no recordings/gone.mcap" },
    {
      files: Object.fromEntries(five.map((name) => [`recordings/${name}.md`, "A boot."])),
      sizes: Object.fromEntries(five.map((name) => [`recordings/${name}.mcap`, 2 * MB])),
      says: "in all, more than",
    },
  ],
  good: [
    {
      files: { ...boot.files, "recordings/README.md": "", "recordings/found/hang.md": "A hang." },
      sizes: { ...boot.sizes, "recordings/found/hang.mcap": 1 },
    },
  ],
};
