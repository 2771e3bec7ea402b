/**
 * Regular files of a tar archive by path (POSIX ustar; the path's prefix field included).
 * @param name used in messages
 * @throws RangeError when the archive is cut short or damaged
 */
export function untar(archive: Uint8Array, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const text = (from: number, length: number): string =>
    new TextDecoder().decode(archive.subarray(from, from + length)).replace(/\0[\s\S]*$/, "");
  for (let at = 0; at + 512 <= archive.length; ) {
    const path = text(at, 100);
    if (path === "") break;
    const size = Number.parseInt(text(at + 124, 12).trim() || "0", 8);
    const prefix = text(at + 257, 5) === "ustar" ? text(at + 345, 155) : "";
    const start = at + 512;
    if (!Number.isSafeInteger(size) || start + size > archive.length) {
      throw new RangeError(`${name}: expected a whole tar archive, got ${path} cut short`);
    }
    const kind = text(at + 156, 1);
    if (kind === "0" || kind === "")
      files.set(prefix === "" ? path : `${prefix}/${path}`, archive.subarray(start, start + size));
    at = start + 512 * Math.ceil(size / 512);
  }
  return files;
}
