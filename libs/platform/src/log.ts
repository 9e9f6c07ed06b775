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
  /** Name of the app, in every line. */
  app: string;
}

/** Maximum length of a text in a log line, because callers control some texts. */
const maxTextLength = 1_000;

/** Creates a log that writes JSON lines to standard output. JSON escapes line breaks and control characters in values. */
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
  // Winston formats a line before it checks the level. Without this check, disabled lines would be expensive on a hot path.
  const write = (level: keyof Log) => (message: string, metadata?: object) => {
    if (logger.isLevelEnabled(level)) logger.log(level, message, metadata);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

/** Returns a value for the log: errors as objects (winston would print `{}`), secrets redacted, long text cut. */
const printable = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return shorten(value);
  if (value instanceof Error) return errorInfo(value, depth);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > 5) return '…';
  if (Array.isArray(value)) return value.map((item) => printable(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, isSecret(key) ? REDACTED : printable(item, depth + 1)]));
};

/** Redacts before it cuts, because a part of a secret would not be recognised as one. */
const shorten = (text: string): string => {
  const clean = redact(text.slice(0, 4 * maxTextLength));
  return clean.length > maxTextLength ? `${clean.slice(0, maxTextLength)}…` : clean;
};

const errorInfo = (error: Error & { code?: unknown }, depth: number): object => ({
  name: error.name,
  message: printable(error.message, depth),
  ...(error.code !== undefined && { code: error.code }),
  stack: printable(error.stack, depth),
  ...(error.cause !== undefined && depth < 3 && { cause: printable(error.cause, depth + 1) }),
});
