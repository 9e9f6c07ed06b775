import { JsonInvalid, JsonUnreadable, MAX_DEPTH, MAX_INTEGER_DIGITS, scanPythonJson } from './python-json-scanner.js';

/** What Python's json makes of a text: a value; an error with Python 3.11's message and character offset; or nothing it would name. */
export type JsonReading =
  | { kind: 'value'; value: unknown }
  | { kind: 'invalid'; message: string; offset: number }
  | { kind: 'unreadable' };

/**
 * Reads decoded text as Python 3.11's json would: NaN and the infinities are values, the last of two equal keys wins, and a key
 * `__proto__` is a plain property. Deeper than 20 levels, or an integer of more than 4,300 digits, is `unreadable`.
 */
export function readPythonJson(text: string): JsonReading {
  if (isSafelyNative(text)) {
    try {
      return { kind: 'value', value: JSON.parse(text) };
    } catch {
      // V8's message and offset are not Python's, and NaN is no error to Python.
    }
  }
  return scanned(text);
}

function scanned(text: string): JsonReading {
  try {
    return { kind: 'value', value: scanPythonJson(text) };
  } catch (error) {
    if (error instanceof JsonInvalid) return { kind: 'invalid', message: error.message, offset: error.offset };
    if (error instanceof JsonUnreadable) return { kind: 'unreadable' };
    throw error;
  }
}

/**
 * Whether the text can break neither the depth nor the integer limit, so that the built-in parser, which is much faster, may have it.
 * Brackets inside strings count too: that only sends a harmless text the slow way.
 */
function isSafelyNative(text: string): boolean {
  if (text.length > MAX_INTEGER_DIGITS) return false;
  let openers = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === 0x7b || unit === 0x5b) openers += 1;
  }
  return openers <= MAX_DEPTH;
}
