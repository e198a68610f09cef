import { describe, expect, it } from 'vitest'
import { readWords, writeWords } from '../../../src/adapters/file/env-document.ts'
import { openToggles } from '../../../src/sdk/index.ts'
import { READERS } from '../../helpers/env-readers.ts'

const MARK = { identity: { name: 'shop', environment: 'production', lineage: '1a2b' }, epoch: 7 }
const RULE = 'email:ends:@example.com;country:in:se,no'
const WORDS = ['true', 'false', '0.1%', '10%;key=search;seg=staff', '10%;seg=a,b;hash=flagd2', 'ada,eve@x.org,7+b/c=', RULE, '']

/** What nobody reads in another way. */
const PLAIN = [
  '',
  'F=\n',
  'A=1\nF=5%\n# rollout:3 of:cart/ab\n',
  '# F=1\n#F=2\n\nB=it is\n',
  'A=1',
  ' F=5%',
  `A=${'x'.repeat(60_000)}\nF=5%\n`,
]

/** What somebody reads in another way, or not at all: a toggle, what stands before one, and what stands behind it. */
const ALONE = [
  'F="10%"|F=\'10%\'| F=10%|\tF=10%|F = 10%|F= 10%|F =10%|F=10%\t|F=10%  |F="10%" |F=10% # c|F="10%" # c|export F=10%|export\tF=10%',
  'F: 10%|F=10%\nF=10%|F=10%\nF: 20%|F=|F=""|F= # c|F="10%;key=s"|F=10%;key=s|F="10\\%"|F=10% 20%|F="a\nF=10%"',
  'F=\t10%|F=\t"10%"|export  F=10%|export  F="10%"|F="10%" # "|F=\'10%\' # it\'s|F=10%\n\u00a0F=20%|F=10%\nF\u00a0=20%|F=10%\n\'F\'=20%',
  'F=10%\nA=1\rF=20%|A=`x\nF=10%\ny`|F=10%\nA=`x\nF=10%\ny`|A=`x`\nF=10%|F=10%\rA=1',
]
const BEFORE = [
  'DEBUG|; c|export B|export A=1|=x|  |A b=1|1A=2|A-B=1|A: 1|set -a|# c \\|; c \\|A="x\ny"|A=\'x y\nz\'|A=\'a\\\'|A="a\\"b"',
  'A=it\'s|A=a"b|A=`x|A=x\\|A=C:\\\\|A=a#b|A=ab(c|A=x&&|A="x\nF=20%"|A=x\\\n# F=1',
  'A="a\\\\"\nB="x"|A="a\\\\"\nF="5%"|export A B=1|export ü=1|ü="x|ü="x"|ü= \'|\'\nA=1|A=<x>|A=Shop <a@b.c>|A=x>|A=`x',
  '{|}|A={\n}|A=${B|A="${"|A=${B:-x}|A="${B}"|A=${B:?x}|export A=x y-z|export A-B=1|export A="x y-z"|readonly A=1|A=\'${\'',
]
const BEHIND = ['A=x\\|A=it\'s|# c \\|DEBUG|A=1\nA=1|A=`x|export B|A="F=20%']
/** What only a shell carries out: around a toggle, and so that it reads another word. */
const HARMLESS = [
  'if true; then A=1; fi\nF=10%',
  'if false; then\nA=1\nelif [ -n "$A" ]; then\nB=1\nfi\nF=10%',
  'for i in a b; do\nA=$i\ndone\nF=10%',
  'true || {\nA=1\n}\nF=10%',
  'F=10%\nreturn 0',
  'echo if return exit >/dev/null\nF=10%',
  ": <<-'EOF'\nif\n\tEOF\nF=10%",
  ': <<EOF\n}\nA=<x>\nEOF\nF=10%',
  'F=10%\nfor each in F G; do export "$each"; done',
  'unset A; unset B\nF=10%',
  'F=10%\nA="x F=20%"',
  'F=10%\necho "F=20%" >/dev/null # F=30%',
  'F=10%\n[ "$F" = 20% ] && A=F=1',
  'F=10%\nexport F',
  'eval A=1\nF=10%',
  '{\nA=1\n}\nF=10%',
  'A=${B:-x}${C%.*}"${#D}"\nF=10%',
  'true 2>&1 >/dev/null </dev/null\nF=10%',
  'export A="x y-z" B=1\nF=10%',
]
const PROGRAMS = [
  'if false; then\nF=10%\nfi',
  'while false; do\nF=10%\ndone',
  'for F in 20%; do A=1; done\nF=10%',
  'F=10%\nfor F in 20%; do A=1; done',
  'false && {\nF=10%\n}',
  'return 0\nF=10%',
  '[ -n "$NOBODY" ] || return 0\nF=10%',
  '[ -n "$NOBODY" ] && return 0\nF=10%',
  'exit 0\nF=10%',
  ': <<EOF\nF=10%\nEOF',
  'F=10%\nunset F',
  'F=10%\nunset A B F',
  'readonly F=5%',
  'F=10%\nexport A=1 F=20%',
  'F=10%\nA=1; F=20%',
  'F=10%\nA="x y" F=20%',
  'F=10%\nread F <<E\n20%\nE',
  'F=10%\nF+=x',
  'A=1 F=20%\nF=10%',
  'F=10%\neval F=20%',
  'F=10%\ntrue; . ./nobody',
]
const each = (texts: readonly string[]): readonly string[] => texts.flatMap((text) => text.split('|'))
const ODD = [...each(ALONE), ...each(BEFORE).map((line) => `${line}\nF=10%`), ...each(BEHIND).map((line) => `F=10%\n${line}`)]
const DOCUMENTS = [
  ...[...ODD, ...HARMLESS, ...PROGRAMS].map((text) => `${text}\n`),
  ...['\ufeff', '\ufeff\n', '\ufeff# c\n', '\ufeffA=1\n', '\r\n', 'A=1\r\n'].flatMap((start) => [
    `${start}F=10%\n`,
    `${start}F=10%\r\n`,
    start,
  ]),
  'F=10%',
  'F=10%\nA=1',
  `A=${'x'.repeat(70_000)}\nF=10%\n`,
]

