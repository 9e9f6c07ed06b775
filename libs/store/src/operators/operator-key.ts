import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `crossroads_ops_<id>_<secret>`: not to be taken for a caller's key, and found by secret scanners all the same. */
const shape = /^crossroads_ops_([a-f0-9]{16})_([A-Za-z0-9_-]{43})$/;

/** A new key of an operator. Its text is shown once and kept nowhere. */
export const newOperatorKey = (): { id: string; text: string; sha256: string } => {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, text: `crossroads_ops_${id}_${secret}`, sha256: digest(secret).toString('hex') };
};

/** Undefined for anything that cannot be a key, so that it costs no look-up. */
export const parseOperatorKey = (text: string): { id: string; secret: string } | undefined => {
  const [, id, secret] = shape.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
};

/** The secret is 256 random bits, so a slow hash would only slow us. */
export const isOperatorKey = (secret: string, sha256: string): boolean => {
  const expected = Buffer.from(sha256, 'hex');
  const given = digest(secret);
  return expected.length === given.length && timingSafeEqual(expected, given);
};

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
