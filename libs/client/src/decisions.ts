import type { HttpClient } from './http/http-client.js';
import { pathOf } from './status.js';
import type { ResetReply } from './wire.js';

export interface CancelOptions {
  /** The reason, as a code of your own of up to 30 characters. */
  reasonCode?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface AnswerOptions extends CancelOptions {
  /** The tenant that sent the reset. A correlation id is unique only within this tenant. */
  senderTenantName: string;
}

/** A repeated decision gets the same reply. */
export interface Decisions {
  /** Cancels a reset of yours. Rejects with ConflictError after data was cleared. */
  cancel(correlationId: string, options?: CancelOptions): Promise<ResetReply>;
  /** Accepts a reset that was sent to you and has the status `requested`. */
  accept(correlationId: string, options: AnswerOptions): Promise<ResetReply>;
  /** Rejects such a reset. The order is restored. */
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
