import { z } from 'zod';
import { PageError } from './page-error.js';

/** A wrong field of a request. `name` is `body` if the input has no fields at all. */
interface InputProblem {
  name: string;
  message: string;
}

/** The rule for the reason of an action: on the pages, in the API and in bulk actions. */
export const reasonText = z.string().trim().min(3).max(500);

export const reasonProblem = 'Enter a reason of 3 to 500 characters. Nothing was changed.';

/** Returns the wrong fields of an input, and the unknown ones. */
const problemsIn = ({ issues }: z.ZodError): InputProblem[] =>
  issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ name: key, message: 'unknown name, check the spelling' }))
      : [{ name: issue.path.join('.') || 'body', message: issue.message }],
  );

/** Reads an input of the API. Throws PageError 422 that names each wrong field. */
export const readInput = <T>(schema: z.ZodType<T>, given: unknown): T => {
  const result = schema.safeParse(given ?? {});
  if (result.success) return result.data;
  throw new PageError(422, 'The request is invalid', textOf(problemsIn(result.error)), 'request.invalid');
};

const textOf = (problems: readonly InputProblem[]): string => problems.map(({ name, message }) => `${name}: ${message}`).join('; ');

/** Reads the parameters of a page. Throws PageError 400 that names each wrong one and links to `path` without it. */
export const readQuery = <T>(schema: z.ZodObject & z.ZodType<T>, given: unknown, path: string): T => {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = problemsIn(result.error);
  const wrong = new Set(problems.map(({ name }) => name));
  const right = Object.entries(given as object).filter((pair): pair is [string, string] => typeof pair[1] === 'string' && !wrong.has(pair[0]));
  const query = new URLSearchParams(right).toString();
  throw new PageError(400, 'A parameter of this address is wrong', `${textOf(problems)}. Nothing was changed. An old bookmark can have such a parameter.`, 'request.invalid_address', {
    href: query === '' ? path : `${path}?${query}`,
    label: `Open without ${[...wrong].join(', ')}`,
  });
};

/** Removes the empty fields of a filter form: a browser sends them too. */
export const withoutEmpty = (query: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(query).filter(([name, value]) => !(names.includes(name) && typeof value === 'string' && value.trim() === '')));
