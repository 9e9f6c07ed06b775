/** `3 h 20 min`, `4 min 10 s`, `12 s`, `850 ms`: two units are enough to act on. */
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

/** `3 min ago` or `in 3 min`. */
export const relative = (at: Date, now: Date): string => {
  const ms = at.getTime() - now.getTime();
  if (Math.abs(ms) < 1_000) return 'now';
  return ms < 0 ? `${duration(ms)} ago` : `in ${duration(ms)}`;
};

/** The day only where it is not today: at night every character counts. All times are UTC, so that two people mean the same. */
export const clock = (at: Date, now: Date): string => {
  const [day, time] = at.toISOString().split('T') as [string, string];
  return now.toISOString().startsWith(day) ? time.slice(0, 8) : `${day} ${time.slice(0, 5)}`;
};

export const Ago = ({ at, now }: { at: Date; now: Date }) => (
  <time dateTime={at.toISOString()} title={at.toISOString()}>
    {relative(at, now)}
  </time>
);

/** A time in the future, or that it has come. */
export const Due = ({ at, now }: { at: Date; now: Date }) => (at <= now ? <>due now</> : <Ago at={at} now={now} />);

export const Clock = ({ at, now }: { at: Date; now: Date }) => (
  <time dateTime={at.toISOString()} title={`${at.toISOString()}, ${relative(at, now)}`}>
    {clock(at, now)}
  </time>
);
