import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { readMarks, readWords, writeWords } from '../../src/adapters/file/env-document.ts'
import { formatMark } from '../../src/core/toggle/mark.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import { openToggles } from '../../src/sdk/index.ts'
import { ownFolder } from '../helpers/folder.ts'
import { property, type Property } from './property.ts'

const MARK = { identity: { name: 'shop', lineage: '1a2b' }, epoch: 7 }

/** A piece of an env file, and what it sets: `«F»` stands for the word between quotes or in no need of any, `‹F›` for it as it must be without. */
interface Piece {
  readonly sets: '' | 'F' | 'G' | 'mark'
  readonly text: string
}

/** What another rollout has left. */
const OTHER = '# rollout:9 of:cart/ff reloaded:ab'
const fixed = (text: string): Piece => ({ sets: '', text })
const blank = fc.constantFrom('', ' ', '\t', '  ')
const rubbish = fc.string({ unit: fc.constantFrom('a', '1', '%', ' ', '=', '#', ';', '$', 'é', '\n', 'F', 'G'), maxLength: 12 })
const other = fc.constantFrom('A', 'FF', 'B_2', 'constructor', '__proto__', 'my.var')
const exported = fc.constantFrom('', 'export ', 'export\t')
const tail = fc.constantFrom('', ' # note', '  ', '\t#"')
const toggle = fc
  .tuple(blank, exported, fc.constantFrom('F', 'G'), blank, blank, fc.constantFrom('', '"', "'"), tail)
  .map(([indent, start, sets, before, behind, quote, end]): Piece => {
    const value = quote === '' ? `‹${sets}›` : `${quote}«${sets}»${quote}`
    return { sets, text: `${indent}${start}${sets}${before}=${behind}${value}${end}` }
  })
const piece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: toggle },
  fc.constant<Piece>({ sets: 'mark', text: '«mark»' }),
  fc
    .tuple(other, rubbish, fc.constantFrom('"', "'"))
    .map(([name, text, quote]) => fixed(`${name}=${quote}${text}\n# rollout:5\nF=inner${quote}`)),
  fc.tuple(other, rubbish).map(([name, text]) => fixed(`export ${name}=${text.replaceAll('\n', '')}`)),
  fc
    .constantFrom(
      '',
      OTHER,
      '# a comment',
      '#F=true',
      'not an assignment',
      ' # rollout:3',
      'DEBUG',
      '; systemd',
      'export F',
      '# it\'s "open',
    )
    .map(fixed),
)
const word = fc.constantFrom('true', 'false', '0.1%', '100%', '10%;key=k')
const document = fc.record({
  bom: fc.constantFrom('', '\ufeff'),
  pieces: fc.array(piece, { maxLength: 8 }),
  end: fc.constantFrom('\n', '\r\n'),
  isOpen: fc.boolean(),
  F: word,
  G: word,
})
type Written = typeof document extends fc.Arbitrary<infer Each> ? Each : never

const bare = (text: string): string => (text.includes(';') ? `"${text}"` : text)

