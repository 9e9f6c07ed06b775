import type { HttpOptions } from './http/http-client.js';
import { createHttpClient } from './http/http-client.js';

export interface OperatorOptions extends HttpOptions {
  /** As `npm run operators -- key` shows it. */
  operatorKey: string;
}

export interface Command {
  /** Kept in the audit trail. */
  reason: string;
  /** The saga's epoch when you looked: if it has moved since, nothing is done. */
  expectedEpoch?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface CommandDone {
  /** Undefined where the saga has been removed since. */
  saga: { saga_id: string; phase: string; status: string; epoch: number } | null;
}

/** What an operator does to sagas, against the operators' pages. Nothing is sent twice: look how it stands before you repeat a command whose reply was lost. */
export interface OperatorClient {
  /** Lets a stopped saga go on at the step that failed. */
  resume(sagaId: string, command: Command): Promise<CommandDone>;
  /** Has a saga of its own put back what a reset cleared; `forced`, even over what was delivered since. */
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
