/** One line of the machine's package sources. */
export interface AptTarget {
  readonly uri: string;
  readonly release: string;
  readonly component: string;
}

/** Format for `apt-get indextargets`: one target per line. `readTargets` parses it. */
export const targetFormat = '$(REPO_URI)|$(RELEASE)|$(COMPONENT)';

export function readTargets(printed: string): AptTarget[] {
  return printed.split('\n').flatMap((line) => {
    const [uri, release, component] = line.trim().split('|');
    return uri && release && component ? [{ uri, release, component }] : [];
  });
}

/**
 * Returns the sources of one suite on the distribution's mirror. Without `suite`, it is the machine's own.
 * Throws when no target is the distribution's main archive.
 */
export function sourcesList(targets: AptTarget[], codename: string, suite?: string, keyring?: string): string {
  const archive = targets.filter(({ component }) => component === 'main' || component === 'universe');
  // Suites with a dash (-security, -updates) may be on a mirror without the main archive.
  const base = archive.find(({ release }) => release === codename) ?? archive.find(({ release }) => !release.includes('-'));
  if (!base) throw new Error('no package mirror is configured on this machine');
  const components = archive.filter(({ uri, release }) => uri === base.uri && release === base.release);
  const names = [...new Set(components.map(({ component }) => component))].join(' ');
  const trust = keyring ? `[signed-by=${keyring}] ` : '';
  return `deb ${trust}${base.uri} ${suite ?? base.release} ${names}\n`;
}
