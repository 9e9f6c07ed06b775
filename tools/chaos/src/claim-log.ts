import type { MongodbProxy } from '@crossroads/testkit/mongodb-proxy';
import { claimIn, releaseIn } from './writes.js';

/** A claim that MongoDB applied. */
export interface SeenClaim {
  /** Name of the worker's service. */
  worker: string;
  sagaId: string;
  epoch: number;
  /** When the command reached the proxy. Milliseconds since 1970. */
  at: number;
}

/** A write that MongoDB applied and that ended the claims of these epochs in order. */
export interface SeenRelease {
  sagaId: string;
  fromEpoch: number;
  toEpoch: number;
}

/** Every claim of the workers, and how each was left. */
export interface ClaimLog {
  claims: SeenClaim[];
  releases: SeenRelease[];
}

/** Records the claims and releases that pass the proxy. Each worker connects with its service's name as `appName`. */
export const recordClaims = (proxy: Pick<MongodbProxy, 'onApplied'>): ClaimLog => {
  const log: ClaimLog = { claims: [], releases: [] };
  // Decoding every snapshot would slow the campaign down, so the bytes are searched first: claims and releases set this field.
  proxy.onApplied(({ message }) => message.bytes.includes('next_run_at'), (operation, { appName, at }) => {
    const claim = claimIn(operation);
    if (claim) log.claims.push({ worker: appName, ...claim, at });
    const release = releaseIn(operation);
    if (release) log.releases.push(release);
  });
  return log;
};
