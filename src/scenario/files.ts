/** The files a scenario refers to, read by Node: the only place of this folder that touches the disk. */
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type DevicePreset, type LinkPreset, parseDevicePresets, parseLinkPresets } from "./presets.ts";
import { loadedProfile } from "./profile-file.ts";
import { decodeText, FileFault, type LoadedProfile, type Resources } from "./resources.ts";
import { nearest } from "./suggest.ts";

/** Scenarios are small; what is larger is something else. */
export const largestScenario = 1_000_000;
const largestProfile = 20_000_000;
const largestTable = 500_000_000;

/** The package's own folder, from the sources, the compiled library and the bundled command line alike. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, "package.json")) && existsSync(join(folder, "presets")))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package folder above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

/** Content of a file of at most `limit` bytes; looked at before it is read. @throws FileFault */
export function readBytes(path: string, limit: number, what = "a file"): Uint8Array {
  let size: number;
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw new FileFault(what, `a folder: ${path}`);
    if (!found.isFile()) throw new FileFault(what, `something that is not a plain file: ${path}`);
    size = found.size;
  } catch (error) {
    if (error instanceof FileFault) throw error;
    throw new FileFault(what, `${path}: ${reason(error)}`);
  }
  if (size > limit)
    throw new FileFault(`${what} of at most ${limit / 1e6} MB`, `${(size / 1e6).toFixed(1)} MB in ${path}`);
  try {
    const handle = openSync(path, "r");
    try {
      const bytes = new Uint8Array(size);
      let read = 0;
      while (read < size) {
        const n = readSync(handle, bytes, read, size - read, null);
        if (n === 0) break;
        read += n;
      }
      return bytes.subarray(0, read);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new FileFault(what, `${path}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES" || code === "EPERM") return "no permission to read it";
  return (error as Error).message;
}

/** A file that was read, by the path the user knows it by. */
export interface Input {
  readonly path: string;
  readonly sha256: string;
}

export interface FileResources extends Resources {
  /** What has been read so far, each once, in order. */
  readonly inputs: () => readonly Input[];
}

/** @param base folder that paths in a scenario start from */
export function fileResources(base: string): FileResources {
  const inputs = new Map<string, Input>();
  const note = (path: string, shown: string, bytes: Uint8Array): Uint8Array => {
    if (!inputs.has(path)) inputs.set(path, { path: shown, sha256: createHash("sha256").update(bytes).digest("hex") });
    return bytes;
  };
  const once = <T>(make: () => T): (() => T) => {
    let made: { value: T } | undefined;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  const preset = (name: string): string =>
    new TextDecoder().decode(readBytes(join(packageFolder(), "presets", name), largestProfile));
  const profiles = new Map<string, LoadedProfile>();
  const from = (path: string): string => (isAbsolute(path) ? path : resolve(base, path));
  return {
    devices: once((): ReadonlyMap<string, DevicePreset> => parseDevicePresets(preset("devices.json"))),
    links: once((): ReadonlyMap<string, LinkPreset> => parseLinkPresets(preset("links.json"))),
    profileNames: once(shippedProfiles),
    profile: (reference) => {
      const known = profiles.get(reference);
      if (known !== undefined) return known;
      const isShipped = shippedProfiles().includes(reference);
      const folder = isShipped ? join(packageFolder(), "profiles", reference) : from(reference);
      const shown = (file: string): string => (isShipped ? `profiles/${reference}/${file}` : join(reference, file));
      const read = (file: string, limit: number): Uint8Array =>
        note(join(folder, file), shown(file), readBytes(join(folder, file), limit, "a profile"));
      if (!isShipped && !existsSync(folder)) {
        const near = nearest(reference, shippedProfiles());
        throw new FileFault(
          `a shipped profile (${shippedProfiles().join(", ")}) or a path to one`,
          JSON.stringify(reference),
          near === null ? null : `did you mean "${near}"?`,
        );
      }
      const loaded = loadedProfile(decodeText(read("profile.json", largestProfile)), shown("profile.json"), () =>
        read("exits.npz", largestTable),
      );
      profiles.set(reference, loaded);
      return loaded;
    },
    program,
    bytes: (path, limit) => note(from(path), path, readBytes(from(path), limit)),
    inputs: () => [...inputs.values()],
  };
}

/** Types of a user's rule taken away, line by line, so that places in errors are those of the file. */
function program(source: string, path: string): string {
  const { transform } = createRequire(import.meta.url)("sucrase") as typeof import("sucrase");
  try {
    const transforms = /\.[mc]?ts$/.test(path) ? (["typescript", "imports"] as const) : (["imports"] as const);
    return transform(source, { transforms: [...transforms], filePath: path }).code;
  } catch (error) {
    const [, said, line, column] =
      /^(?:Error transforming [^:]*: )?(.*?) ?\((\d+):(\d+)\)$/s.exec((error as Error).message) ?? [];
    throw new FileFault(
      "a rule in TypeScript or JavaScript",
      said === undefined ? `${path}: ${(error as Error).message}` : `${path}:${line}:${column}: ${said}`,
    );
  }
}

/** Names of the profiles that ship. */
export function shippedProfiles(): string[] {
  const folder = join(packageFolder(), "profiles");
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => existsSync(join(folder, name, "profile.json")))
        .sort()
    : [];
}
