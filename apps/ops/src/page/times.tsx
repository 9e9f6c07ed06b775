/** Returns at most two units: `3 h 20 min`, `4 min 10 s`, `12 s`, `850 ms`. */
export const duration = (ms: number): string => {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  if (seconds === 0) return `${Math.round(Math.abs(ms))} ms`;
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
};

/** Returns `3 min ago`, `in 3 min` or `now`. */
export const relative = (at: Date, now: Date): string => {
  const ms = at.getTime() - now.getTime();
  if (Math.abs(ms) < 1_000) return 'now';
  return ms < 0 ? `${duration(ms)} ago` : `in ${duration(ms)}`;
};

/** Returns the time in UTC, with the day if it is not today. */
export const clock = (at: Date, now: Date): string => {
  const [day, time] = at.toISOString().split('T') as [string, string];
  return now.toISOString().startsWith(day) ? time.slice(0, 8) : `${day} ${time.slice(0, 5)}`;
};

export const Ago = ({ at, now }: { at: Date; now: Date }) => (
  <time dateTime={at.toISOString()} title={at.toISOString()}>
    {relative(at, now)}
  </time>
);

/** Shows when an attempt is due, or `due now`. */
export const Due = ({ at, now }: { at: Date; now: Date }) => (at <= now ? <>due now</> : <Ago at={at} now={now} />);

export const Clock = ({ at, now }: { at: Date; now: Date }) => (
  <time dateTime={at.toISOString()} title={`${at.toISOString()}, ${relative(at, now)}`}>
    {clock(at, now)}
  </time>
);
