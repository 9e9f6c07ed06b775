import type { DestinationReply } from '@crossroads/order-reset';

const longestMessage = 300;
const bodyBytes = 2_048;

/** A secret shorter than this would blot out ordinary words. */
const shortestSecret = 8;

/** Control and formatting characters, half surrogates, line separators: what could forge a line of a log or a page. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const unprintableButBreaks = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Cuts a reading to what may be stored and shown: a short message on one line and the body's first 2 kB. */
export const presentable = (reply: DestinationReply, note = ''): DestinationReply => ({
  ...reply,
  message: oneLine(reply.message, longestMessage - note.length) + note,
  body: keptBody(reply.body),
});

/** What is kept of a body: its first 2 kB, in characters that can be shown. */
export const keptBody = (body: string): string => firstBytes(body.slice(0, bodyBytes).replace(unprintableButBreaks, '\ufffd'), bodyBytes);

/** Blots out what we sent as credentials: a destination may echo a request's headers, and some write every slash in JSON as `\/`. */
export const redact = (text: string, credentials: readonly string[]): string =>
  credentials
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((value) => value.length >= shortestSecret)
    .flatMap((value) => [value, value.replaceAll('/', '\\/')])
    .reduce((rest, value) => rest.replaceAll(value, '***'), text);

/** The JSON object in `text`; an empty one when it holds anything else. */
export const jsonIn = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const oneLine = (text: string, limit: number): string => {
  const line = text.slice(0, 4 * limit).replace(/\s+/gu, ' ').replace(unprintable, '\ufffd').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
};

/** `stream` leaves out a character the limit cut in two. */
const firstBytes = (text: string, limit: number): string =>
  new TextDecoder().decode(Buffer.from(text).subarray(0, limit), { stream: true });
