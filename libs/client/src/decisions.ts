import type { HttpClient } from './http/http-client.js';
import { pathOf } from './status.js';
import type { ResetReply } from './wire.js';

export interface CancelOptions {
  /** Why, in a code of your own of up to 30 characters. */
  reasonCode?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface AnswerOptions extends CancelOptions {
  /** The tenant that sent the reset: a correlation id is its alone. */
  senderTenantName: string;
}

/** Each may be said again: it is answered alike. */
export interface Decisions {
  /** Calls off a reset of yours. Rejects with ConflictError once something has been cleared. */
  cancel(correlationId: string, options?: CancelOptions): Promise<ResetReply>;
  /** Takes a reset that was sent to you and whose status is `requested`. */
  accept(correlationId: string, options: AnswerOptions): Promise<ResetReply>;
  /** Refuses it; the order is put back as it was. */
  reject(correlationId: string, options: AnswerOptions): Promise<ResetReply>;
}

export const decisions = (send: HttpClient): Decisions => {
  const decide =
    (decision: string) =>
    async (correlationId: string, { senderTenantName, reasonCode, signal }: Partial<AnswerOptions> = {}): Promise<ResetReply> => {
      const { body } = await send<ResetReply>({
        method: 'POST',
        path: `${pathOf(correlationId)}/${decision}`,
        headers: { 'Content-Type': 'application/json', 'X-Dest-Tenant-Name': senderTenantName },
        body: JSON.stringify({ reason_code: reasonCode }),
        signal,
        members: ['status', 'message', 'log'],
      });
      return body;
    };
  return { cancel: decide('cancel'), accept: decide('accept'), reject: decide('reject') };
};
