import type { Command } from './command.js';
import { onlyWord } from './command.js';
import { exitCodeOf } from './exit-codes.js';
import { follow, followOptions, followInput } from './follow.js';
import { createTimeline } from './timeline.js';

export const statusCommand: Command = {
  name: 'status',
  usage: 'CORRELATION-ID [--wait]',
  summary: 'Show the status of a reset.',
  details: `Shows the log so far. The exit code depends on the status.

  crossroads status 019f0e6c-7a51-7cc2-9d0f-5f6f4d1c2b3a --wait --timeout 60`,
  options: followOptions,
  async run(values, words, tools) {
    const correlationId = onlyWord(words, 'reset');
    const input = followInput(values);
    if (input) return follow(correlationId, input, tools);
    const { etag: _, retryAfterMs: __, ...progress } = await tools.client().status(correlationId, { signal: tools.signal });
    createTimeline(tools).end(progress);
    tools.print(`    saga ${progress.saga_id}`);
    tools.json(progress);
    return exitCodeOf(progress);
  },
};
