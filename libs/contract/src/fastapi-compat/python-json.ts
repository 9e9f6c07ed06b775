import { JsonInvalid, JsonUnreadable, MAX_DEPTH, MAX_INTEGER_DIGITS, scanPythonJson } from './python-json-scanner.js';

/** The result of Python's json: a value, an error with Python 3.11's message and character offset, or an error without a place. */
export type JsonReading =
  | { kind: 'value'; value: unknown }
  | { kind: 'invalid'; message: string; offset: number }
  | { kind: 'unreadable' };

/**
 * Parses decoded text like the json module of Python 3.11. NaN and the infinities are values, and the last of two equal keys wins.
 * A key `__proto__` is a plain property. More than 20 levels, or an integer of more than 4,300 digits, is `unreadable`.
 */
export function readPythonJson(text: string): JsonReading {
  if (isSafelyNative(text)) {
    try {
      return { kind: 'value', value: JSON.parse(text) };
    } catch {
      // V8's message and offset differ from Python's, and Python accepts NaN.
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
 * Returns whether the text can exceed neither the depth nor the integer limit. Then the built-in parser, which is much faster, is safe.
 * Also counts brackets inside strings: then a harmless text only takes the slow parser.
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
