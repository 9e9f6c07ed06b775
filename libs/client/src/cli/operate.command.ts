import type { Command } from './command.js';
import { needed, onlyWord, text, UsageError } from './command.js';
import { exitCodes } from './exit-codes.js';

const reason = { reason: { type: 'string', value: 'TEXT', description: 'why, for the audit trail' } } as const;

const epoch = { 'expected-epoch': { type: 'string', value: 'N', description: 'do nothing if the saga has moved since it had this epoch' } } as const;

const epochIn = (value: string | undefined): number | undefined => {
  if (value !== undefined && !/^\d{1,9}$/.test(value)) throw new UsageError(`--expected-epoch must be a whole number, not ${value}.`);
  return value === undefined ? undefined : Number(value);
};

export const resumeCommand: Command = {
  name: 'resume',
  usage: 'SAGA-ID --reason TEXT',
  summary: 'For operators: let a stopped saga go on at the step that failed.',
  more: `  crossroads resume 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --reason "they are back"`,
  options: { ...reason, ...epoch },
  async run(values, words, { operators, say, json, signal }) {
    const sagaId = onlyWord(words, 'saga');
    const command = { reason: needed(values, 'reason'), expectedEpoch: epochIn(text(values, 'expected-epoch')), signal };
    const { client, url } = operators();
    const { saga } = await client.resume(sagaId, command);
    say(`Resumed. See ${url}/sagas/${sagaId}`);
    json({ saga });
    return exitCodes.done;
  },
};

export const recoverCommand: Command = {
  name: 'recover',
  usage: 'SAGA-ID --reason TEXT [--forced]',
  summary: 'For operators: put back what a reset cleared.',
  more: `A saga of its own does it; the destination is not told. If the order has moved on since, the refusal says what is there now;
--forced then puts the snapshot in its place and saves what it replaces.

  crossroads recover 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --reason "reset by mistake"`,
  options: { ...reason, force: { type: 'boolean', description: 'even over what was delivered since' }, ...epoch },
  async run(values, words, { operators, say, json, signal }) {
    const sagaId = onlyWord(words, 'saga');
    const command = { reason: needed(values, 'reason'), force: values['forced'] === true || undefined, expectedEpoch: epochIn(text(values, 'expected-epoch')), signal };
    const { client, url } = operators();
    const { saga, recoverySagaId } = await client.recover(sagaId, command);
    say(`Being put back by saga ${recoverySagaId}. See ${url}/sagas/${recoverySagaId}`);
    json({ saga, recovery_saga_id: recoverySagaId });
    return exitCodes.done;
  },
};