/** What an application reads by the SDK of what a reader that keeps quotes hands over. */
function bySdk(value: string | undefined): boolean {
  const toggles = openToggles({ env: { F: value ?? '' }, onProblem: () => undefined })
  return toggles.isEnabled('F', 'ada')
}

/** What `work` returns, undefined where it refuses. */
function unlessRefused<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (thrown) {
    expect(thrown).toMatchObject({
      code: 'conflict',
      problems: [{ message: expect.stringMatching(/line \d+/), hint: expect.any(String) }],
    })
    return undefined
  }
}

describe.each(READERS)('$name', ({ dialect, isHere, read }) => {
  it.runIf(isHere)('reads every word as it was written', async () => {
    const pairs = [...PLAIN.map((before) => [before, 'true'] as const), ...WORDS.map((word) => ['A=1\nF=5%\n', word] as const)]
    const written = pairs.map(([before, word]) => ({ word, text: writeWords(before, { F: word }, MARK, { dialect }) }))
    const found = await read(written.map(({ text }) => text))
    expect(found.map((word = '') => word)).toEqual(written.map(({ word }) => word))
  })

  it.runIf(isHere)('reads what the program reads, before a write and after it, or the program refuses the file', async () => {
    const taken = DOCUMENTS.flatMap((text) => {
      const found = unlessRefused(() => readWords(text, ['F'], { dialect }))
      const after = unlessRefused(() => writeWords(text, { F: '25%' }, MARK, { dialect })) ?? ''
      // What can be read can be taken back.
      if (found?.['F'] !== undefined) expect(after, text).not.toBe('')
      const confirmed = unlessRefused(() => readWords(after, ['F'], { dialect }))
      return [found && { text, word: found['F'] ?? '' }, confirmed && { text: after, word: confirmed['F'] ?? '' }].filter(
        (each) => each !== undefined,
      )
    })
    const words = await read(taken.map(({ text }) => text))
    expect(taken.map(({ text }, nth) => ({ text, word: words[nth] ?? '' }))).toEqual(taken)
  })
})

it.each(HARMLESS)('what a shell carries out is not in the way of a toggle: %j', (text) => {
  expect(readWords(`${text}\n`, ['F'], { dialect: 'sh' })).toEqual({ F: '10%' })
})

it.each([
  ['if false; then\nF=10%\nfi\n', 'F on line 2 stands where a shell may never come to'],
  ['F=10%\nunset F\n', 'line 2 may change a toggle in another way than by NAME=word'],
])('a shell would read another word: %j', (text, message) => {
  expect(() => readWords(text, ['F'], { dialect: 'sh' })).toThrow(message)
  // A rollback is written all the same.
  expect(writeWords(text, { F: 'false' }, MARK, { dialect: 'sh' })).toContain('F=false\n')
})

it('what is written for anybody is read by everybody, or by the SDK of what is handed over', async () => {
  for (const { isHere, dialect, read } of READERS) {
    if (!isHere) continue
    const words = ['false', '100%;key=search', 'true']
    const found = await read(words.map((word) => writeWords('A=1\n', { F: word }, MARK)))
    if (dialect === 'docker' || dialect === 'kubectl') expect(found.map(bySdk)).toEqual([false, true, true])
    else expect(found).toEqual(words)
  }
})
