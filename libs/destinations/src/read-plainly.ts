import type { DestinationReply } from '@crossroads/order-reset';
import { jsonIn } from './reply-text.js';

/** Interprets a reply by its HTTP status. For destinations without statuses of their own. */
export const readPlainly = (http_status: number, body: string): DestinationReply => {
  const json = jsonIn(body);
  if (http_status === 202 && json['status'] === 'requested') {
    return { answer: 'requested', message: 'Delivered. A person at the destination must approve the reset (HTTP 202).', http_status, body };
  }
  if (http_status < 300) {
    const note = body.trim() === '' || isJson(body) ? '' : ' Its body is not JSON and was ignored.';
    return { answer: 'synced', message: `The destination accepted the reset (HTTP ${http_status}).${note}`, http_status, body };
  }
  return { answer: 'rejected', message: `The destination rejected the reset (HTTP ${http_status})${reasonIn(json, body)}`, http_status, body };
};

const isJson = (body: string): boolean => {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
};

/** Returns the reason in a rejection: `detail` in the format of FastAPI (a text or a list of findings), else `message`, else the body. */
const reasonIn = ({ detail, message }: Record<string, unknown>, body: string): string => {
  const finding: unknown = Array.isArray(detail) ? detail[0]?.msg : detail;
  const reason = [finding, message, body].find((text): text is string => typeof text === 'string' && text.trim() !== '');
  return reason === undefined ? '.' : `: ${reason}`;
};
