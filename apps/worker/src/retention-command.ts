import type { RetentionRepository } from '@crossroads/store';

/** What was asked for cannot be done; the message says what to do instead. */
export class RetentionError extends Error {
  override readonly name = 'RetentionError';
}

const usage = `npm run retention -- [TENANT DAYS|off]
  without words   the tenants whose ended resets are deleted, and after how many days
  TENANT DAYS     delete the tenant's resets so many days after their end, with their logs
  TENANT off      keep them for ever, as if nothing had been said`;

/** An idempotency key lives on its saga, and callers are promised seven days of it. */
const fewest = 7;
const most = 36_500;

/** Does what the arguments say and answers what to print. Throws RetentionError with a sentence for whoever typed them. */
export const runRetention = async (args: readonly string[], retention: Pick<RetentionRepository, 'tenants' | 'keepFor'>): Promise<string> => {
  const [tenant, input] = args;
  if (tenant === undefined) {
    const kept = await retention.tenants();
    return kept.map(({ tenantName, days }) => `${tenantName}  ${days} days`).join('\n') || 'Everything is kept, of every tenant.';
  }
  if (input === undefined || args.length > 2) throw new RetentionError(usage);
  const days = input === 'off' ? undefined : daysIn(input);
  if (!(await retention.keepFor(tenant, days))) throw new RetentionError(`There is no tenant "${tenant}". Put a name of several words in quotes.`);
  return days === undefined ? `${tenant}: everything is kept from now on.` : `${tenant}: resets are deleted ${days} days after their end, the first of them within the hour.`;
};

const daysIn = (text: string): number => {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days < fewest || days > most) {
    throw new RetentionError(`${text} is no number of days from ${fewest} to ${most}. Fewer than ${fewest} would break the promise that an Idempotency-Key works for a week.`);
  }
  return days;
};
