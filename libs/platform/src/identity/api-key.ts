import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `crossroads_<id>_<secret>`: the prefix lets secret scanners find a leaked key, the id finds its record without telling the secret. */
const shape = /^crossroads_([a-f0-9]{16})_([A-Za-z0-9_-]{43})$/;

export interface ApiKey {
  id: string;
  secret: string;
}

/** A new key. Its text is shown once and kept nowhere; only the digest is stored. */
export const newApiKey = (): { id: string; text: string; sha256: string } => {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, text: `crossroads_${id}_${secret}`, sha256: digest(secret) };
};

/** Undefined for anything that cannot be a key, so that it costs no look-up. */
export const parseApiKey = (text: string): ApiKey | undefined => {
  const [, id, secret] = shape.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
};

/** Hex SHA-256. The secrets are 256 random bits, so a slow hash would only slow us. */
export const digest = (secret: string): string => hash('sha256', secret, 'hex');

/** Compares digests, not secrets, in constant time. */
export const matches = (secret: string, sha256: string): boolean => {
  const expected = Buffer.from(sha256, 'hex');
  const given = hash('sha256', secret, 'buffer');
  return expected.length === given.length && timingSafeEqual(expected, given);
};
