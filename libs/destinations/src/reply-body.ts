import type { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

export interface ReplyBody {
  text: string;
  /** A sentence about a body that was truncated or not decoded; empty otherwise. */
  note: string;
}

/** Encodings that are decoded although the request asks for none of them. */
const decoders = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/** Reads at most `limit` bytes, then closes the stream. The limit applies to the compressed and to the decompressed bytes. */
export const readBody = async (stream: Readable, encoding: string, limit: number): Promise<ReplyBody> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, limit);
  const note = size > limit ? ` Its body was truncated to ${limit} bytes.` : '';
  if (encoding === '' || encoding === 'identity') return { text: bytes.toString('utf8'), note };
  const decode = decoders.get(encoding);
  try {
    if (decode) return { text: decode(bytes, { maxOutputLength: limit }).toString('utf8'), note };
  } catch {
    // The body is corrupt, truncated or a decompression bomb. It is not read in any of these cases.
  }
  return { text: '', note: ' Its body could not be decompressed and was ignored.' };
};
