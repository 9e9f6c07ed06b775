import type { DestinationReply } from '@crossroads/order-reset';
import { jsonIn } from './reply-text.js';

/** What an answer means where a destination has no words of its own for it. */
export const readPlainly = (http_status: number, body: string): DestinationReply => {
  const json = jsonIn(body);
  if (http_status === 202 && json['status'] === 'requested') {
    return { answer: 'requested', message: 'Received; someone there has to accept it.', http_status, body };
  }
  if (http_status < 300) {
    const oddity = body.trim() === '' || isJson(body) ? '' : ' Its body is no JSON and was not relied on.';
    return { answer: 'synced', message: `Answered ${http_status}.${oddity}`, http_status, body };
  }
  return { answer: 'rejected', message: `Refused with ${http_status}${reasonIn(json, body)}`, http_status, body };
};

const isJson = (body: string): boolean => {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
};

/** `detail` as FastAPI says it (a text, or a list of findings), else a `message`, else whatever was said. */
const reasonIn = ({ detail, message }: Record<string, unknown>, body: string): string => {
  const finding: unknown = Array.isArray(detail) ? detail[0]?.msg : detail;
  const said = [finding, message, body].find((text): text is string => typeof text === 'string' && text.trim() !== '');
  return said === undefined ? '.' : `: ${said}`;
};
