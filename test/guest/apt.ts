/**
 * A private apt: own lists, own cache, own sources, an empty dpkg status. It reads the
 * machine's apt configuration (mirrors, proxies, keys) and never changes any of it.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Mirrors, readMirrors } from "./mirrors.ts";

const run = promisify(execFile);

/** The Debian suites that the guest test takes packages from. */
export type Suite = "bookworm" | "trixie" | "trixie-backports" | "forky" | "sid";

/** One resolved package. */
export interface Package {
  readonly name: string;
  readonly version: string;
}

/** An open private apt for one suite; `close` removes its working folder. */
export interface PrivateApt {
  readonly suite: Suite;
  resolve(names: readonly string[]): Promise<Package[]>;
  download(packages: readonly Package[], folder: string): Promise<void>;
  close(): void;
}

/** What went wrong inside apt, in apt's own words and short enough for one line. */
export class AptError extends Error {
  override readonly name = "AptError";
}

const SYSTEM_KEYRINGS = [
  "/usr/share/keyrings/debian-archive-keyring.gpg",
  "/usr/share/keyrings/debian-archive-keyring.pgp",
];

/** The keyring with which this machine verifies Debian, or undefined for apt's default trust. */
export function systemKeyring(): string | undefined {
  return SYSTEM_KEYRINGS.find((path) => existsSync(path));
}

/**
 * Opens a private apt on a suite and fetches its package lists.
 *
 * @param workFolder where the working folder is made
 * @param keyring the keyring that must have signed the suite
 */
export async function openApt(
  suite: Suite,
  workFolder: string,
  keyring: string | undefined = systemKeyring(),
  mirrors?: Mirrors,
): Promise<PrivateApt> {
  mkdirSync(workFolder, { recursive: true });
  const folder = mkdtempSync(join(workFolder, `apt-${suite}-`));
  const close = () => rmSync(folder, { recursive: true, force: true });
  try {
    const config = writeConfiguration(folder, suite, keyring, mirrors ?? (await readMirrors()));
    // Without --error-on=any apt says success when a list could not be had.
    await aptGet(config, folder, ["update", "--error-on=any"]);
    return {
      suite,
      resolve: (names) => resolve(config, folder, suite, names),
      download: (packages, target) => download(config, packages, target),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Suites whose packages may be used together with `suite`. */
function companions(suite: Suite): string[] {
  return suite === "trixie-backports" ? ["trixie", "trixie-backports"] : [suite];
}

/** Suites that have security updates of their own; the others get them in the suite itself. */
const STABLE: readonly string[] = ["bookworm", "trixie"];

function sources(suite: Suite, keyring: string | undefined, mirrors: Mirrors): string {
  const stanza = (uri: string, suites: string[]) =>
    [
      "Types: deb",
      `URIs: ${uri}`,
      `Suites: ${suites.join(" ")}`,
      "Components: main",
      "Architectures: amd64",
      ...(keyring === undefined ? [] : [`Signed-By: ${keyring}`]),
      "",
    ].join("\n");
  const suites = companions(suite);
  const stable = suites.filter((name) => STABLE.includes(name));
  const stanzas = [stanza(mirrors.archive, suites)];
  if (mirrors.security !== undefined && stable.length > 0) {
    stanzas.push(
      stanza(
        mirrors.security,
        stable.map((name) => `${name}-security`),
      ),
    );
  }
  return stanzas.join("\n");
}

/** Writes status, sources and an apt.conf that is read after the machine's own; returns its path. */
function writeConfiguration(
  folder: string,
  suite: Suite,
  keyring: string | undefined,
  mirrors: Mirrors,
): string {
  mkdirSync(join(folder, "state/lists/partial"), { recursive: true });
  mkdirSync(join(folder, "cache/archives/partial"), { recursive: true });
  writeFileSync(join(folder, "state/status"), "");
  writeFileSync(join(folder, "debian.sources"), sources(suite, keyring, mirrors));
  const path = join(folder, "apt.conf");
  // Hooks of the machine's apt (they clean *its* caches) must not run for ours, hence #clear.
  const lines = [
    "#clear APT::Update::Pre-Invoke;",
    "#clear APT::Update::Post-Invoke;",
    "#clear APT::Update::Post-Invoke-Success;",
    "#clear DPkg::Post-Invoke;",
    'APT::Architecture "amd64";',
    'APT::Architectures { "amd64"; };',
    'APT::Install-Recommends "false";',
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "0";',
    'Acquire::http::Timeout "30";',
    `Dir::State "${folder}/state";`,
    `Dir::State::status "${folder}/state/status";`,
    `Dir::State::lists "${folder}/state/lists";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Etc::sourcelist "${folder}/debian.sources";`,
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** Runs apt-get in the C locale and gives its standard output, or throws apt's own last words. */
async function aptGet(config: string, cwd: string, words: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("apt-get", ["-q", "-y", "-c", config, ...words], {
      cwd,
      env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
      maxBuffer: 64 << 20,
    });
    return stdout;
  } catch (error) {
    throw new AptError(lastWords(error));
  }
}

function lastWords(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr ?? "").split("\n").filter((line) => /^[EW]:/.test(line));
  return (lines.slice(0, 2).join(" ") || message || String(error)).slice(0, 400);
}

async function resolve(
  config: string,
  folder: string,
  suite: Suite,
  names: readonly string[],
): Promise<Package[]> {
  // `-t` lets backports win over their stable; a simulated install is apt's own resolver.
  const out = await aptGet(config, folder, ["-s", "-t", suite, "install", ...names]);
  const found = [...out.matchAll(/^Inst (\S+) \((\S+) /gm)];
  return found.map(([, name = "", version = ""]) => ({ name, version }));
}

async function download(config: string, packages: readonly Package[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const words = packages.map(({ name, version }) => `${name}=${version}`);
  await aptGet(config, folder, ["download", ...words]);
}
