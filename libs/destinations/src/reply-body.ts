import type { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

export interface ReplyBody {
  text: string;
  /** What is odd about it, as a sentence; empty when nothing is. */
  note: string;
}

/** We ask for none of these. Those who send them all the same are read, as far as the limit goes. */
const decoders = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/** Reads at most `limit` bytes and hangs up on the rest; the limit holds for the compressed bytes and for what they unfold to. */
export const readBody = async (stream: Readable, encoding: string, limit: number): Promise<ReplyBody> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, limit);
  const note = size > limit ? ` Its body is longer than ${limit} bytes and was cut.` : '';
  if (encoding === '' || encoding === 'identity') return { text: bytes.toString('utf8'), note };
  const decode = decoders.get(encoding);
  try {
    if (decode) return { text: decode(bytes, { maxOutputLength: limit }).toString('utf8'), note };
  } catch {
    // Corrupt, cut or a bomb: unread either way.
  }
  return { text: '', note: ' Its body is compressed in a way that was not read.' };
};
