/** Properties of the machine that decide which binaries run on it. */
export interface Host {
  readonly platform: string;
  /** As Node names it: x64, arm64. */
  readonly arch: string;
  /** Version of the GNU C library; undefined with another C library (musl, macOS). */
  readonly glibc: string | undefined;
  /** Absolute path of the running Node. */
  readonly node: string;
}

export function thisHost(): Host {
  return { platform: process.platform, arch: process.arch, glibc: glibcVersion(), node: process.execPath };
}

function glibcVersion(): string | undefined {
  // By default the report resolves the host name of every open connection, which can take seconds.
  const options = process.report as typeof process.report & { excludeNetwork?: boolean };
  options.excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}

/** Returns Debian's folder name for the libraries of an architecture; undefined when it is not supported here. */
export const debianTriplet = (arch: string): string | undefined =>
  ({ x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' })[arch];
