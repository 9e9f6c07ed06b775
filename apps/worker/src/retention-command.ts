import type { Audited, RetentionRepository } from '@crossroads/store';

/** The command is invalid. The message contains the next step. */
export class RetentionError extends Error {
  override readonly name = 'RetentionError';
}

const usage = `npm run retention -- [TENANT DAYS|off]
  without words   the tenants whose ended resets are deleted, and after how many days
  TENANT DAYS     delete the tenant's resets so many days after their end, with their logs
  TENANT off      keep them forever, which is the default`;

/** An idempotency key is stored on its saga and must work for seven days. */
const minDays = 7;
const maxDays = 36_500;

/** Runs the command and returns its output. Throws RetentionError for invalid arguments. */
export const runRetention = async (args: readonly string[], retention: Pick<RetentionRepository, 'tenants' | 'keepFor'>, audited: Audited): Promise<string> => {
  const [tenant, input] = args;
  if (tenant === undefined) {
    const kept = await retention.tenants();
    return kept.map(({ tenantName, days }) => `${tenantName}  ${days} days`).join('\n') || 'Everything is kept, of every tenant.';
  }
  if (input === undefined || args.length > 2) throw new RetentionError(usage);
  const days = input === 'off' ? undefined : daysIn(input);
  await audited('retention', { tenant, days: days ?? null }, async () => {
    if (!(await retention.keepFor(tenant, days))) throw new RetentionError(`There is no tenant "${tenant}". Put a name of several words in quotes.`);
  });
  return days === undefined ? `${tenant}: everything is kept from now on.` : `${tenant}: resets are deleted ${days} days after their end, the first of them within the hour.`;
};

const daysIn = (text: string): number => {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days < minDays || days > maxDays) {
    throw new RetentionError(`${text} is no number of days from ${minDays} to ${maxDays}. Fewer than ${minDays} would break the promise that an Idempotency-Key works for a week.`);
  }
  return days;
};
