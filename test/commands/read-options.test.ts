import { describe, expect, it } from 'vitest'
import type { OptionTable } from '../../src/commands/option.ts'
import { readOptions, type Typed } from '../../src/commands/read-options.ts'

const OPTIONS = {
  subject: { is: 'text', argument: true, takes: 'subject', about: 'of what' },
  toggles: { is: 'list', argument: true, takes: 'toggle', about: 'these' },
  all: { is: 'switch', about: 'everything' },
  force: { is: 'switch', about: 'whatever it says', needs: ['all', 'reason'] },
  format: { is: 'text', takes: 'format', about: 'as what', choices: ['html', 'markdown'], not: ['all'] },
  ifStep: { is: 'number', takes: 'number', form: /^(\d+)$/, most: 9, about: 'only then', hint: '0 to 9' },
  hold: { is: 'duration', takes: 'duration', about: 'so long' },
  to: { is: 'exposure', takes: 'exposure', about: 'so far' },
  gates: { is: 'list', takes: 'gate', about: 'these', choices: ['hold', 'samples'] },
  attribute: { is: 'pairs', takes: 'name=value', about: 'what is known' },
  reason: { is: 'text', takes: 'text', about: 'why' },
} as const satisfies OptionTable

const read = (typed: Readonly<Record<string, Typed>>, oneOf?: readonly string[]) => readOptions(OPTIONS, typed, oneOf)

describe('readOptions', () => {
  it('gives a value of its kind to every name, typed or not', () => {
    expect(read({})).toEqual({
      subject: undefined,
      toggles: [],
      all: false,
      force: false,
      format: undefined,
      ifStep: undefined,
      hold: undefined,
      to: undefined,
      gates: [],
      attribute: {},
      reason: undefined,
    })
    const typed = { toggles: ['A,B', 'C'], ifStep: '3', hold: '5m', to: '0.1%', gates: 'hold, samples', attribute: ['a=b', 'c=d=e'] }
    expect(read(typed)).toMatchObject({
      toggles: ['A,B', 'C'],
      ifStep: 3,
      hold: 300_000,
      to: 0.1,
      gates: ['hold', 'samples'],
      attribute: { a: 'b', c: 'd=e' },
    })
    expect(read({ all: true, force: true, reason: 'x' })).toMatchObject({ all: true, force: true })
  })

  it.each<[typed: Readonly<Record<string, Typed>>, message: string]>([
    [{ ifStep: 'x' }, '--if-step x is not a number'],
    [{ ifStep: '10' }, '--if-step 10 is not a number'],
    [{ hold: '5' }, '--hold 5 is not a duration'],
    [{ to: '0.1' }, '--to 0.1 is not an exposure'],
    [{ format: 'pdf' }, '--format pdf is not a format'],
    [{ gates: 'hold,wishes' }, '--gates wishes is not a gate'],
    [{ attribute: ['=b'] }, '--attribute =b is not a name=value'],
    [{ force: true }, '--force needs --all'],
    [{ force: true, all: true }, '--force needs --reason'],
    [{ force: true, all: true, reason: ' ' }, '--force needs --reason'],
    [{ format: 'html', all: true }, '--format does not go with --all'],
  ])('%j is refused: %s', (typed, message) => {
    expect(() => read(typed)).toThrow(message)
  })

  it('refuses two of which one is given', () => {
    const oneOf = ['toggles', 'all', 'to']
    expect(() => read({ toggles: ['A'], all: true }, oneOf)).toThrow('TOGGLES, --all and --to exclude each other')
    expect(read({ all: true }, oneOf).all).toBe(true)
  })
})
