import { describe, expect, it } from '@jest/globals';
import { missingStoreError } from './store-service.js';

describe('the error for a missing store', () => {
  it('has the cause and three solutions', () => {
    expect(missingStoreError('redis', new Error('spawn apt-get ENOENT')).message).toBe(
      'Redis could not be started on this machine (spawn apt-get ENOENT). Install it (apt-get install redis-server), ' +
        'or set REDIS_URL to a running one, or use docker compose.',
    );
  });

  it('names the setting of its store', () => {
    const { message } = missingStoreError('mongodb', new Error('no engine'));
    expect(message).toContain('MONGODB_URI');
    expect(message).not.toContain('REDIS_URL');
  });

  it('has only the first error line of the output of apt', () => {
    const complaint = new Error('Command failed: apt-get update\nW: old\nE: Failed to fetch the index.\nE: Some files are missing.\n');
    const error = missingStoreError('redis', complaint);
    expect(error.message).toContain('(Failed to fetch the index)');
    expect(error.message).not.toContain('\n');
    expect(error.cause).toBe(complaint);
  });
});
