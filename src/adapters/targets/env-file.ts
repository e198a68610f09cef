import { z } from 'zod/mini'
import { shellWord } from '../../core/values/shell-word.ts'
import { target } from '../define.ts'
import { markLine, readAll, readMarks, readWords, refuseEnvWord, writeWords } from '../file/env-document.ts'
import { DIALECTS, inDialect, type Dialect } from '../file/dialect.ts'
import { placeThatAnswers } from '../file/answers.ts'
import { readDocument } from '../file/env-disk.ts'
import { adviseSiblings } from '../file/env-siblings.ts'
import { checkInside } from '../file/inside.ts'
import { rewriteByHand } from '../file/rewrite-by-hand.ts'
import { checkWritable } from '../file/writable.ts'
import { fileOptions, reloadByHand, wordFile } from '../file/word-file.ts'

const options = z.strictObject({
  path: z.string().check(z.minLength(1), z.describe('The env file, relative to the plan')),
  dialect: z
    ._default(z.enum(DIALECTS), 'any')
    .check(z.describe('The program that reads the file, where another form of a line would be read otherwise by it')),
  ...fileOptions,
})

/** What stands before and behind the name of a variable, as sed and grep write it. */
const HEAD = '[[:blank:]]*(export[[:blank:]]+)?'
const TAIL = '[[:blank:]]*='
/** Takes a byte-order mark off the file, which would be a part of the name on its first line. */
const UNMARK = String.raw`-e "1s/^$(printf '\357\273\277')//"`
/** The dialects whose readers know `export`. */
const EXPORTED: ReadonlySet<Dialect> = new Set(['any', 'sh', 'dotenv'])

/** An env file, edited in place. A comment in it, `# rollout:42`, holds the number of a rollout's newest intent. */
export default target({
  options,
  ...wordFile<z.infer<typeof options>>({
    read: readWords,
    marks: readMarks,
    write: writeWords,
    unmark: (mark) => `remove the line "${markLine(mark)}" from the file`,
  }),
  check: checkInside,
  probe: async (given, loan) => {
    const file = await placeThatAnswers(given, loan)
    checkWritable(file)
    return adviseSiblings(file)
  },
  holds: async (given, loan) => readAll(readDocument(await placeThatAnswers(given, loan), given.create)),
  refuses: (_, __, word) => refuseEnvWord(word),
  byHand: ({ path, dialect, reload }, words) => [lineByHand(path, words, dialect), ...reloadByHand({ reload })],
})

/** For every sed there is. The line is then as every reader takes it, and at the end of the file where it has lost it. */
function lineByHand(file: string, words: { readonly [variable: string]: string }, dialect: Dialect): string {
  const path = shellWord(file)
  const held = Object.entries(words).map(([name, word]) => ({
    word,
    line: `${name}=${inDialect(word, dialect)}`,
    pattern: `${HEAD}${name}${TAIL}`,
  }))
  const kept = EXPORTED.has(dialect) ? '\\1' : ''
  const edits = held.map(({ line, pattern }) => `-e ${shellWord(`s|^${pattern}.*|${kept}${line.replaceAll(/[\\&|]/g, '\\$&')}|`)}`)
  const lines = held.filter(({ word }) => word !== '').map(({ line }) => shellWord(line))
  const added = `for each in ${lines.join(' ')}; do grep -Eq "^${HEAD}\${each%%=*}${TAIL}" ${path} || printf '\\n%s\\n' "$each" >> ${path}; done`
  const edited = rewriteByHand(`sed -E ${UNMARK} ${edits.join(' ')}`, file)
  return lines.length === 0 ? edited : `${edited} && ${added}`
}
