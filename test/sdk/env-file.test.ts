import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarks, readWords, writeWords } from '../../src/adapters/file/env-document.ts'
import { parseEnvFile, type EnvFile } from '../../src/sdk/env-file.ts'

function parse(text: string): EnvFile {
  const parsed = parseEnvFile(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

describe('an env file', () => {
  it.each<[text: string, value: string | undefined]>([
    ['', undefined],
    ['F=true', 'true'],
    ['\ufeffexport F="10%;key=x" # soaking\r\n', '10%;key=x'],
    [" F = '10%'\t\n", '10%'],
    ['F=#true\n', '#true'],
    ['F= # off for now\n', ''],
    ['F=10% # soaking\n', '10%'],
    ['A="\nF=true\n"\nF=false\n', 'false'],
    ['A="say \\"\nF=1\n"\nF=false\n', 'false'],
    ['# F=true\n\n  # more\n', undefined],
    ['__proto__=1\nconstructor=2\n', undefined],
    // Lines of other people: docker's name alone, a comment of systemd, commands of a shell, digits.
    ['DEBUG\n; why\nexport F\nset -a\n. ./other.env\n1F=x\nF=true\n', 'true'],
  ])('%j holds %j', (text, value) => {
    const { variables, unclear } = parse(text)
    expect(variables.get('F')).toBe(value)
    expect(unclear.has('F')).toBe(false)
  })

  it.each([
    ['<<<<<<< HEAD\nF=true\n', 'line 1 is left over from a merge'],
    ['F=true\n=======\nF=true\n', 'line 2 is left over from a merge'],
    ['# flags\n{"F": true}\n', 'line 2 is no NAME=value, nor is any other'],
    ['F=true\nFEATURE_', 'line 2 is no NAME=value and has no end: it may be cut off'],
    ['F=true\nG="10%', 'G on line 2 opens a quote that nothing closes'],
    ['F=tr\0ue\n', 'line 1 is not text'],
  ])('%j is none', (text, why) => expect(parseEnvFile(text)).toBe(why))

  it.each(['F=true\nF\n', 'F=true\nF=false\n', 'F="a\nb"\n', 'F=tr\\\nue=1\n', 'A=1 \\\nF=true\n', 'F="true"x\n'])(
    '%j is not clear about F',
    (text) => expect(parse(text).unclear.has('F')).toBe(true),
  )

  it.each<[text: string, epoch: string | undefined]>([
    ['F=true\n', undefined],
    ['# rollout:42\nF=true\n', '42'],
    ['# rollout:42 reloaded:00c0ffee\n# rollout:7\n', '42'],
    ['A="\n# rollout:9\n"\n', undefined],
    ['# rollout:forty\n', undefined],
  ])('the change of %j is %j', (text, epoch) => expect(parse(text).epoch).toBe(epoch))
})

describe('what the CLI reads is what the SDK reads', () => {
  const lines = [
    ['F=true', 'F=10%', 'export F="10%;key=x"', " F = 'false' # why", 'F=', 'F= # x', 'F=tr\\', 'F="a\\"b"', "F='it\\'", 'F="x"y', 'F="a'],
    [
      'A="',
      "A='",
      '"',
      "'",
      'A=1',
      'A=\\\\',
      'A=x \\',
      '# rollout:7',
      '# rollout:12 reloaded:ab',
      '# F=true \\',
      '',
      '\t',
      'export F=10%;seg=a',
    ],
  ].flat()
  const line = fc.constantFrom(...lines)
  const document = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\ufeff'))
    .map(([lines, end, bom]) => bom + lines.map((each) => each + end).join(''))

  it('of any document', () => {
    let compared = 0
    fc.assert(
      fc.property(document, (text) => {
        const parsed = parseEnvFile(text)
        // What an application does not believe is confirmed nowhere.
        if (typeof parsed === 'string') {
          expect(() => readWords(text, ['F'])).toThrow(parsed)
          return
        }
        compared += 1
        let word: string | undefined
        try {
          word = readWords(text, ['F'])['F']
        } catch {
          word = 'unclear'
        }
        expect(parsed.unclear.has('F') ? 'unclear' : parsed.variables.get('F')).toBe(word)
        expect(Number(parsed.epoch ?? 0)).toBe(Math.max(0, ...readMarks(text).map(({ epoch }) => epoch)))
      }),
      { numRuns: 5000, seed: 5 },
    )
    expect(compared).toBeGreaterThan(1000)
  })

  it('of what the CLI writes', () =>
    fc.assert(
      fc.property(document, fc.constantFrom('true', '10%', '10%;key=a;seg=b,c'), fc.nat(), (before, word, epoch) => {
        if (typeof parseEnvFile(before) === 'string') return
        let after: string
        try {
          after = writeWords(before, { F: word }, { epoch })
        } catch {
          return
        }
        expect(parse(after).variables.get('F')).toBe(word)
        expect(parse(after).epoch).toBe(String(epoch))
      }),
    ))
})
