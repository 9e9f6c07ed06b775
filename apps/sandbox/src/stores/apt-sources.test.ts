import { describe, expect, it } from '@jest/globals';
import { readTargets, sourcesList } from './apt-sources.js';

const printed = `
http://vendor.test/repo/|nodistro|main
http://mirror.test/security/|bookworm-security|main
http://mirror.test/debian/|bookworm|main
http://mirror.test/debian/|bookworm|main
http://mirror.test/debian/|bookworm|contrib
http://mirror.test/debian/|bookworm-updates|main
`;

describe('the package sources', () => {
  const targets = readTargets(printed);

  it('are those of the distribution, not other sources of the machine', () => {
    expect(sourcesList(targets, 'bookworm')).toBe('deb http://mirror.test/debian/ bookworm main\n');
  });

  it('can name another suite on the same mirror, and the keys to trust', () => {
    expect(sourcesList(targets, 'bookworm', 'stable', '/keys/debian.gpg')).toBe(
      'deb [signed-by=/keys/debian.gpg] http://mirror.test/debian/ stable main\n',
    );
  });

  it('include universe, where some distributions keep Redis', () => {
    const ubuntu = readTargets('http://mirror.test/ubuntu/|noble|main\nhttp://mirror.test/ubuntu/|noble|universe\n');
    expect(sourcesList(ubuntu, 'noble')).toBe('deb http://mirror.test/ubuntu/ noble main universe\n');
  });

  it('use the suite when the machine’s sources name the suite and not the release', () => {
    const rolling = readTargets('http://mirror.test/debian/|stable-security|main\nhttp://mirror.test/debian/|stable|main\n');
    expect(sourcesList(rolling, 'bookworm')).toBe('deb http://mirror.test/debian/ stable main\n');
  });

  it('are missing on a machine without a mirror', () => {
    expect(() => sourcesList(readTargets(''), 'bookworm')).toThrow('no package mirror');
  });
});
