import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `crossroads_ops_<id>_<secret>`. The prefix distinguishes it from a caller's key, and secret scanners recognise it. */
const shape = /^crossroads_ops_([a-f0-9]{16})_([A-Za-z0-9_-]{43})$/;

/** Creates a key for an operator. Its text is shown once and not stored. */
export const newOperatorKey = (): { id: string; text: string; sha256: string } => {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, text: `crossroads_ops_${id}_${secret}`, sha256: digest(secret).toString('hex') };
};

/** Returns undefined for a text that cannot be a key, so that no query is made for it. */
export const parseOperatorKey = (text: string): { id: string; secret: string } | undefined => {
  const [, id, secret] = shape.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
};

/** Compares a secret with the stored digest. The secret is 256 random bits, so a slow hash would add no security. */
export const isOperatorKey = (secret: string, sha256: string): boolean => {
  const expected = Buffer.from(sha256, 'hex');
  const given = digest(secret);
  return expected.length === given.length && timingSafeEqual(expected, given);
};

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
