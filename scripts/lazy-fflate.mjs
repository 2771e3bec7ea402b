// fflate when it is first needed: it builds its tables as it loads, and most runs read no archive.
const fflate = () => require("../node_modules/fflate/esm/index.mjs");

export const inflateSync = (...given) => fflate().inflateSync(...given);
export const zipSync = (...given) => fflate().zipSync(...given);
