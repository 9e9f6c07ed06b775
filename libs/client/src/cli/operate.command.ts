import type { Command } from './command.js';
import { onlyWord, requiredText, text, UsageError } from './command.js';
import { exitCodes } from './exit-codes.js';

const reason = { reason: { type: 'string', value: 'TEXT', description: 'the reason, for the audit trail' } } as const;

const epoch = { 'expected-epoch': { type: 'string', value: 'N', description: 'do nothing if the saga has changed since this epoch' } } as const;

const epochIn = (value: string | undefined): number | undefined => {
  if (value !== undefined && !/^\d{1,9}$/.test(value)) throw new UsageError(`--expected-epoch must be a whole number: ${value} is not.`);
  return value === undefined ? undefined : Number(value);
};

export const resumeCommand: Command = {
  name: 'resume',
  usage: 'SAGA-ID --reason TEXT',
  summary: 'For operators: resume a stopped saga at the step that failed.',
  details: `  crossroads resume 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --reason "they are back"`,
  options: { ...reason, ...epoch },
  async run(values, words, { operators, print, json, signal }) {
    const sagaId = onlyWord(words, 'saga');
    const command = { reason: requiredText(values, 'reason'), expectedEpoch: epochIn(text(values, 'expected-epoch')), signal };
    const { client, url } = operators();
    const { saga } = await client.resume(sagaId, command);
    print(`Resumed. See ${url}/sagas/${sagaId}`);
    json({ saga });
    return exitCodes.done;
  },
};

export const recoverCommand: Command = {
  name: 'recover',
  usage: 'SAGA-ID --reason TEXT [--force]',
  summary: 'For operators: restore the data that a reset cleared.',
  details: `A separate saga restores the data. The destination is not notified. If the order was changed after the reset, the command fails
and prints the current data. --force then restores the snapshot anyway, and saves the replaced data.

  crossroads recover 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --reason "reset by mistake"`,
  options: { ...reason, force: { type: 'boolean', description: 'restore even if deliveries were saved after the reset' }, ...epoch },
  async run(values, words, { operators, print, json, signal }) {
    const sagaId = onlyWord(words, 'saga');
    const command = { reason: requiredText(values, 'reason'), force: values['force'] === true || undefined, expectedEpoch: epochIn(text(values, 'expected-epoch')), signal };
    const { client, url } = operators();
    const { saga, recoverySagaId } = await client.recover(sagaId, command);
    print(`Saga ${recoverySagaId} restores the data. See ${url}/sagas/${recoverySagaId}`);
    json({ saga, recovery_saga_id: recoverySagaId });
    return exitCodes.done;
  },
};
