/**
 * Counts retired words, long sentences and sentences that open with a pronoun, in pages, comments, texts and identifiers.
 * `--check` fails when a count is above its budget in `prose-budget.json`. `--write` lowers the budget to the counts; a budget is never raised.
 * `node scripts/prose.mjs libs/saga` prints each finding below a folder.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const budgetFile = 'scripts/prose-budget.json';
const longestSentence = 25;

/** Retired words, in any part of a name and in any sentence. The vocabulary has the standard word for each. */
const retired = 'bell bells ring rings ringing rung ghost ghosts lane lanes deed deeds wish wishes wished story stories anew mend mends mended reckon reckons reckoned verdict verdicts abandon abandons abandoned abandoning fence fences fenced parked whoever nobody somebody anybody everybody besides meanwhile afterwards'.split(' ');
/** Software does not talk: functions return and throw, HTTP responds, logs record. In sentences only. */
const talking = 'say says said tell tells told hear hears heard'.split(' ');
const pronouns = new Set(['it', 'that', 'those', 'they', 'one', 'what', 'which', 'whose', 'these']);

/** Retired phrases whose words are common on their own. In sentences only. */
const retiredPhrases = /\b(?:in hand|left alone|called off|at rest|under way|came to an end|turns? round)\b/gi;

/** Files of others, files generated from sources that are checked, and this check itself. */
const exempt = [/^docs\/openapi\.json$/, /package-lock\.json$/, /^tests\/deploy\/compose-spec\.json$/, /^scripts\/prose/, /^tests\/docs\/prose\.test\.ts$/, /^CHANGELOG\.md$/];

/** A file without text of ours is rather added to `exempt` than skipped by its ending. */
const binary = /\.(png|ico|woff2?|gz)$/;

const files = (...paths) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...paths], { encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && !binary.test(path) && existsSync(path) && !exempt.some((pattern) => pattern.test(path)));

const patternOf = (words) => new RegExp(`\\b(?:${words.join('|')})\\b`, 'gi');
const retiredWord = patternOf(retired);
const talkingWord = patternOf(talking);

/** Comments, string literals and the remaining code of a TypeScript or JavaScript source. Good enough for prose; it is no parser. */
export const partsOf = (text) => {
  const comments = [];
  const strings = [];
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, (part) => {
    if (part.startsWith('/')) comments.push(part.replace(/^\/\*\*?|\*\/$|^\/\//g, '').replace(/^\s*\* ?/gm, ''));
    else strings.push(part.slice(1, -1));
    return ' ';
  });
  return { comments, strings, code };
};

/** Files whose comments begin with #. The rest of a line is a setting: its words are checked, its sentences are not measured. */
const hashComments = /\.(ya?ml|example|sh)$|(^|\/)(Dockerfile|\.[a-z]+(ignore|rc)|run)$/;

const partsOfSettings = (text) => {
  const comments = [];
  const settings = text.replace(/(^|\s)# ?(.*)$/gm, (_, before, comment) => {
    comments.push(comment);
    return before;
  });
  return { comments, strings: settings.split('\n'), code: '' };
};

/** Keys and values of a JSON file. A key is a name; a value may be a sentence. */
const partsOfJson = (text) => {
  const strings = [];
  const keys = [];
  JSON.parse(text, (key, value) => {
    keys.push(key);
    if (typeof value === 'string') strings.push(value);
    return value;
  });
  return { comments: [], strings, code: keys.join(' ') };
};

