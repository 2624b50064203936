import { crc32Final, crc32Update } from "@foxglove/crc";
import { sha256 } from "@noble/hashes/sha2.js";
import xxhash from "xxhash-wasm";
import { ZSTDDecoder } from "zstddec";
import { decompressLz4 } from "./lz4.ts";
import { type Codec, NONE, type Tools } from "./tools.ts";

const unwritable = (name: string) => (): never => {
  throw new Error(`${name} can be read here, not written`);
};

/** The tools of recordings without anything of Node's: reads every codec, writes uncompressed. */
export async function loadPortableTools(): Promise<Tools> {
  const decoder = new ZSTDDecoder();
  const [{ h64Raw }] = await Promise.all([xxhash(), decoder.init()]);
  const zstd: Codec = {
    name: "zstd",
    compress: unwritable("zstd"),
    decompress: (bytes, size) => decoder.decode(bytes, size),
  };
  const lz4: Codec = { name: "lz4", compress: unwritable("lz4"), decompress: decompressLz4 };
  return {
    codecs: { "": NONE, zstd, lz4 },
    xxh64: (bytes, into) => {
      const hash = h64Raw(bytes);
      into[0] = Number(hash & 0xffff_ffffn);
      into[1] = Number(hash >> 32n);
    },
    // The library keeps a running CRC inverted; ours are final at each step.
    crc32: (bytes, previous) => crc32Final(crc32Update(~previous, bytes)),
    hashPage: (bytes, into) => {
      const view = new DataView(sha256(bytes).buffer);
      for (let w = 0; w < 4; w++) into[w] = view.getUint32(w * 4, true);
    },
  };
}
