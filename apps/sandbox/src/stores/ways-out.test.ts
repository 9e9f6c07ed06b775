import { describe, expect, it } from '@jest/globals';
import { noStore } from './ways-out.js';

describe('a store that cannot be had', () => {
  it('is told in one sentence with three ways out', () => {
    expect(noStore('redis', new Error('spawn apt-get ENOENT')).message).toBe(
      'Redis cannot be had on this machine (spawn apt-get ENOENT): install it (apt-get install redis-server), ' +
        'or set REDIS_URL to one that runs elsewhere, or use docker compose.',
    );
  });

  it('names the setting of the store it is about', () => {
    const { message } = noStore('mongodb', new Error('no engine'));
    expect(message).toContain('MONGODB_URI');
    expect(message).not.toContain('REDIS_URL');
  });

  it('takes the line that says why from what apt has to say', () => {
    const complaint = new Error('Command failed: apt-get update\nW: old\nE: Failed to fetch the index.\nE: Some files are missing.\n');
    const error = noStore('redis', complaint);
    expect(error.message).toContain('(Failed to fetch the index)');
    expect(error.message).not.toContain('\n');
    expect(error.cause).toBe(complaint);
  });
});
