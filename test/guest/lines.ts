/** The text that every guest writes on its screen, line by line. */
export const KNOWN_LINES: readonly string[] = [
  "gvt-replay: this line was drawn by the guest's console",
  "The quick brown fox jumps over the lazy dog 0123456789",
  "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "every glyph above is compared with the font, bit by bit",
];
