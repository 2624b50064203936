import { expect, test } from "vitest";
import { CannotTell, exitCodeOf, UsageError, WorldError } from "../../src/cli/exit.ts";
import { refuseUnknownKinds } from "../../src/cli/recordings.ts";
import { writePng } from "../../src/node/screen-png.ts";
import { PortError } from "../../src/ports/errors.ts";
import { ServeError } from "../../src/ports/serve-options.ts";
import { EpochError } from "../../src/replay/checkpoint/base.ts";
import { RecordingError } from "../../src/replay/recording/errors.ts";
import type { Recording } from "../../src/replay/recording/recording.ts";

test("each kind of error has its exit code", () => {
  expect(exitCodeOf(new UsageError("x"))).toBe(2);
  expect(exitCodeOf(new ServeError("config", "x"))).toBe(2);
  expect(exitCodeOf(new ServeError("world", "x"))).toBe(4);
  expect(exitCodeOf(new RecordingError("f", 0, "x"))).toBe(3);
  expect(exitCodeOf(new PortError("world", "x"))).toBe(4);
  expect(exitCodeOf(new WorldError("x"))).toBe(4);
  expect(exitCodeOf(new CannotTell("x"))).toBe(125);
  expect(exitCodeOf(new EpochError("x"))).toBe(125);
  expect(exitCodeOf(new TypeError("a bug of ours"))).toBe(125);
});

test("what the system refuses is the world's failure", () => {
  const picture = { width: 1, height: 1, rgba: new Uint8Array(4), missing: 0 };
  let error: unknown = null;
  try {
    writePng("/no/such/folder/a.png", picture);
  } catch (thrown) {
    error = thrown;
  }
  expect(exitCodeOf(error)).toBe(4);
});

test("rows that this version has no words for cannot be told about", () => {
  const recording = { name: "new.mcap", unknownKinds: ["quantum.entangled"] } as unknown as Recording;
  expect(() => refuseUnknownKinds(recording)).toThrow(CannotTell);
  expect(() => refuseUnknownKinds(recording)).toThrow(
    "new.mcap: it holds quantum.entangled, which this version",
  );
});
