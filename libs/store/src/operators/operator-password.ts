import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 64 MB and about 0.1 s for each try: dear for a guesser with a stolen database, cheap for somebody who signs in once a shift. */
const cost = { N: 2 ** 16, r: 8, p: 1 };
const hashBytes = 32;

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64: all that is needed to check it, so the cost may be raised later. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, hashBytes, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
};

/** False for anything that is not the password, a stored text it cannot read included. */
export const verifyPassword = async (password: string, stored: string): Promise<boolean> => {
  const [scheme, N, r, p, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'base64');
  const its = { N: Number(N), r: Number(r), p: Number(p) };
  if (scheme !== 'scrypt' || expected.length < hashBytes || !Object.values(its).every((part) => Number.isInteger(part) && part > 0)) return false;
  const actual = await derive(password, Buffer.from(salt, 'base64'), expected.length, its);
  return timingSafeEqual(actual, expected);
};

const derive = (password: string, salt: Buffer, length: number, { N, r, p }: typeof cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // Unicode has several spellings of one letter, and keyboards do not agree on which to send.
    scrypt(password.normalize('NFKC'), salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error ? reject(error) : resolve(key)));
  });
