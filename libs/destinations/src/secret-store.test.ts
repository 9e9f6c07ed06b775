import { expect, test } from '@jest/globals';
import { secretStore } from './secret-store.js';

const files: Record<string, string> = { '/run/key': 'from a file\n' };
const env: Record<string, string | undefined> = { KEY: 'one two', EMPTY: '\n' };
const secrets = secretStore({
  env,
  async readFile(path) {
    if (files[path] === undefined) throw new Error('ENOENT');
    return files[path];
  },
});

test.each([['env:KEY', 'one two'], ['file:/run/key', 'from a file']])('%s is resolved', async (ref, secret) => {
  expect(await secrets(ref)).toBe(secret);
});

test('a renewed secret is used at the next read', async () => {
  files['/run/key'] = 'newer\r\n';
  expect(await secrets('file:/run/key')).toBe('newer');
});

test.each(['env:NONE', 'env:EMPTY', 'file:/run/none'])('the error for the missing secret %s names the reference', async (ref) => {
  await expect(secrets(ref)).rejects.toMatchObject({ code: 'destination.secret_missing', message: expect.stringContaining(ref) });
});

test.each(['whsec_pasted', 'vault:x', '', 'env:'])('the error for the invalid reference %j does not contain the reference', async (ref) => {
  await expect(secrets(ref)).rejects.toMatchObject({ code: 'destination.secret_missing', message: expect.not.stringContaining('pasted') });
});
