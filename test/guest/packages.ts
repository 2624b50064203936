/**
 * Sets of Debian packages, unpacked into the cache. A set is what `names` pull in, in one suite.
 * It is fetched once, then used from the cache; see {@link unpackSet} for when it is looked up anew.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openApt, type Package, type PrivateApt, type Suite, systemKeyring } from "./apt.ts";

const run = promisify(execFile);

/** A package that cannot be had: the world's fault, so the boot that needs it is skipped. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly package: string;
  readonly suite: Suite;
  readonly reason: string;

  constructor(packageName: string, suite: Suite, reason: string) {
    super(`${packageName} of ${suite} cannot be had: ${reason}`);
    this.package = packageName;
    this.suite = suite;
    this.reason = reason;
  }
}

/** What to unpack. */
export interface SetRequest {
  readonly suite: Suite;
  readonly names: readonly string[];
  /** Which of the resolved packages are wanted; all by default. */
  readonly keep?: RegExp;
  /** After how many hours the suite is asked again for newer versions; never by default. */
  readonly freshFor?: number;
}

/** An unpacked set. */
export interface UnpackedSet {
  /** Folder that stands for `/` of the packages. */
  readonly root: string;
  readonly packages: readonly Package[];
  /** Said to the reader when an old copy had to do. */
  readonly note?: string;
}

/** The cache folder: `$GVT_CACHE`, else `~/.cache/gvt-replay`. */
export function cacheFolder(): string {
  return process.env.GVT_CACHE ?? join(homedir(), ".cache", "gvt-replay");
}

/** What was asked for in this process: a mirror that is down is not asked again by every boot. */
const asked = new Map<string, Promise<UnpackedSet>>();

/**
 * Gives a set of packages, from the cache where it is fresh enough, else from the mirror. A failure
 * is tried once more; then an old copy has to do, and without one it is {@link Unavailable}.
 */
export function unpackSet(request: SetRequest): Promise<UnpackedSet> {
  const key = requestKey(request);
  const answer =
    asked.get(key) ?? findSet(request, `${request.suite}-${request.names[0]}-${digest(key)}.json`);
  asked.set(key, answer);
  return answer;
}

async function findSet(request: SetRequest, name: string): Promise<UnpackedSet> {
  const pointer = join(cacheFolder(), "sets", name);
  const cached = readPointer(pointer);
  if (cached !== undefined && isFresh(cached.checked, request.freshFor)) return cached.set;
  let failure: unknown;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const set = await fetchSet(request);
      writeAtomically(pointer, JSON.stringify({ checked: Date.now(), set }, undefined, 1));
      if (cached !== undefined && cached.set.root !== set.root)
        rmSync(cached.set.root, { recursive: true, force: true });
      return set;
    } catch (error) {
      failure = error;
    }
  }
  const reason = failure instanceof Error ? failure.message : String(failure);
  if (cached !== undefined) return { ...cached.set, note: `an older copy is used: ${reason}` };
  throw new Unavailable(request.names.join(" "), request.suite, reason);
}

function requestKey(request: SetRequest): string {
  return JSON.stringify([request.suite, request.names, request.keep?.source ?? ""]);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

interface Pointer {
  readonly checked: number;
  readonly set: UnpackedSet;
}

function readPointer(path: string): Pointer | undefined {
  if (!existsSync(path)) return undefined;
  const pointer = JSON.parse(readFileSync(path, "utf8")) as Pointer;
  return existsSync(pointer.set.root) ? pointer : undefined;
}

function isFresh(checked: number, hours: number | undefined): boolean {
  return hours === undefined || Date.now() - checked < hours * 3_600_000;
}

function writeAtomically(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, text);
  renameSync(part, path);
}

async function fetchSet(request: SetRequest): Promise<UnpackedSet> {
  const apt = await aptOf(request.suite);
  const resolved = await apt.resolve(request.names);
  const packages = resolved.filter(({ name }) => request.keep?.test(name) ?? true);
  if (packages.length === 0) throw new Error("nothing was resolved");
  // The folder is named by its content: a newer version gets a new one, an equal one is reused.
  const versions = packages.map(({ name, version }) => `${name}=${version}`).sort();
  const root = join(
    cacheFolder(),
    "roots",
    `${request.suite}-${request.names[0]}-${digest(versions.join("\n"))}`,
  );
  if (!existsSync(root)) await unpack(apt, packages, root);
  return { root, packages };
}

/** Downloads and unpacks beside `root`, then renames: a folder that exists is whole. */
async function unpack(apt: PrivateApt, packages: readonly Package[], root: string): Promise<void> {
  mkdirSync(join(root, ".."), { recursive: true });
  const work = mkdtempSync(`${root}.part-`);
  try {
    const debs = join(work, "debs");
    const files = join(work, "root");
    await apt.download(packages, debs);
    mkdirSync(files);
    for (const deb of readdirSync(debs)) {
      await run("dpkg-deb", ["-x", join(debs, deb), files]);
    }
    // Another process may have been faster; its copy is as good.
    if (!existsSync(root)) renameSync(files, root);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** One private apt per suite and process: lists are 10 MB, so they are fetched once. */
const opened = new Map<Suite, Promise<PrivateApt>>();

function aptOf(suite: Suite): Promise<PrivateApt> {
  const known = opened.get(suite);
  if (known !== undefined) return known;
  const opening = openVerified(suite);
  opened.set(suite, opening);
  opening.catch(() => opened.delete(suite));
  return opening;
}

/** Suites from which a newer keyring is taken, oldest first: each verifies the next. */
const KEYRING_CHAIN: readonly Suite[] = ["bookworm", "trixie"];

/**
 * Opens a suite with the machine's keyring; where that is too old to know the suite's keys, with
 * the keyring package of an older suite that it does know.
 */
async function openVerified(suite: Suite): Promise<PrivateApt> {
  const folder = join(cacheFolder(), "apt");
  let keyring = systemKeyring();
  for (const older of KEYRING_CHAIN) {
    try {
      return await openApt(suite, folder, keyring);
    } catch (error) {
      if (older === suite || !/NO_PUBKEY|EXPKEYSIG|not signed/.test(String(error))) throw error;
      keyring = await newerKeyring(older, folder, keyring);
    }
  }
  return openApt(suite, folder, keyring);
}

async function newerKeyring(suite: Suite, folder: string, keyring: string | undefined): Promise<string> {
  const apt = await openApt(suite, folder, keyring);
  try {
    const packages = (await apt.resolve(["debian-archive-keyring"])).filter(
      ({ name }) => name === "debian-archive-keyring",
    );
    const root = join(cacheFolder(), "roots", `keyring-${suite}-${packages[0]?.version ?? "none"}`);
    if (!existsSync(root)) await unpack(apt, packages, root);
    return join(root, "usr/share/keyrings/debian-archive-keyring.gpg");
  } finally {
    apt.close();
  }
}

/** Removes the working folders of every private apt of this process. */
export async function closePackages(): Promise<void> {
  for (const opening of opened.values()) (await opening.catch(() => undefined))?.close();
  opened.clear();
}
