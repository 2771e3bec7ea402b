/** Width of a text on a terminal: in the place of `string-width`, for texts in which every letter takes one column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape
export default (text) => text.replaceAll(/\u001b\[[0-9;]*m/g, "").length;
