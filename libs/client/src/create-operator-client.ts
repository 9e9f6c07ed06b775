import type { HttpOptions } from './http/http-client.js';
import { createHttpClient } from './http/http-client.js';

export interface OperatorOptions extends HttpOptions {
  /** The key that `npm run operators -- key` printed. */
  operatorKey: string;
}

export interface Command {
  /** Stored in the audit trail. */
  reason: string;
  /** The saga's epoch when you read the saga. If the saga has changed since then, the command does nothing. */
  expectedEpoch?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface CommandDone {
  /** Null if the saga was deleted. */
  saga: { saga_id: string; phase: string; status: string; epoch: number } | null;
}

/** Commands of an operator, sent to the operator pages. They are never retried: read the saga before you repeat a command whose reply was lost. */
export interface OperatorClient {
  /** Resumes a stopped saga at the step that failed. */
  resume(sagaId: string, command: Command): Promise<CommandDone>;
  /** Restores the data that a reset cleared, with a separate saga. `force`: also if deliveries were saved after the reset. */
  recover(sagaId: string, command: Command & { force?: boolean | undefined }): Promise<CommandDone & { recoverySagaId: string }>;
}

export const createOperatorClient = (options: OperatorOptions): OperatorClient => {
  const send = createHttpClient(options);
  if (options.operatorKey.trim() === '') throw new TypeError('operatorKey is empty.');
  const headers = { Authorization: `Bearer ${options.operatorKey}`, 'Content-Type': 'application/json' };

  const command = async (sagaId: string, action: string, { reason, expectedEpoch, force, signal }: Command & { force?: boolean | undefined }) => {
    const body = JSON.stringify({ reason, expected_epoch: expectedEpoch, force });
    const path = `/v1/ops/sagas/${encodeURIComponent(sagaId)}/${action}`;
    return (await send<CommandDone & { recovery_saga_id?: string }>({ method: 'POST', path, headers, body, signal, members: ['saga'] })).body;
  };

  return {
    resume: async (sagaId, input) => ({ saga: (await command(sagaId, 'resume', input)).saga }),
    recover: async (sagaId, input) => {
      const { saga, recovery_saga_id = '' } = await command(sagaId, 'recover', input);
      return { saga, recoverySagaId: recovery_saga_id };
    },
  };
};
