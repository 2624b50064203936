import {
  READ_BEHAVIOURS,
  type ReadBehaviour,
  WRITE_BEHAVIOURS,
  type WriteBehaviour,
} from "../../hw/behaviours.ts";
import { MMIO } from "../planes.ts";
import type { OnRead, OnWrite } from "./behaviour.ts";
import { displayReads, displayWrites } from "./display/behaviours.ts";
import { gtReads, gtWrites } from "./gt.ts";
import { interruptReads, interruptWrites } from "./interrupt.ts";
import { nonprivWrites } from "./nonpriv.ts";
import { pvinfoReads, pvinfoWrites } from "./pvinfo.ts";
import { ringReads, ringWrites } from "./ring.ts";

const byName: Readonly<Record<WriteBehaviour, OnWrite>> = {
  none: () => {},
  self_clearing: (core, v, at) => core.words.write(MMIO + v, at >>> 2, 0),
  ...interruptWrites,
  ...ringWrites,
  ...nonprivWrites,
  ...gtWrites,
  ...pvinfoWrites,
  ...displayWrites,
};

const readsByName: Readonly<Record<ReadBehaviour, OnRead>> = {
  none: (core, v, at) => core.words.read(MMIO + v, at >>> 2),
  ...interruptReads,
  ...ringReads,
  ...gtReads,
  ...pvinfoReads,
  ...displayReads,
};

/** By the numbers of the compiled index. */
export const writeBehaviours: readonly OnWrite[] = WRITE_BEHAVIOURS.map((name) => byName[name]);
export const readBehaviours: readonly OnRead[] = READ_BEHAVIOURS.map((name) => readsByName[name]);
