import { describe, expect, it } from 'vitest'
import { readMarks, readWords, writeWords } from '../../../src/adapters/file/env-document.ts'

const mark = { epoch: 7 }
const set = (document: string, word = '10%', name = 'F'): string => writeWords(document, { [name]: word }, mark)

describe('a document nobody can be sure about', () => {
  it.each([
    ['F="a\nb"\n', 'F on line 1 goes over several lines'],
    ['F=tr\\\nue\n', 'F on line 1 goes over several lines'],
    ['A=one \\\nF=true\n', 'F on line 2 follows a line that ends in a backslash'],
    ['F="true"false\n', 'F on line 1 goes on after its closing quote'],
    ["F='true'#x\n", 'F on line 1 goes on after its closing quote'],
    ['F=true\nA=1\nF=false\n', 'F is "true" on line 1 and "false" on line 3'],
    ['F=true\nexport F=\n', 'F is "true" on line 1 and "" on line 2'],
  ])('%j is refused', (document, message) => {
    expect(() => readWords(document, ['F'])).toThrow(message)
    expect(() => set(document)).toThrow(message)
    expect(() => readWords(document, ['OTHER'])).not.toThrow()
  })

  it.each(['A=one \\', 'A=one \\\n'])('what would become a part of the last line of %j is not added', (document) => {
    expect(readWords(document, ['F'], { dialect: 'sh' })).toEqual({ F: undefined })
    expect(() => writeWords(document, { F: '10%' }, mark, { dialect: 'sh' })).toThrow('F on line 2 follows a line that ends in a backslash')
  })

  it.each(['on off', 'a"b', "it's", '$HOME', 'a\\', 'a\nB=1', '#', '`id`', 'ä'])('the word %j is refused', (word) => {
    expect(() => set('F=true\n', word)).toThrow('cannot be a word in an env file')
  })
})

describe('a list that is to be empty', () => {
  it.each([
    ['F=ada,eve\n', 'F=\n'],
    ['F="ada,eve"\nG=1\n', 'F=""\nG=1\n'],
    ['export F=ada # asked for it\n', 'export F= # asked for it\n'],
    ['F=\n', 'F=\n'],
    ['G=1\n', 'G=1\n'],
  ])('%j becomes %j, and can be filled again', (document, emptied) => {
    expect(set(document, '')).toBe(`${emptied}# rollout:7\n`)
    expect(readWords(set(emptied, 'ada'), ['F'])).toEqual({ F: 'ada' })
  })
})

it.each([
  ["A=1\nF='true\n", 'F on line 2 opens a quote that nothing closes'],
  ["A='x\nF=true\n", 'A on line 1 opens a quote that nothing closes'],
  ['F=true\n\nB_2="x\\"\n# y\n', 'B_2 on line 3 opens a quote that nothing closes'],
])('a quote that is left open would swallow what is written: %j', (document, message) => {
  expect(() => readWords(document, ['F'])).toThrow(message)
  expect(() => set(document)).toThrow(message)
})

it('what is behind an open quote stays, where only the mark is written', () => {
  expect(writeWords("A=1\nB='x\nF=true\n# rollout:1\n", {}, mark)).toBe("A=1\nB='x\nF=true\n# rollout:1\n# rollout:7\n")
})

it('the marks of others stay', () => {
  const others = '# rollout:9 of:checkout/1a2b\n# rollout:4 of:shop@staging/1a2b\n'
  const own = { epoch: 7, identity: { name: 'shop', lineage: '1a2b' } }
  expect(writeWords(`${others}# rollout:3 of:shop/1a2b\n`, {}, own)).toBe(`${others}# rollout:7 of:shop/1a2b\n`)
})

