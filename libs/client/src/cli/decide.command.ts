import type { ResetReply } from '../wire.js';
import type { Command, Tools } from './command.js';
import { onlyWord, requiredText, text } from './command.js';
import { exitCodes } from './exit-codes.js';

const reason = { reason: { type: 'string', value: 'CODE', description: 'the reason, as a code of your own of up to 30 characters' } } as const;
const from = { from: { type: 'string', value: 'TENANT', description: 'the tenant that sent the reset' } } as const;

const printReply = ({ print, json }: Tools, reply: ResetReply): number => {
  print(`${reply.status}: ${reply.log?.detail.message ?? reply.message ?? ''}`);
  json(reply);
  return exitCodes.done;
};

export const cancelCommand: Command = {
  name: 'cancel',
  usage: 'CORRELATION-ID [--reason CODE]',
  summary: 'Cancel a reset of yours that has not cleared any data yet.',
  details: `  crossroads cancel 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --reason "SENT BY MISTAKE"`,
  options: reason,
  run: async (values, words, tools) => {
    const id = onlyWord(words, 'reset');
    return printReply(tools, await tools.client().cancel(id, { reasonCode: text(values, 'reason'), signal: tools.signal }));
  },
};

const answerCommand = (answer: 'accept' | 'reject', summary: string): Command => ({
  name: answer,
  usage: 'CORRELATION-ID --from TENANT [--reason CODE]',
  summary,
  details: `For the destination of a reset whose status is requested.

  crossroads ${answer} 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --from "Brightwater Fuels"`,
  options: { ...from, ...reason },
  run: async (values, words, tools) => {
    const id = onlyWord(words, 'reset');
    return printReply(tools, await tools.client()[answer](id, { senderTenantName: requiredText(values, 'from'), reasonCode: text(values, 'reason'), signal: tools.signal }));
  },
});

export const acceptCommand = answerCommand('accept', 'Accept a reset that was sent to you.');
export const rejectCommand = answerCommand('reject', 'Reject a reset that was sent to you. The order is restored.');
