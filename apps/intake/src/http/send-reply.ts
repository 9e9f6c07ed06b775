import { constants, gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';
import type { UnsentReplies } from './unsent-replies.js';

/** Smallest reply that is compressed, in bytes. For a smaller one, gzip takes more than ten times as long as JSON.stringify. See docs/decisions/0065. */
const minCompressedBytes = 4_096;

/** Sends a JSON reply that may be large: an order, a page of resets, the log of a reset. */
export type SendReply = (request: Request, response: Response, body: object) => void;

/**
 * Compresses large replies for callers that accept gzip. These replies contain no credentials, so their size discloses none.
 * Compression is synchronous: it takes about as long as JSON.stringify, and no large reply waits for a thread in memory.
 */
export const createSendReply =
  (unsent: UnsentReplies): SendReply =>
  (request, response, body) => {
    const text = JSON.stringify(body);
    const length = Buffer.byteLength(text);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    if (length < minCompressedBytes) {
      response.setHeader('Content-Length', length).end(text);
      return;
    }
    response.vary('Accept-Encoding');
    // Node frees the bytes of a text as soon as they are sent, those of a buffer only with the next garbage collection.
    const [sent, sentBytes] = request.acceptsEncodings('gzip') === 'gzip' ? compressed(response, text) : [text, length];
    unsent.add(response, sentBytes);
    response.setHeader('Content-Length', sentBytes).end(sent);
  };

const compressed = (response: Response, text: string): [Buffer, number] => {
  const bytes = gzipSync(text, { level: constants.Z_BEST_SPEED });
  response.setHeader('Content-Encoding', 'gzip');
  weakenTag(response);
  return [bytes, bytes.length];
};

/** A strong ETag names one sequence of bytes, and the compressed reply has another one. */
const weakenTag = (response: Response): void => {
  const tag = response.get('ETag');
  if (tag?.startsWith('"')) response.setHeader('ETag', `W/${tag}`);
};
