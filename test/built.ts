/** Modules of the built program, for tests that simulate much: as fast as users have them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @param name path in `src/` without its ending. @throws Error when the program is not built: `npm run build` */
export async function built<Module>(name: string): Promise<Module> {
  const path = join(import.meta.dirname, "../dist/src", `${name}.js`);
  if (!existsSync(path)) throw new Error(`${path} is not there: npm run build`);
  return (await import(pathToFileURL(path).href)) as Module;
}
