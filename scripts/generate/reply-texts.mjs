import { parseSync } from '@swc/core';
import { sources } from './sources.mjs';

/** Calls that answer with a status and a sentence. */
const tellers = new Set(['httpError', 'plainProblem', 'NotAllowed']);

/** Every sentence the intake can answer an error with, by status: `Map(status → Set(text))`. What differs from reply to reply is an ellipsis. */
export const replyTexts = () => {
  const modules = sources('apps/intake', 'libs/platform', 'libs/contract').map(({ path, text }) => ({
    path,
    nodes: [...nodesIn(parseSync(text, { syntax: 'typescript' }))],
  }));
  const constants = new Map(modules.flatMap(({ nodes }) => nodes.filter(({ type, id, init }) => type === 'VariableDeclarator' && id.value && init).map(({ id, init }) => [id.value, init])));
  const texts = new Map();
  for (const { path, nodes } of modules) {
    for (const node of nodes) {
      const told = toldBy(node);
      if (!told) continue;
      const sentences = sentencesOf(told.detail, constants);
      if (!sentences) throw new Error(`${path} answers ${told.status} with a text that cannot be read from the source. Write it as a literal.`);
      texts.set(told.status, new Set([...(texts.get(told.status) ?? []), ...sentences]));
    }
  }
  return texts;
};

function* nodesIn(value) {
  if (typeof value !== 'object' || value === null) return;
  if (typeof value.type === 'string') yield value;
  for (const inside of Object.values(value)) yield* nodesIn(inside);
}

/** `httpError(409, 'text')`, `new NotAllowed(401, 'text')` or `response.status(404)….json({ detail: 'text' })`. */
const toldBy = (node) => {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined;
  const [first, second] = (node.arguments ?? []).map(({ expression }) => expression);
  if (tellers.has(node.callee.value)) return first?.type === 'NumericLiteral' && second ? { status: first.value, detail: second } : undefined;
  if (node.callee.property?.value !== 'json' || first?.type !== 'ObjectExpression') return undefined;
  const detail = first.properties.find(({ key }) => key?.value === 'detail')?.value;
  const status = [...nodesIn(node.callee.object)].find(({ type, callee }) => type === 'CallExpression' && callee.property?.value === 'status')?.arguments[0].expression;
  return detail && status?.type === 'NumericLiteral' ? { status: status.value, detail } : undefined;
};

/** The texts an expression may come to; undefined if that cannot be told. */
const sentencesOf = (expression, constants) => {
  switch (expression.type) {
    case 'StringLiteral':
      return [expression.value];
    case 'TemplateLiteral':
      return [expression.quasis.map(({ cooked }) => cooked).join('…')];
    case 'ConditionalExpression':
      return both(sentencesOf(expression.consequent, constants), sentencesOf(expression.alternate, constants));
    case 'Identifier':
      return constants.has(expression.value) ? sentencesOf(constants.get(expression.value), constants) : undefined;
    case 'CallExpression':
      return expression.callee.property?.value === 'trim' ? sentencesOf(expression.callee.object, constants) : undefined;
    default:
      return undefined;
  }
};

const both = (some, others) => some && others && [...some, ...others];
