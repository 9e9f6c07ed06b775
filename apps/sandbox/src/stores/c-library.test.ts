import { describe, expect, it } from '@jest/globals';
import { whichCLibrary } from './c-library.js';

const linux = (glibc: string | undefined, arch = 'x64') => ({ platform: 'linux', arch, glibc });

describe('the C library for the MongoDB engine', () => {
  it.each(['2.38', '2.41', '3.0'])('is the one of the machine when that is %s', (version) => {
    expect(whichCLibrary(linux(version))).toBe('own');
  });

  it.each(['2.36', '2.37', '2.4', '1.99'])('has to be a newer one when the machine has %s', (version) => {
    expect(whichCLibrary(linux(version))).toBe('newer');
  });

  it('is decided in the same way on arm64', () => {
    expect(whichCLibrary(linux('2.36', 'arm64'))).toBe('newer');
    expect(whichCLibrary(linux('2.39', 'arm64'))).toBe('own');
  });

  it('does not exist where the machine has another kind, or another processor', () => {
    expect(whichCLibrary(linux(undefined))).toBe('none');
    expect(whichCLibrary(linux('2.41', 'riscv64'))).toBe('none');
    expect(whichCLibrary({ platform: 'win32', arch: 'x64', glibc: undefined })).toBe('none');
  });

  it('is the own one on a Mac with arm64 only', () => {
    expect(whichCLibrary({ platform: 'darwin', arch: 'arm64', glibc: undefined })).toBe('own');
    expect(whichCLibrary({ platform: 'darwin', arch: 'x64', glibc: undefined })).toBe('none');
  });
});
