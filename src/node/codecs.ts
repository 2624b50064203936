import { createRequire } from "node:module";
import * as zlib from "node:zlib";
import { decompressLz4 } from "../replay/recording/lz4.ts";
import { type Codec, type Codecs, NONE, type Tools } from "../replay/recording/tools.ts";
import { crc32, hashPage, loadXxh64 } from "./hash.ts";

/** A level that a recorder's worker can afford; higher ones gain less than 2 % on shuffled columns. */
const ZSTD_LEVEL = 1;

/** zstd of node:zlib, which Node has had since 22.15; the types we build with are older. */
interface ZlibZstd {
  zstdCompressSync?(bytes: Uint8Array, options: { params: Record<number, number> }): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  constants: { ZSTD_c_compressionLevel?: number };
}

let loading: Promise<Tools> | undefined;

/** The tools of recordings, for Node. The first call loads WebAssembly; later ones return the same tools. */
export function loadTools(): Promise<Tools> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Tools> {
  const [zstd, lz4, xxh64] = await Promise.all([loadZstd(), loadLz4(), loadXxh64()]);
  const codecs: Codecs = { "": NONE, zstd, lz4 };
  return { codecs, xxh64, crc32, hashPage };
}

async function loadZstd(): Promise<Codec> {
  const native = zlib as unknown as ZlibZstd;
  const { zstdCompressSync, zstdDecompressSync } = native;
  const level = native.constants.ZSTD_c_compressionLevel;
  if (zstdCompressSync !== undefined && zstdDecompressSync !== undefined && level !== undefined) {
    return {
      name: "zstd",
      compress: (bytes) => zstdCompressSync(bytes, { params: { [level]: ZSTD_LEVEL } }),
      decompress: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) }),
    };
  }
  return loadZstdWasm();
}

async function loadZstdWasm(): Promise<Codec> {
  const [writer, { ZSTDDecoder }] = await Promise.all([import("@bokuweb/zstd-wasm"), import("zstddec")]);
  const decoder = new ZSTDDecoder();
  await Promise.all([writer.init(), decoder.init()]);
  return {
    name: "zstd",
    compress: (bytes) => writer.compress(bytes, ZSTD_LEVEL),
    decompress: (bytes, size) => decoder.decode(bytes, size),
  };
}

/** The types that these libraries ship are wrong. */
interface Lz4Decompress {
  (bytes: Uint8Array, size: number): Uint8Array;
  readonly isLoaded: Promise<unknown>;
}

async function loadLz4(): Promise<Codec> {
  const require = createRequire(import.meta.url);
  const { compress } = require("lz4js") as { compress(bytes: Uint8Array): Uint8Array };
  const fast = require("@foxglove/wasm-lz4") as Lz4Decompress;
  await fast.isLoaded;
  // Its context is not reset after an error: after one bad frame it refuses good ones too.
  let healthy = true;
  const decompress = (bytes: Uint8Array, size: number): Uint8Array => {
    if (!healthy) return decompressLz4(bytes, size);
    try {
      return fast(bytes, size);
    } catch {
      healthy = false;
      return decompressLz4(bytes, size);
    }
  };
  return { name: "lz4", compress, decompress };
}