/** The document before the words were written, and as it must be afterwards. */
function beforeAndAfter({ bom, pieces, end, isOpen, F, G }: Written): { readonly before: string; readonly after: string } {
  const lines = (texts: Readonly<Record<string, string>>): string[] => {
    const filled = (text: string): string =>
      text
        .replaceAll(/«(\w+)»/g, (_, name: string) => texts[name] ?? '')
        .replaceAll(/‹(\w+)›/g, (_, name: string) => bare(texts[name] ?? ''))
    return ['# shop', 'A=1', ...pieces.map(({ text }) => filled(text))]
  }
  // Somebody else's line without an end may be half a name, and is not believed.
  const open = isOpen && /=|^[ \t]*[#;]/.test(lines({ mark: '#' }).at(-1) ?? '')
  const whole = (all: readonly string[]): string => bom + all.join('\n').replaceAll('\n', end) + (open ? '' : end)
  const missing = (['F', 'G', 'mark'] as const).filter((name) => !pieces.some(({ sets }) => sets === name))
  const added = missing.map((name) => ({ F: `F=${bare(F)}`, G: `G=${bare(G)}`, mark: '# rollout:7 of:shop/1a2b' })[name])
  return {
    before: whole(lines({ F: '5%', G: 'off', mark: '# rollout:3 of:shop/1a2b reloaded:12ab' })),
    after: whole([...lines({ F, G, mark: '# rollout:7 of:shop/1a2b' }), ...added]),
  }
}

let folder: string | undefined

/** What an application reads of a file, with the SDK, and what it complains of. */
function read(text: string): { readonly words: Readonly<Record<string, string>>; readonly problems: readonly string[] } {
  folder ??= ownFolder('rollout-fuzz-env-')
  const file = join(folder, 'web.env')
  writeFileSync(file, text)
  const problems: string[] = []
  const app = openToggles({ file, env: {}, onProblem: (problem) => void problems.push(problem) })
  app.close()
  return { words: app.words(), problems }
}

export const env: readonly Property[] = [
  property({
    area: 'env',
    name: 'gets the words of the named variables and the mark, and every other byte stays',
    ends: ['written'],
    runs: 3000,
    inputs: document,
    check: (written) => {
      const { F, G } = written
      const { before, after } = beforeAndAfter(written)
      const is = writeWords(before, { F, G }, MARK)
      assert.equal(is, after)
      assert.deepEqual(readWords(is, ['F', 'G']), { F, G })
      assert.deepEqual(
        new Set(readMarks(is).map(formatMark)),
        new Set(['7 of:shop/1a2b', ...(is.includes(OTHER) ? ['9 of:cart/ff reloaded:ab'] : [])]),
      )
      assert.equal(writeWords(is, { F, G }, MARK), is)
      return 'written'
    },
  }),
  property({
    area: 'env',
    name: 'is refused with words for people, or read, and nothing else',
    ends: ['read', 'refused'],
    runs: 300,
    inputs: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({
        unit: fc.constantFrom('F', '=', '"', "'", '\\', '\n', '\r', ' ', '#', 'a', ';', '\ufeff', '$', '\u0000'),
        maxLength: 40,
      }),
    ),
    check: (text) => {
      try {
        const after = writeWords(text, { F: 'true' }, MARK)
        assert.deepEqual(readWords(after, ['F']), { F: 'true' })
        assert.equal(writeWords(after, { F: 'true' }, MARK), after)
        // Nothing is lost: what was there is still there, in its order.
        const linesOf = (whole: string): string[] =>
          whole
            .replace(/^\ufeff/, '')
            .split('\n')
            .map((line) => line.replaceAll('\r', ''))
        const lines = linesOf(after)
        for (const line of linesOf(text).filter((each) => !/F|# rollout:/.test(each))) assert.ok(lines.includes(line), JSON.stringify(line))
        return 'read'
      } catch (thrown) {
        if (!(thrown instanceof RolloutError)) throw thrown
        assert.equal(thrown.code, 'conflict')
        return 'refused'
      }
    },
  }),
  property({
    area: 'env',
    name: 'an application reads the word that was written',
    ends: ['read', 'refused', 'not believed'],
    runs: 300,
    inputs: fc.oneof(
      document.map((written) => ({ before: beforeAndAfter(written).before, F: written.F })),
      fc.record({
        before: fc.string({
          unit: fc.constantFrom('F', '=', '"', "'", '\\', '\n', '\r', ' ', '#', 'a', ';', '\ufeff', '\t'),
          maxLength: 40,
        }),
        F: word,
      }),
    ),
    every: async () => ['F="', 'F=1\nF=2\n', "F='a\nb'", '=======\n'].map((before) => ({ before, F: 'true' })),
    check: ({ before, F }) => {
      try {
        writeWords(before, { F }, MARK)
      } catch (thrown) {
        if (!(thrown instanceof RolloutError)) throw thrown
        return 'refused'
      }
      const { words, problems } = read(writeWords(before, { F }, MARK))
      // Half a file is never believed: what is no assignment makes it one.
      if (words['F'] === undefined) {
        assert.notDeepEqual(problems, [])
        return 'not believed'
      }
      assert.equal(words['F'], F)
      return 'read'
    },
  }),
]
