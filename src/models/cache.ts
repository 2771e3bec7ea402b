import { homedir, platform } from "node:os";
import { join } from "node:path";

/** Where this program may keep what it can make again: the operating system's cache folder, or `OFFRAMP_CACHE`. */
export function cacheFolder(): string {
  const chosen = process.env.OFFRAMP_CACHE;
  if (chosen !== undefined && chosen !== "") return chosen;
  if (platform() === "darwin") return join(homedir(), "Library", "Caches", "offramp");
  if (platform() === "win32")
    return join(process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "offramp", "Cache");
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".cache"), "offramp");
}
