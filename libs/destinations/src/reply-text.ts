import type { DestinationReply } from '@crossroads/order-reset';

const longestMessage = 300;
const bodyBytes = 2_048;

/** Shortest credential that is redacted. A shorter one could match ordinary words. */
const shortestSecret = 8;

/** Control and formatting characters, lone surrogates and line separators. They could forge a line of a log or a page. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const unprintableButBreaks = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Limits a reply to what may be stored and shown: a short message on one line and the first 2 kB of the body. */
export const sanitizeReply = (reply: DestinationReply, note = ''): DestinationReply => ({
  ...reply,
  message: sanitizeMessage(reply.message, note),
  body: sanitizeBody(reply.body),
});

/** Returns the message as one short line, with the note at its end. */
export const sanitizeMessage = (message: string, note = ''): string => toOneLine(message, longestMessage - note.length) + note;

/** Returns the first 2 kB of a body without characters that cannot be shown. */
export const sanitizeBody = (body: string): string => firstBytes(body.slice(0, bodyBytes).replace(unprintableButBreaks, '\ufffd'), bodyBytes);

/**
 * Replaces the credentials of a request by `***`, because a destination may repeat the request's headers in its reply.
 * Some destinations write every slash in JSON as `\/`.
 */
export const redact = (text: string, credentials: readonly string[]): string =>
  credentials
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((value) => value.length >= shortestSecret)
    .flatMap((value) => [value, value.replaceAll('/', '\\/')])
    .reduce((rest, value) => rest.replaceAll(value, '***'), text);

/** Returns the JSON object in `text`, or an empty object when `text` contains anything else. Ignores a byte order mark. */
export const jsonIn = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const toOneLine = (text: string, limit: number): string => {
  const line = text.slice(0, 4 * limit).replace(/\s+/gu, ' ').replace(unprintable, '\ufffd').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
};

/** Truncates a text. The option `stream` drops a character that the limit cuts in two. */
const firstBytes = (text: string, limit: number): string =>
  new TextDecoder().decode(Buffer.from(text).subarray(0, limit), { stream: true });
