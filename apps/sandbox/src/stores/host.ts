/** What decides which binaries run here. */
export interface Host {
  readonly platform: string;
  /** As Node names it: x64, arm64. */
  readonly arch: string;
  /** Version of the GNU C library, undefined where there is another one (musl, macOS). */
  readonly glibc: string | undefined;
  /** The running Node itself, an absolute path. */
  readonly node: string;
}

export function thisHost(): Host {
  return { platform: process.platform, arch: process.arch, glibc: glibcVersion(), node: process.execPath };
}

function glibcVersion(): string | undefined {
  // The report looks up the name of every open connection unless told not to, which can take seconds.
  const options = process.report as typeof process.report & { excludeNetwork?: boolean };
  options.excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}

/** Folder name Debian gives to the libraries of an architecture; undefined for one that is not supported here. */
export const debianTriplet = (arch: string): string | undefined =>
  ({ x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' })[arch];
