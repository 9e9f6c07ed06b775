import { RetryableError } from '@crossroads/saga';
import type { AdapterTools } from '../adapter.js';
import type { DestinationInstance } from '../destination-instance.js';
import { isUnknown, unavailable } from '../answers.js';
import type { HttpClient } from '../http-client.js';
import { jsonIn } from '../reply-text.js';
import { within } from '../within.js';
import { under } from './under.js';

/** A token is given up this long before it ends, so that none ends on its way. */
const marginMs = 60_000;

/** For a reply that does not say how long its token lasts. */
const assumedLifeS = 300;

interface Held {
  /** Address and secret it was got with; another secret needs another token. */
  gotWith: string;
  token: Promise<Token>;
  until: number;
}

interface Token {
  text: string;
  lifeS: number;
}

/** One token per instance. Those who ask while it is being fetched share the one request. */
export const gravitateTokens = ({ send, now, totalMs }: AdapterTools) => {
  const held = new Map<string, Held>();

  const fetchFor = (instance: DestinationInstance, secret: string, gotWith: string): Held => {
    // Under a time limit of its own: whoever asked first may be interrupted, and the others still need it.
    const token = within(totalMs, new AbortController().signal, (signal) => fetchToken(send, instance, secret, now, signal));
    const entry: Held = { gotWith, token, until: Infinity };
    held.set(instance.id, entry);
    token.then(
      ({ lifeS }) => {
        entry.until = now().getTime() + lifeS * 1000 - Math.min(marginMs, lifeS * 500);
      },
      () => {
        if (held.get(instance.id) === entry) held.delete(instance.id);
      },
    );
    return entry;
  };

  return {
    async get(instance: DestinationInstance, secret: string, signal: AbortSignal): Promise<string> {
      signal.throwIfAborted();
      const gotWith = `${instance.url} ${secret}`;
      const known = held.get(instance.id);
      const usable = known?.gotWith === gotWith && now().getTime() < known.until;
      return (await (usable ? known : fetchFor(instance, secret, gotWith)).token).text;
    },
    drop(instance: DestinationInstance): void {
      held.delete(instance.id);
    },
  };
};

const fetchToken = async (
  send: HttpClient,
  { name, url }: DestinationInstance,
  secret: string,
  now: () => Date,
  signal: AbortSignal,
): Promise<Token> => {
  const reply = await send(
    {
      method: 'POST',
      url: under(url, 'token'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(credentialsIn(secret, name)).toString(),
    },
    signal,
  );
  if (isUnknown(reply.status)) throw unavailable(name, reply, now());
  if (reply.status >= 300) throw rejected(name, `The token request to ${name} was refused with ${reply.status}.`);
  const { access_token: text, expires_in: lifeS } = jsonIn(reply.body);
  // It goes into a header, and one that breaks a header would look like a bug of ours.
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) throw rejected(name, `${name} answered the token request without a token.`);
  return { text, lifeS: typeof lifeS === 'number' && lifeS > 0 ? lifeS : assumedLifeS };
};

/** The secret is a JSON object: `client_id`, `client_secret` and, if another than the usual is wanted, `scope`. */
const credentialsIn = (secret: string, name: string): Record<string, string> => {
  const { client_id, client_secret, scope = 'io.w' } = jsonIn(secret);
  if (typeof client_id === 'string' && typeof client_secret === 'string' && typeof scope === 'string') return { client_id, client_secret, scope };
  throw new RetryableError(
    'destination.secret_unusable',
    `The secret of ${name} is not a JSON object with client_id and client_secret. Put it right, then resume.`,
  );
};

const rejected = (name: string, what: string) =>
  new RetryableError('destination.credentials_rejected', `${what} Check the credentials of ${name}.`);
