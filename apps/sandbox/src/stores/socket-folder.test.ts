import { describe, expect, it } from '@jest/globals';
import { socketFolder } from './socket-folder.js';

const deep = `/srv/${'a-deep-folder/'.repeat(8)}data`;

describe('the folder of the sockets', () => {
  it('is the data folder itself when a socket fits in it', () => {
    expect(socketFolder('/srv/crossroads')).toBe('/srv/crossroads');
  });

  it('is a short one when the data folder is too deep', () => {
    expect(socketFolder(deep, '/short')).toMatch(/^\/short\/crossroads-[0-9a-f]{12}$/);
  });

  it('is the same after a restart, and another for other data', () => {
    expect(socketFolder(deep, '/short')).toBe(socketFolder(`${deep}/`, '/short'));
    expect(socketFolder(deep, '/short')).not.toBe(socketFolder(`${deep}-2`, '/short'));
  });

  it('counts bytes and not characters', () => {
    expect(socketFolder(`/srv/${'ü'.repeat(40)}`, '/short')).toMatch(/^\/short\//);
  });

  it('is rejected when even the temporary folder is too deep', () => {
    expect(() => socketFolder(deep, deep)).toThrow('short enough');
  });
});
