import type { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

export interface ReplyBody {
  text: string;
  /** A sentence that begins with a space and states why the body was not understood completely; empty otherwise. */
  note: string;
}

export interface BodyHeaders {
  /** Content-Encoding; several headers joined by commas. */
  encoding: string;
  contentType: string;
}

/** Encodings that are decoded although the request asks for none of them. */
const decoders = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/** Reads at most `limit` bytes, then closes the stream. The limit applies to the compressed and to the decompressed bytes. */
export const readBody = async (stream: Readable, { encoding, contentType }: BodyHeaders, limit: number): Promise<ReplyBody> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  const bytes = decompress(Buffer.concat(chunks).subarray(0, limit), encoding, limit);
  if (!bytes) return { text: '', note: ' Its body could not be decompressed and was ignored.' };
  const { text, note } = decodeText(bytes, contentType);
  return size > limit ? { text, note: ` Its body was truncated to ${limit} bytes.` } : { text, note };
};

/** Returns undefined for an unknown encoding, and for a body that is corrupt, truncated or a decompression bomb. */
const decompress = (bytes: Buffer, encoding: string, limit: number): Buffer | undefined => {
  const [name, another] = encoding
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '' && part !== 'identity');
  if (name === undefined) return bytes;
  try {
    return another === undefined ? decoders.get(name)?.(bytes, { maxOutputLength: limit }) : undefined;
  } catch {
    return undefined;
  }
};

/** Decodes the characters by the byte order mark, else by the charset of the Content-Type, else as UTF-8. Removes a byte order mark. */
const decodeText = (bytes: Buffer, contentType: string): ReplyBody => {
  try {
    const text = new TextDecoder(charsetOf(bytes, contentType), { fatal: true }).decode(bytes);
    // UTF-16 without a byte order mark looks like UTF-8 with NUL characters.
    if (!text.includes('\0')) return { text, note: '' };
  } catch {
    // The charset is unknown, or the bytes are invalid in it.
  }
  return { text: new TextDecoder().decode(bytes), note: ' The characters of its body could not be decoded.' };
};

const charsetOf = (bytes: Buffer, contentType: string): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  return /;\s*charset\s*=\s*"?([\w-]{1,40})"?/i.exec(contentType)?.[1] ?? 'utf-8';
};
