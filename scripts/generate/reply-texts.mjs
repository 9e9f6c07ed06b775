import { parseSync } from '@swc/core';
import { sources } from './sources.mjs';

/** Functions that respond with a status and a text. */
const tellers = new Set(['httpError', 'plainProblem', 'NotAllowed', 'reject', 'tokenError']);

/** Returns every error text of the intake by status: `Map(status → Set(text))`. Variable parts are an ellipsis. */
export const replyTexts = () => {
  const modules = sources('apps/intake', 'libs/platform', 'libs/contract').map(({ path, text }) => ({
    path,
    nodes: [...nodesIn(parseSync(text, { syntax: 'typescript' }))],
  }));
  const constants = new Map(modules.flatMap(({ nodes }) => nodes.filter(({ type, id, init }) => type === 'VariableDeclarator' && id.value && init).map(({ id, init }) => [id.value, init])));
  const texts = new Map();
  for (const { path, nodes } of modules) {
    for (const node of nodes) {
      const reply = replyIn(node);
      if (!reply) continue;
      const sentences = sentencesOf(reply.detail, constants);
      if (!sentences) throw new Error(`${path} responds with ${reply.status} and a text that is not a literal. Write it as a literal.`);
      texts.set(reply.status, new Set([...(texts.get(reply.status) ?? []), ...sentences]));
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
const replyIn = (node) => {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined;
  const [first, second] = (node.arguments ?? []).map(({ expression }) => expression);
  if (tellers.has(node.callee.value)) return first?.type === 'NumericLiteral' && second ? { status: first.value, detail: second } : undefined;
  if (node.callee.property?.value !== 'json' || first?.type !== 'ObjectExpression') return undefined;
  const detail = first.properties.find(({ key }) => key?.value === 'detail')?.value;
  const status = [...nodesIn(node.callee.object)].find(({ type, callee }) => type === 'CallExpression' && callee.property?.value === 'status')?.arguments[0].expression;
  return detail && status?.type === 'NumericLiteral' ? { status: status.value, detail } : undefined;
};

/** Returns the possible texts of an expression; undefined when they are unknown. */
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
