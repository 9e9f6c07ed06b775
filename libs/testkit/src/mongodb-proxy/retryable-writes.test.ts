import { expect, test } from '@jest/globals';
import { Binary, Long } from 'bson';
import { RetryableWrites } from './retryable-writes.js';
import { WireCommand } from './wire-command.js';
import { WireMessage } from './wire-message.js';

const asked = (session: number, number: number): WireCommand => {
  const id = Buffer.alloc(16);
  id.writeInt32LE(session);
  return new WireCommand(WireMessage.command(number, { insert: 'marks', lsid: { id: new Binary(id) }, txnNumber: Long.fromNumber(number) }));
};

const fixture = () => {
  const writes = new RetryableWrites();
  let runs = 0;
  const run = (ok: number) => (command: WireCommand) =>
    writes.once(command, async () => {
      runs += 1;
      return command.message.reply({ n: runs, ok });
    });
  return { comesThrough: run(1), fails: run(0), runs: () => runs, writes };
};

test('a write that came through is not run again, and its repeat gets the same reply', async () => {
  const { comesThrough, runs } = fixture();
  await comesThrough(asked(1, 1));
  const reply = (await comesThrough(asked(1, 1))) as WireMessage;
  expect([reply.document()['n'], runs()]).toEqual([1, 1]);
});

test('a write that failed as a whole is run again', async () => {
  const { fails, comesThrough, runs } = fixture();
  await fails(asked(1, 1));
  await comesThrough(asked(1, 1));
  expect(runs()).toBe(2);
});

test('a write whose reply never came is not run again: it may have been carried out', async () => {
  const { writes, comesThrough, runs } = fixture();
  expect(await writes.once(asked(1, 1), async () => undefined)).toBeUndefined();
  expect([await comesThrough(asked(1, 1)), runs()]).toEqual([undefined, 0]);
});

test('a session that has gone on rejects an older write, and another session does not', async () => {
  const { comesThrough } = fixture();
  await comesThrough(asked(1, 2));
  expect(await comesThrough(asked(1, 1))).toBe('too-old');
  expect(await comesThrough(asked(2, 1))).toBeInstanceOf(WireMessage);
});

test('of very many sessions the one that was silent for longest is forgotten', async () => {
  const { comesThrough, runs } = fixture();
  for (let session = 0; session <= 1_000; session++) await comesThrough(asked(session, 1));
  await comesThrough(asked(1_000, 1));
  expect(runs()).toBe(1_001);
  await comesThrough(asked(0, 1));
  expect(runs()).toBe(1_002);
});
