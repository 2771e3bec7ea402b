// zod when it is first needed: it builds its classes as it loads, and a run needs it for measured profiles only.
const zod = () => require("./zod-parts.mjs");
const lazily =
  (name) =>
  (...given) =>
    zod()[name](...given);

export const any = lazily("any");
export const array = lazily("array");
export const boolean = lazily("boolean");
export const literal = lazily("literal");
export const looseObject = lazily("looseObject");
export const number = lazily("number");
export const object = lazily("object");
export const record = lazily("record");
export const strictObject = lazily("strictObject");
export const string = lazily("string");
export const toJSONSchema = lazily("toJSONSchema");
export const tuple = lazily("tuple");
export const union = lazily("union");
export const unknown = lazily("unknown");
const enumOf = lazily("enum");
const nothing = lazily("null");

export { enumOf as enum, nothing as null };
