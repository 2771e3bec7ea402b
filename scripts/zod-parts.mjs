// What the program uses of zod, so that the bundle holds no more of it; see lazy-zod.mjs.
export {
  any,
  array,
  boolean,
  enum,
  literal,
  looseObject,
  null,
  number,
  object,
  record,
  strictObject,
  string,
  toJSONSchema,
  tuple,
  union,
  unknown,
} from "../node_modules/zod/index.js";
