import { parseArgs } from 'node:util';
import { calendarDate } from '@crossroads/platform';
import type { AuditMaintenance, LineName } from '@crossroads/store';

/** The command cannot run, or the operator audit is not intact. The message contains the next step. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}

const usage = `npm run audit -- <command>
  verify [--contains LINE]      verifies that no line was changed, removed or inserted, and prints the last line
  remove --before 2026-01-31    deletes the lines from before that day (UTC) and records the last one deleted`;

/** Runs a command on the operator audit and returns its output. Throws AuditError for invalid arguments, and for an audit that is not intact. */
export const runAudit = async (args: readonly string[], audit: AuditMaintenance, now: () => Date = () => new Date()): Promise<string> => {
  const { positionals, values } = read(args);
  switch (positionals[0]) {
    case 'verify':
      return verify(audit, values.contains === undefined ? undefined : lineIn(values.contains));
    case 'remove': {
      const before = calendarDate(values.before ?? '');
      if (!(before <= now())) throw new AuditError(`--before must be a date in the past, an existing day such as 2026-01-31.\n${usage}`);
      await verify(audit, undefined);
      return `${await audit.remove(before)} lines deleted.`;
    }
    default:
      throw new AuditError(usage);
  }
};

const verify = async (audit: AuditMaintenance, expected: LineName | undefined): Promise<string> => {
  const { lines, last, removed, problem, isExpectedRemoved } = await audit.verify(expected);
  if (problem !== undefined) {
    throw new AuditError(`The operator audit is not intact. ${problem}\nThe ${lines} lines before it are intact. Keep the database as it is, and compare it with a backup.`);
  }
  if (isExpectedRemoved) {
    throw new AuditError(
      `Line ${expected!.seq} was removed on ${removed!.at.toISOString().slice(0, 10)} or earlier, so its hash cannot be confirmed.\nIf an administrator removed it, run "verify" without --contains. Note a newer line: the one that it prints. Otherwise compare the database with a backup.`,
    );
  }
  return [
    `The operator audit is intact: ${lines} lines.`,
    ...(removed ? [`The lines up to ${removed.seq} were deleted by the command "remove".`] : []),
    ...(last ? [`The last line is ${last.seq}:${last.hash}`, 'Store it outside the database. Later, --contains with it shows whether the newest lines were cut off or all were replaced.'] : []),
  ].join('\n');
};

const lineIn = (text: string): LineName => {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new AuditError('--contains must be a line that "verify" printed: its number, a colon and 64 hexadecimal digits.');
  return { seq: Number(seq), hash };
};

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { contains: { type: 'string' }, before: { type: 'string' } } });
  } catch (error) {
    throw new AuditError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
};
