// What yargs takes of node:assert, which loads half a dozen more modules to draw differences that nobody sees.
export function strictEqual(actual, expected, message) {
  if (!Object.is(actual, expected)) throw new Error(message ?? `expected ${expected}, got ${actual}`);
}

export function notStrictEqual(actual, unexpected, message) {
  if (Object.is(actual, unexpected)) throw new Error(message ?? `did not expect ${unexpected}`);
}
