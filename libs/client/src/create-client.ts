import type { CredentialOptions } from './credentials.js';
import { createCredentials, withCredentials } from './credentials.js';
import type { Decisions } from './decisions.js';
import { decisions } from './decisions.js';
import type { HttpClient, HttpOptions } from './http/http-client.js';
import { createHttpClient } from './http/http-client.js';
import type { RetryPolicy } from './http/with-retries.js';
import { defaultPolicy, withRetries } from './http/with-retries.js';
import type { ListOptions } from './list.js';
import { listResets } from './list.js';
import type { ResetAccepted, ResetInput } from './reset.js';
import { submitReset } from './reset.js';
import type { ResetState, StatusOptions } from './status.js';
import { pollStatus } from './status.js';
import type { WaitOptions } from './wait-for.js';
import { waitFor } from './wait-for.js';
import type { ResetProgress, ResetSummary } from './wire.js';

export type ClientOptions = CredentialOptions &
  HttpOptions & {
    /** The instance of your tenant that makes the requests. Default: chosen by the service. */
    instanceName?: string | undefined;
    retry?: Partial<RetryPolicy> | undefined;
  };

/** Every call rejects with a CrossroadsError, or with the reason of its AbortSignal. */
export interface Client extends Decisions {
  /** Submits a reset. The service stores the request, responds (usually with `pending`) and processes the reset in the background. */
  reset(input: ResetInput): Promise<ResetAccepted>;
  /** Returns the state of a reset, with any final status. */
  status(correlationId: string, options?: Omit<StatusOptions, 'ifNoneMatch'>): Promise<ResetState>;
  /** Returns the state of a reset; undefined if `ifNoneMatch` still matches. */
  status(correlationId: string, options: StatusOptions): Promise<ResetState | undefined>;
  /** Returns the final state, once the reset has finished. Rejects with TimedOutError after `timeoutMs`; the reset itself continues. */
  waitFor(correlationId: string, options?: WaitOptions): Promise<ResetProgress>;
  /** Lists your resets, newest first. Fetches pages as you read. */
  list(options?: ListOptions): AsyncGenerator<ResetSummary, void, undefined>;
}

/** Creates a client for one tenant. It keeps no connection and needs no closing. Throws TypeError for invalid options. */
export const createClient = (options: ClientOptions): Client => {
  const httpClient = createHttpClient(options);
  const authenticated = withCredentials(createCredentials(options, httpClient), httpClient);
  const policy: RetryPolicy = { ...defaultPolicy, ...options.retry };
  const tenantHeaders = { 'X-Tenant-Name': options.tenantName, 'X-Origin-Instance-Name': options.instanceName };

  const sendOnce: HttpClient = (call) => authenticated({ ...call, headers: { ...tenantHeaders, ...call.headers } });
  const send: HttpClient = (call) => withRetries(() => sendOnce(call), policy, call.signal);

  async function status(correlationId: string, input?: Omit<StatusOptions, 'ifNoneMatch'>): Promise<ResetState>;
  async function status(correlationId: string, input: StatusOptions): Promise<ResetState | undefined>;
  async function status(correlationId: string, input: StatusOptions = {}): Promise<ResetState | undefined> {
    return (await pollStatus(send, correlationId, input)).state;
  }

  return {
    reset: (input) => submitReset(send, input),
    status,
    waitFor: (correlationId, input) => waitFor(sendOnce, correlationId, policy, input),
    list: (input) => listResets(send, input),
    ...decisions(send),
  };
};
