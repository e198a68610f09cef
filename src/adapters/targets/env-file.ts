import { z } from 'zod'
import { quote } from '../argv.ts'
import { target } from '../define.ts'
import { markLine, readMarks, readWords, writeWords } from '../file/env-document.ts'
import { DIALECTS, quoted } from '../file/dialect.ts'
import { checkInside } from '../file/inside.ts'
import { fileOptions, reloadByHand, wordFile } from '../file/word-file.ts'

const options = z.strictObject({
  path: z.string().min(1).describe('The env file, relative to the plan'),
  dialect: z
    .enum(DIALECTS)
    .default('any')
    .describe('The program that reads the file, where another form of a line would be read otherwise by it'),
  ...fileOptions,
})

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
  byHand: ({ path, dialect, reload }, words) => [
    ...Object.entries(words).map(([name, word]) => {
      const assigned = quoted(word, dialect)
      return `sed -i --follow-symlinks -E ${quote(`s|^((export )?${name}=).*|\\1${assigned}|`)} ${quote(path)}`
    }),
    ...reloadByHand({ reload }),
  ],
})