/** Texts between the tags of a page. */
const textsBetweenTags = (source) => [...source.matchAll(/>([^<>{}=;()]*[a-z]{2}[^<>{}=;()]* [^<>{}=;()]*)(?=[<{])/g)].map(([, text]) => text.replace(/\s+/g, ' ').trim());

const namesIn = (code) => (code.match(/[A-Za-z][A-Za-z0-9]*/g) ?? []).map((name) => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2')).join(' ');

/** Prose of a Markdown page: no code, no link targets, no tables' borders. */
const proseOf = (markdown) =>
  markdown
    .replace(/```[\s\S]*?```/g, '\n\n')
    .replace(/`[^`]*`/g, 'X')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\]\([^)]*\)/g, ']');

const sentencesIn = (prose) =>
  prose
    .split(/\n\s*\n|\n\s*[-*#>|]+ |\n\s*\d+\. |\|/)
    .flatMap((block) => block.replace(/\s+/g, ' ').split(/(?<=[.!?:])\s+(?=[A-Z“"*([])/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[a-z]/.test(sentence));

const findingsIn = (path, text) => {
  const findings = [];
  const note = (kind, what) => findings.push({ kind, path, what });
  const isPage = path.endsWith('.md');
  const parts = () => {
    if (isPage) return { comments: [proseOf(text)], strings: [], code: '' };
    if (hashComments.test(path)) return partsOfSettings(text);
    if (path.endsWith('.json')) return partsOfJson(text);
    // Stored: the journal key ends in it.
    const parts = partsOf(text.replaceAll(':verdict', ''));
    return path.endsWith('.tsx') ? { ...parts, strings: [...parts.strings, ...textsBetweenTags(text)] } : parts;
  };
  const { comments, strings, code } = parts();
  const texts = [...comments, ...strings.filter((string) => / /.test(string.trim()))];
  for (const one of texts) {
    for (const [word] of [...one.matchAll(retiredWord), ...one.matchAll(retiredPhrases)]) note('retired', word);
    for (const [word] of one.replace(/[“"‘][^”"’]*[”"’]/g, ' ').matchAll(talkingWord)) note('talking', word);
  }
  for (const one of strings.filter((string) => !/ /.test(string.trim()))) for (const [word] of namesIn(one.replace(/[_-]/g, ' ')).matchAll(retiredWord)) note('retired', `${word} in '${one}'`);
  for (const [word] of namesIn(code.replace(/_/g, ' ')).matchAll(retiredWord)) note('retired', `${word} in a name`);
  for (const one of comments) {
    for (const sentence of sentencesIn(one)) {
      const words = sentence.split(' ').filter((word) => /[A-Za-z0-9]/.test(word));
      if (words.length > longestSentence) note('long', `${words.length} words: ${sentence}`);
      if (isPage && pronouns.has(words[0]?.toLowerCase().replace(/[^a-z]/g, ''))) note('pronoun', sentence.slice(0, 80));
    }
  }
  return findings;
};

const argument = process.argv[2] ?? '';
const findings = files(...(argument.startsWith('--') || argument === '' ? ['.'] : process.argv.slice(2))).flatMap((path) => findingsIn(path, readFileSync(path, 'utf8')));
const counts = Object.fromEntries(['retired', 'talking', 'long', 'pronoun'].map((kind) => [kind, findings.filter((finding) => finding.kind === kind).length]));
const budget = existsSync(budgetFile) ? JSON.parse(readFileSync(budgetFile, 'utf8')) : undefined;

if (argument === '--check') {
  const over = Object.entries(counts).filter(([kind, count]) => count > (budget?.[kind] ?? 0));
  for (const [kind, count] of over) {
    console.error(`${kind}: ${count} found, ${budget?.[kind] ?? 0} allowed. Print them: node scripts/prose.mjs .`);
    if (kind === 'retired') for (const { path, what } of findings.filter((finding) => finding.kind === kind).slice(0, 20)) console.error(`  ${path}: ${what}`);
  }
  process.exitCode = over.length > 0 ? 1 : 0;
} else if (argument === '--write') {
  const lowered = Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, Math.min(count, budget?.[kind] ?? Infinity)]));
  writeFileSync(budgetFile, `${JSON.stringify(lowered, null, 2)}\n`);
} else {
  for (const { kind, path, what } of findings) console.log(`${kind.padEnd(8)} ${path}  ${what}`);
  console.log(JSON.stringify(counts));
}
