import type { ResetReply } from '../wire.js';
import type { Command, Tools } from './command.js';
import { needed, onlyWord, text } from './command.js';
import { exitCodes } from './exit-codes.js';

const reason = { reason: { type: 'string', value: 'CODE', description: 'why, in a code of your own of up to 30 characters' } } as const;
const from = { from: { type: 'string', value: 'TENANT', description: 'the tenant that sent the reset' } } as const;

const told = ({ say, json }: Tools, reply: ResetReply): number => {
  say(`${reply.status}: ${reply.log?.detail.message ?? reply.message ?? ''}`);
  json(reply);
  return exitCodes.done;
};

export const cancelCommand: Command = {
  name: 'cancel',
  usage: 'CORRELATION-ID [--reason CODE]',
  summary: 'Call off a reset of yours that has cleared nothing yet.',
  more: `  crossroads cancel 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --reason "SENT BY MISTAKE"`,
  options: reason,
  run: async (values, words, tools) => {
    const id = onlyWord(words, 'reset');
    return told(tools, await tools.client().cancel(id, { reasonCode: text(values, 'reason'), signal: tools.signal }));
  },
};

const answering = (answer: 'accept' | 'reject', summary: string): Command => ({
  name: answer,
  usage: 'CORRELATION-ID --from TENANT [--reason CODE]',
  summary,
  more: `For the destination of a reset whose status is requested.

  crossroads ${answer} 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --from "Brightwater Fuels"`,
  options: { ...from, ...reason },
  run: async (values, words, tools) => {
    const id = onlyWord(words, 'reset');
    return told(tools, await tools.client()[answer](id, { senderTenantName: needed(values, 'from'), reasonCode: text(values, 'reason'), signal: tools.signal }));
  },
});

export const acceptCommand = answering('accept', 'Take a reset that was sent to you.');
export const rejectCommand = answering('reject', 'Refuse a reset that was sent to you; the order is put back as it was.');
