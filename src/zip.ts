/** Reads zip archives (PKWARE APPNOTE 6.3.10), checking sizes and checksums, which fflate's own reader does not. */
import { inflateSync } from "fflate";

/** More than any exit table needs; a small file can claim to unfold into far more. */
const largest = 2 ** 31;

/**
 * The files of an archive in the order of its directory, stored or deflated.
 * @param name used in messages
 * @throws RangeError when the archive is damaged, encrypted or in parts
 */
export function* unzip(file: Uint8Array, name: string): Generator<readonly [path: string, bytes: Uint8Array]> {
  const fail = (what: string): never => {
    throw new RangeError(`${name}: expected a whole zip archive, got ${what}`);
  };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = endOfDirectory(view);
  if (end < 0) return fail(file.length === 0 ? "an empty file" : `${file.length} bytes without a zip directory`);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) fail(`a damaged directory at byte ${at}`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const checksum = view.getUint32(at + 16, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    total += size;
    if ((flags & 1) !== 0) fail(`the encrypted file ${path}`);
    if (total > largest) fail(`contents of more than ${largest} bytes`);
    if (local + 30 > file.length || view.getUint32(local, true) !== 0x04034b50)
      fail(`no file ${path} at byte ${local}`);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > file.length) fail(`the file ${path} cut short`);
    const bytes = unpack(file.subarray(start, start + packed), method, size);
    if (bytes === null) return fail(`the file ${path} damaged or packed by method ${method}`);
    if (crc32(bytes) !== checksum) fail(`the file ${path} with a wrong checksum`);
    yield [path, bytes];
  }
}

function unpack(packed: Uint8Array, method: number, size: number): Uint8Array | null {
  if (method === 0) return packed.length === size ? packed : null;
  if (method !== 8) return null;
  try {
    const bytes = inflateSync(packed, { out: new Uint8Array(size) });
    return bytes.length === size ? bytes : null;
  } catch {
    return null;
  }
}

/** The record that ends an archive; a comment of up to 65,535 bytes may follow it. -1 when there is none. */
function endOfDirectory(view: DataView): number {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= first; at -= 1) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return -1;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
