import * as fc from "fast-check";

/** Laws look at the same cases on every machine; `FC_SEED=$RANDOM npm test` looks at others. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_121) });
