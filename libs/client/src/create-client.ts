import type { CredentialOptions } from './credentials.js';
import { createCredentials, withCredentials } from './credentials.js';
import type { Decisions } from './decisions.js';
import { decisions } from './decisions.js';
import type { HttpOptions } from './http/http-client.js';
import { createHttpClient } from './http/http-client.js';
import type { RetryPolicy } from './http/with-retries.js';
import { defaultPolicy, withRetries } from './http/with-retries.js';
import type { ListOptions } from './list.js';
import { listResets } from './list.js';
import type { ResetAccepted, ResetInput } from './reset.js';
import { submitReset } from './reset.js';
import type { ResetState, StatusOptions } from './status.js';
import { lookAt } from './status.js';
import type { WaitOptions } from './wait-for.js';
import { waitFor } from './wait-for.js';
import type { ResetProgress, ResetSummary } from './wire.js';

export type ClientOptions = CredentialOptions &
  HttpOptions & {
    /** Which of the caller's installations speaks; the service picks one when it is left out. */
    instanceName?: string | undefined;
    retry?: Partial<RetryPolicy> | undefined;
  };

/** Every call rejects with a CrossroadsError, or with the reason of the AbortSignal it was given. */
export interface Client extends Decisions {
  /** Asks for a reset. It is kept before it is answered, and then worked on in the background: `pending` is the usual answer. */
  reset(input: ResetInput): Promise<ResetAccepted>;
  /** How a reset goes: answered however it ended. */
  status(correlationId: string, options?: Omit<StatusOptions, 'ifNoneMatch'>): Promise<ResetState>;
  /** The same, or undefined while it still is as it was with that `etag`. */
  status(correlationId: string, options: StatusOptions): Promise<ResetState | undefined>;
  /** How the reset ended, once it has. Rejects with TimedOutError after `timeoutMs`; the reset itself goes on. */
  waitFor(correlationId: string, options?: WaitOptions): Promise<ResetProgress>;
  /** Your resets, newest first, page by page as they are read. */
  list(options?: ListOptions): AsyncGenerator<ResetSummary, void, undefined>;
}

/** A client for one tenant. It holds no connection open and needs no closing. */
export const createClient = (options: ClientOptions): Client => {
  const bare = createHttpClient(options);
  const sent = withCredentials(createCredentials(options, bare), bare);
  const policy: RetryPolicy = { ...defaultPolicy, ...options.retry };
  const speaking = { 'X-Tenant-Name': options.tenantName, 'X-Origin-Instance-Name': options.instanceName };

  const once: typeof bare = (call) => sent({ ...call, headers: { ...speaking, ...call.headers } });
  const send: typeof bare = (call) => withRetries(() => once(call), policy, call.signal);

  async function status(correlationId: string, input?: Omit<StatusOptions, 'ifNoneMatch'>): Promise<ResetState>;
  async function status(correlationId: string, input: StatusOptions): Promise<ResetState | undefined>;
  async function status(correlationId: string, input: StatusOptions = {}): Promise<ResetState | undefined> {
    return (await lookAt(send, correlationId, input)).state;
  }

  return {
    reset: (input) => submitReset(send, input),
    status,
    waitFor: (correlationId, input) => waitFor(once, correlationId, policy, input),
    list: (input) => listResets(send, input),
    ...decisions(send),
  };
};
