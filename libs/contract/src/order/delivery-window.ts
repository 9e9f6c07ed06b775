/** A period between two ISO 8601 times, with the time zone of a time without an offset. */
interface Window {
  start: string;
  end: string;
  timezone: string;
}

/**
 * Returns whether the window ends after its start. The result does not depend on the time zone of the server.
 * Two times without an offset are compared as they are. If only one has an offset, the other is read in the zone of the window.
 */
export const isForward = ({ start, end, timezone }: Window): boolean => {
  const zone = hasOffset(start) === hasOffset(end) ? 'UTC' : timezone;
  return instantOf(end, zone) > instantOf(start, zone);
};

const hasOffset = (time: string): boolean => /(?:Z|[+-]\d\d:\d\d)$/.test(time);

const instantOf = (time: string, zone: string): number => {
  if (hasOffset(time)) return Date.parse(time);
  const asUtc = Date.parse(`${time}Z`);
  return asUtc - offsetMs(zone, asUtc - offsetMs(zone, asUtc));
};

/** Returns the offset of a time zone at an instant. A zone that the server does not know counts as UTC. */
const offsetMs = (zone: string, instant: number): number => {
  try {
    const formatted = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).format(instant);
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)$/.exec(formatted) ?? [];
    return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  } catch {
    return 0;
  }
};
