/** Histograms of many values: 512 linear cells an octave, which are the top bits of the double. Plain constants, for the event loop, too. */
export const cellBits = 9;
/** Octaves that have a table entry, from 2^-40 (a picosecond) on: its biased exponent, and how many. */
export const firstOctave = 983;
export const octaves = 64;
