/** The text is not JSON. `message` and `offset` are those of Python 3.11. The offset counts characters, not UTF-16 units. */
export class JsonInvalid extends Error {
  readonly offset: number;

  constructor(message: string, text: string, index: number) {
    super(message);
    this.offset = characterIndex(text, index);
  }
}

/** The text is nested too deep or has an integer that is too long. Python reports no place for these errors. */
export class JsonUnreadable extends Error {}

/** Maximum nesting. Python's limit is near 1,000, but an echo or a stringify of such a value would exhaust the stack. */
export const MAX_DEPTH = 20;

/** Maximum length of an integer, in digits: Python's `sys.int_info.default_max_str_digits`. */
export const MAX_INTEGER_DIGITS = 4300;

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const HEX_DIGITS = /^[0-9a-fA-F]{4}$/;

const CONSTANTS: [string, unknown][] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Parses `text` like the json module of Python 3.11, in one pass.
 *
 * The checks have the order of CPython's `_json.c`. The order decides the message and the offset of an invalid text.
 *
 * @throws JsonInvalid, JsonUnreadable
 */
export function scanPythonJson(text: string): unknown {
  return new Scanner(text).document();
}

class Scanner {
  readonly #text: string;
  #index = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    if (this.#text.startsWith('\uFEFF')) throw this.#invalid('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0);
    this.#skipSpace();
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#index < this.#text.length) throw this.#invalid('Extra data');
    return value;
  }

  #value(depth: number): unknown {
    switch (this.#text[this.#index]) {
      case '"':
        return this.#string();
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): Record<string, unknown> {
    this.#open(depth);
    const object: Record<string, unknown> = {};
    if (this.#take('}')) return object;
    for (;;) {
      if (this.#text[this.#index] !== '"') throw this.#invalid('Expecting property name enclosed in double quotes');
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(':')) throw this.#invalid("Expecting ':' delimiter");
      this.#skipSpace();
      setOwn(object, key, this.#value(depth));
      if (this.#closes('}')) return object;
    }
  }

  #array(depth: number): unknown[] {
    this.#open(depth);
    const array: unknown[] = [];
    if (this.#take(']')) return array;
    for (;;) {
      array.push(this.#value(depth));
      if (this.#closes(']')) return array;
    }
  }

  #open(depth: number): void {
    if (depth > MAX_DEPTH) throw new JsonUnreadable('nested too deep');
    this.#index += 1;
    this.#skipSpace();
  }

  #closes(bracket: string): boolean {
    this.#skipSpace();
    if (this.#take(bracket)) return true;
    if (!this.#take(',')) throw this.#invalid("Expecting ',' delimiter");
    this.#skipSpace();
    return false;
  }

  #scalar(): unknown {
    NUMBER.lastIndex = this.#index;
    const number = NUMBER.exec(this.#text);
    if (number === null) return this.#constant();
    const [digits, fraction, exponent] = number;
    const isInteger = fraction === undefined && exponent === undefined;
    if (isInteger && digits.replace('-', '').length > MAX_INTEGER_DIGITS) throw new JsonUnreadable('integer too long');
    this.#index += digits.length;
    return Number(digits);
  }

  #constant(): unknown {
    const constant = CONSTANTS.find(([word]) => this.#text.startsWith(word, this.#index));
    if (constant === undefined) throw this.#invalid('Expecting value');
    this.#index += constant[0].length;
    return constant[1];
  }

  #string(): string {
    const begin = this.#index;
    let read = '';
    let from = begin + 1;
    for (let index = from; index < this.#text.length; ) {
      const unit = this.#text.charCodeAt(index);
      if (unit === 0x22) {
        this.#index = index + 1;
        return read + this.#text.slice(from, index);
      }
      if (unit <= 0x1f) throw this.#invalid('Invalid control character at', index);
      if (unit !== 0x5c) {
        index += 1;
        continue;
      }
      read += this.#text.slice(from, index) + this.#escape(index, begin);
      from = index += this.#text[index + 1] === 'u' ? 6 : 2;
    }
    throw this.#invalid('Unterminated string starting at', begin);
  }

  #escape(backslash: number, begin: number): string {
    const letter = this.#text[backslash + 1];
    if (letter === undefined) throw this.#invalid('Unterminated string starting at', begin);
    if (letter === 'u') return this.#unicodeEscape(backslash + 1);
    const escaped = ESCAPES[letter];
    if (escaped === undefined) throw this.#invalid('Invalid \\escape', backslash);
    return escaped;
  }

  #unicodeEscape(letter: number): string {
    const digits = this.#text.slice(letter + 1, letter + 5);
    const endsText = letter + 5 >= this.#text.length;
    if (endsText || !HEX_DIGITS.test(digits)) throw this.#invalid('Invalid \\uXXXX escape', letter);
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #take(character: string): boolean {
    const found = this.#text[this.#index] === character;
    if (found) this.#index += 1;
    return found;
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#index] ?? '-')) this.#index += 1;
  }

  #invalid(message: string, index = this.#index): JsonInvalid {
    return new JsonInvalid(message, this.#text, index);
  }
}

function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  // An assignment to this key would set the prototype instead of a property.
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function characterIndex(text: string, index: number): number {
  let characters = index;
  for (let at = 1; at < index; at += 1) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) characters -= 1;
  }
  return characters;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
