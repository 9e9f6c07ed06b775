import type { Command } from './command.js';
import { onlyWord, UsageError } from './command.js';
import { exitCodeOf } from './exit-codes.js';
import { follow, followOptions, followInput } from './follow.js';
import { createTimeline } from './timeline.js';

export const statusCommand: Command = {
  name: 'status',
  usage: 'CORRELATION-ID [--wait | --contents]',
  summary: 'Show the status of a reset.',
  details: `Shows the log so far. The exit code depends on the status.

  crossroads status 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --wait --timeout 60`,
  options: { ...followOptions, contents: { type: 'boolean', description: 'with --json: include the BOLs and drops that the reset saved; not with --wait' } },
  async run(values, words, tools) {
    const correlationId = onlyWord(words, 'reset');
    const input = followInput(values);
    if (input && values['contents']) throw new UsageError('--contents cannot be combined with --wait. Run the command again when the reset has finished.');
    if (input) return follow(correlationId, input, tools);
    const { etag: _, retryAfterMs: __, ...progress } = await tools.client().status(correlationId, { logs: values['contents'] ? 'all' : 'since:0', signal: tools.signal });
    createTimeline(tools).end(progress);
    tools.print(`    saga ${progress.saga_id}`);
    tools.json(progress);
    return exitCodeOf(progress);
  },
};
