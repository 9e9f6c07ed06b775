import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 64 MB and about 0.1 s for each attempt. That is expensive for an attacker with a stolen database and cheap for one login per shift. */
const cost = { N: 2 ** 16, r: 8, p: 1 };
const hashBytes = 32;

/** Returns `scrypt$N$r$p$salt$hash`, with salt and hash in base64. The text includes the cost, so the cost may be raised later. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, hashBytes, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
};

/** Returns whether the password matches. Returns false for a stored text that it cannot parse. */
export const verifyPassword = async (password: string, stored: string): Promise<boolean> => {
  const [scheme, N, r, p, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'base64');
  const storedCost = { N: Number(N), r: Number(r), p: Number(p) };
  if (scheme !== 'scrypt' || expected.length < hashBytes || !Object.values(storedCost).every((part) => Number.isInteger(part) && part > 0)) return false;
  const actual = await derive(password, Buffer.from(salt, 'base64'), expected.length, storedCost);
  return timingSafeEqual(actual, expected);
};

const derive = (password: string, salt: Buffer, length: number, { N, r, p }: typeof cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // Unicode has several encodings of some letters, and keyboards differ in which they send.
    scrypt(password.normalize('NFKC'), salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error ? reject(error) : resolve(key)));
  });
