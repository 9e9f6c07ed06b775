import type { AdapterReply, Reading } from './adapter.js';
import { jsonIn } from './reply-text.js';

/** Interprets a reply by its HTTP status. For destinations without statuses of their own. */
export const readPlainly = (reply: AdapterReply): Reading => {
  const { status: http_status, text: body } = reply;
  if (http_status === 202) return readAcceptance(reply);
  if (http_status < 300) return { answer: 'synced', message: `The destination accepted the reset (HTTP ${http_status}).${ignoredNote(body)}`, http_status, body };
  if (http_status === 409 && (reply.isRepeated || reply.hasRetryAfter)) return conflict(reply);
  return { answer: 'rejected', message: `The destination rejected the reset (HTTP ${http_status})${reasonIn(body)}`, http_status, body };
};

/** A 202 means two things, and only its body shows which. So a body that was not understood leaves the outcome open. */
const readAcceptance = ({ text: body, note }: AdapterReply): Reading => {
  const http_status = 202;
  // A text that looks like data must be JSON. A plain text, such as "Accepted", is common and names no status.
  if (note !== '' || (/^\s*[[{<"]/.test(body) && !isJson(body))) {
    return {
      answer: 'unknown',
      code: 'destination.unreadable_reply',
      message: 'The body of the reply (HTTP 202) was not understood, so it is not known whether a person at the destination must approve the reset.',
    };
  }
  if (statusIn(body) === 'requested') return { answer: 'requested', message: 'Delivered. A person at the destination must approve the reset (HTTP 202).', http_status, body };
  return { answer: 'synced', message: `The destination accepted the reset (HTTP ${http_status}).${ignoredNote(body)}`, http_status, body };
};

/** A receiver may reply 409 to a repeated key while it still processes the first request. Restoring the order would then contradict it. */
const conflict = ({ text, isRepeated }: AdapterReply): Reading => ({
  answer: 'unknown',
  code: 'destination.conflict',
  message: isRepeated
    ? `The destination replied with HTTP 409 to a repeated request, and may have processed the first one${reasonIn(text)}`
    : `The destination replied with HTTP 409 and Retry-After${reasonIn(text)}`,
});

const statusIn = (body: string): string | undefined => {
  const { status } = jsonIn(body);
  return typeof status === 'string' ? status.trim().toLowerCase() : undefined;
};

const ignoredNote = (body: string): string => (body.trim() === '' || isJson(body) ? '' : ' Its body is not JSON and was ignored.');

const isJson = (body: string): boolean => {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
};

/** Returns the reason in a rejection: `detail` in the format of FastAPI (a text or a list of findings), else `message`, else the body. */
const reasonIn = (body: string): string => {
  const { detail, message } = jsonIn(body);
  const finding: unknown = Array.isArray(detail) ? detail[0]?.msg : detail;
  const reason = [finding, message, body].find((text): text is string => typeof text === 'string' && text.trim() !== '');
  return reason === undefined ? '.' : `: ${reason}`;
};