describe('reading', () => {
  it.each([
    ['', undefined],
    ['# F=true\n', undefined],
    ['FF=true\nXF=true\n', undefined],
    ['A="\nF=true\n"\n', undefined],
    ["A='x\\'\nF=10%\n", '10%'],
    ['A="say \\"\nF=false\nx"\nF=true\n', 'true'],
    ["GREETING=it's\nF=true\nB='x'\n", 'true'],
    ['F=', ''],
    ['F= # off for now\n', ''],
    ['F=#true\n', '#true'],
    ['F=10% # soaking\n', '10%'],
    ['F = 10%\t\n', '10%'],
    ['\t export  F="10%;key=x" # soaking\n', '10%;key=x'],
    ['\ufeffF=true\r\nG=1\r\n', 'true'],
    ['F=true\nF="true"\n', 'true'],
    ['# a comment that ends in \\\nF=true\n', 'true'],
    ['A=C:\\\\\nF=true\n', 'true'],
    ["A='C:\\\nx'\nF=true\n", 'true'],
    ['constructor=1\n__proto__=2\nF=true\n', 'true'],
  ])('%j holds %j', (document, word) => {
    expect(readWords(document, ['F'])).toEqual({ F: word })
  })

  it.each([
    ['', []],
    ['# rollout:42\n', [{ epoch: 42 }]],
    ['\ufeff# rollout:42', [{ epoch: 42 }]],
    ['# rollout:42 reloaded:00c0ffee\r\n', [{ epoch: 42, reloaded: '00c0ffee' }]],
    ['# rollout:42\n# rollout:9 reloaded:ab\n', [{ epoch: 42 }, { epoch: 9, reloaded: 'ab' }]],
    ['# rollout:42 of:shop/1a2b reloaded:ab \t\n', [{ identity: { name: 'shop', lineage: '1a2b' }, epoch: 42, reloaded: 'ab' }]],
    ['# rollout:7 of:shop.v2@EU-1\n', [{ identity: { name: 'shop.v2', environment: 'EU-1', lineage: '' }, epoch: 7 }]],
    ['# rollout:forty\n#rollout:3\n# rollout:1e9\n # rollout:5\n', []],
    ['# rollout:5 of:\n# rollout:5 of:a b\n# rollout:5 of:a/xyz\n# rollout:5 since:monday\n', []],
    ['SECRET="\n# rollout:99\n"\n', []],
  ])('the marks of %j are %j', (document, expected) => {
    expect(readMarks(document)).toEqual(expected)
  })
})

describe('writing', () => {
  it.each([
    ['', 'F=10%\n# rollout:7\n'],
    ['\ufeff', '\ufeffF=10%\n# rollout:7\n'],
    ['A=1', 'A=1\nF=10%\n# rollout:7'],
    ['A=1\r\n', 'A=1\r\nF=10%\r\n# rollout:7\r\n'],
    ['F=true\r\nA=1', 'F=10%\r\nA=1\r\n# rollout:7'],
    ['F=\n# rollout:6\n', 'F=10%\n# rollout:7\n'],
    ['# rollout:6 reloaded:ab\nexport F="true" # why\n', '# rollout:7\nexport F="10%" # why\n'],
    ["  F='true'\nF=true\n# rollout:3", "  F='10%'\nF=10%\n# rollout:7"],
    ['F= # why\n# rollout:1\n', 'F=10% # why\n# rollout:7\n'],
    ['F =   true  \n# rollout:1\n', 'F =   10%  \n# rollout:7\n'],
    ['A="\nF=true\n# rollout:1\n"\n', 'A="\nF=true\n# rollout:1\n"\nF=10%\n# rollout:7\n'],
    ['constructor=1\ntoString=2\n', 'constructor=1\ntoString=2\nF=10%\n# rollout:7\n'],
  ])('%j becomes %j', (before, after) => {
    expect(set(before)).toBe(after)
    expect(set(after)).toBe(after)
  })

  it('quotes a word with a semicolon, and only where there are no quotes yet', () => {
    expect(set("F=true\nF='true'\n# rollout:7\n", '10%;seg=a,b')).toBe('F="10%;seg=a,b"\nF=\'10%;seg=a,b\'\n# rollout:7\n')
  })

  it('notes what the application was told', () => {
    expect(writeWords('# rollout:1\n', {}, { epoch: 2, reloaded: 'abcd' })).toBe('# rollout:2 reloaded:abcd\n')
  })
})

// That every other byte stays, whatever the document: test/fuzz/env.ts.
describe('any document', () => {
  it.each([
    ['blanks', `F=${' '.repeat(1e6)}x`],
    ['backslashes', `F=${'\\'.repeat(1e6)}x`],
    ['quotes', 'A="\\"\n'.repeat(150_000)],
    ['open quotes', "A='x\n".repeat(150_000)],
    ['comments', `F="true"${' #'.repeat(5e5)}`],
  ])('is read in no time: a megabyte of %s', (_, text) => {
    const from = performance.now()
    readWords(text, ['G'])
    // Not a measure of speed: what grows with the square would take minutes.
    expect(performance.now() - from).toBeLessThan(20_000)
  })
})
