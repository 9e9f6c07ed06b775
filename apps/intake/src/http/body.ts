import type { Request } from 'express';
import { httpError } from '../http-error.js';

/**
 * The body as it came off the wire. Our own, because what FastAPI tells apart (empty, null, a primitive, another type, bad UTF-8)
 * looks alike behind Express's reader. Throws Refused: 413 past `maxBytes`, at once; 415 for a content encoding.
 * Never settles when the sender goes away.
 */
export const readBytes = async (request: Request, maxBytes: number): Promise<Buffer> => {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw httpError(415, 'Send the body as it is, without content encoding.');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return void chunks.push(chunk);
      // What follows is read and dropped, within the server's request timeout, so that the sender gets to read the answer.
      request.removeAllListeners('data').resume();
      return reject(tooLarge());
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  });
};

const tooLarge = () => httpError(413, 'Request body too large');
