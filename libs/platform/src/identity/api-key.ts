import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The form `crossroads_<id>_<secret>`. Secret scanners recognise a leaked key by its prefix. The id finds the record without the secret. */
const keyPattern = /^crossroads_([a-f0-9]{16})_([A-Za-z0-9_-]{43})$/;

export interface ApiKey {
  id: string;
  secret: string;
}

/** Creates a key. The text is shown once and not stored; only the digest is stored. */
export const newApiKey = (): { id: string; text: string; sha256: string } => {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, text: `crossroads_${id}_${secret}`, sha256: digest(secret) };
};

/** Returns the parts of a key; undefined for a text in another form, which then needs no look-up. */
export const parseApiKey = (text: string): ApiKey | undefined => {
  const [, id, secret] = keyPattern.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
};

/** Returns the SHA-256 digest as hex. Secrets are 256 random bits, so a slow hash would not add security. */
export const digest = (secret: string): string => hash('sha256', secret, 'hex');

/** Returns whether the secret has this digest. Compares in constant time. */
export const matches = (secret: string, sha256: string): boolean => {
  const expected = Buffer.from(sha256, 'hex');
  const given = hash('sha256', secret, 'buffer');
  return expected.length === given.length && timingSafeEqual(expected, given);
};
