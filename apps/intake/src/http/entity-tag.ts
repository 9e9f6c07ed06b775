import { createHash } from 'node:crypto';

/** Returns a strong ETag of a JSON body: equal tags mean identical bodies. */
export const entityTag = (body: object): string => `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;

/**
 * A tag as it comes back from a caller. A proxy that compresses replies makes tags weak (`W/`), or adds the coding: `-gzip`, `--gzip`, `;br`.
 * Without this, such a tag never matches, and a caller that waits for a change gets the known state again and again.
 */
const returnedTag = /^(?:W\/)?"([\w-]{22})(?:[-;:.+]{1,2}[a-z0-9]{1,12})?"$/i;

/** Returns whether an `If-None-Match` header has the tag, with or without what a proxy adds. */
export const hasTag = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((one) => `"${returnedTag.exec(one.trim())?.[1]}"` === tag);
