import { ARROWS, NODE_EDGE } from "./arrows.ts";
import { CITATIONS, LINKS } from "./citations.ts";
import { CYCLES } from "./cycles.ts";
import { DEAD_EXPORTS, DEAD_FILES } from "./dead.ts";
import { GLOSSARY_RULE } from "./glossary.ts";
import { FEATURES_ONLY, RAW_OFFSETS } from "./offsets.ts";
import { MANIFEST, PACKAGES } from "./packages.ts";
import { PAPERS_RULE, VERBS } from "./papers.ts";
import type { Rule } from "./project.ts";
import { RECORDINGS } from "./recordings.ts";
import { BEHAVIOUR_USE, BREADTH, NAMES } from "./rows.ts";
import { DOCSTRINGS, MEASURE, PARAMETERS, SHORT_FUNCTIONS } from "./shape.ts";
import { LEFT_OVERS, PLACES_RULE } from "./text.ts";
import { EXACT, HOST_FREE } from "./words.ts";

/** Our manners, as far as a machine can check them. STYLE.md says why each is there. */
export const RULES: readonly Rule[] = [
  ARROWS,
  NODE_EDGE,
  CYCLES,
  PACKAGES,
  MANIFEST,
  HOST_FREE,
  EXACT,
  SHORT_FUNCTIONS,
  MEASURE,
  PARAMETERS,
  DOCSTRINGS,
  NAMES,
  CITATIONS,
  BEHAVIOUR_USE,
  BREADTH,
  RAW_OFFSETS,
  FEATURES_ONLY,
  DEAD_FILES,
  DEAD_EXPORTS,
  RECORDINGS,
  PLACES_RULE,
  LEFT_OVERS,
  PAPERS_RULE,
  LINKS,
  GLOSSARY_RULE,
  VERBS,
];
