import type { Request } from 'express';
import { httpError } from '../http-error.js';

/**
 * Reads the raw bytes of the body. Express's own parser hides differences that FastAPI reports: empty, null, a primitive, another type, invalid UTF-8.
 * Throws HttpError: 413 as soon as the body exceeds `maxBytes`, 415 for a content encoding.
 * Never settles if the caller disconnects.
 */
export const readBytes = async (request: Request, maxBytes: number): Promise<Buffer> => {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw httpError(415, 'Send the body without a Content-Encoding: a compressed body is not accepted.');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return void chunks.push(chunk);
      // The rest is read and discarded, within the server's request timeout. Without this, the caller cannot read the response.
      request.removeAllListeners('data').resume();
      return reject(tooLarge());
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  });
};

const tooLarge = () => httpError(413, 'Request body too large');
