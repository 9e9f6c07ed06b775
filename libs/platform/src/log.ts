import { createLogger, format, transports } from 'winston';
import { isSecret, redact, REDACTED } from './redact.js';

export interface Log {
  debug(message: string, metadata?: object): void;
  info(message: string, metadata?: object): void;
  warn(message: string, metadata?: object): void;
  error(message: string, metadata?: object): void;
}

export interface LogOptions {
  level: string;
  /** Which app speaks. */
  app: string;
}

/** Longest text of one value in a log line: a log is read by people, and filled by strangers. */
const longest = 1_000;

/** JSON lines on standard output. Line breaks and control characters in values are escaped by JSON itself. */
export const createLog = ({ level, app }: LogOptions): Log => {
  const logger = createLogger({
    level,
    defaultMeta: { app },
    format: format.combine(
      format.timestamp(),
      format((info) => Object.assign(info, printable(info, 0)))(),
      format.json(),
    ),
    transports: [new transports.Console()],
  });
  // Winston formats a line before it finds that nobody wants it, which on a hot path costs more than the work itself.
  const say = (of: keyof Log) => (message: string, metadata?: object) => {
    if (logger.isLevelEnabled(of)) logger.log(of, message, metadata);
  };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
};

/** Errors become their facts (winston would print `{}`), secrets become stars, long text is cut. */
const printable = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return shortened(value);
  if (value instanceof Error) return errorInfo(value, depth);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > 5) return '…';
  if (Array.isArray(value)) return value.map((item) => printable(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, isSecret(key) ? REDACTED : printable(item, depth + 1)]));
};

/** Cut last: half a secret would no longer look like one. */
const shortened = (text: string): string => {
  const clean = redact(text.slice(0, 4 * longest));
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
};

const errorInfo = (error: Error & { code?: unknown }, depth: number): object => ({
  name: error.name,
  message: printable(error.message, depth),
  ...(error.code !== undefined && { code: error.code }),
  stack: printable(error.stack, depth),
  ...(error.cause !== undefined && depth < 3 && { cause: printable(error.cause, depth + 1) }),
});
