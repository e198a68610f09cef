import { describe, expect, it } from 'vitest'
import { oneLine, renderCheck, summaryOf, type CheckRow } from '../../src/views/check.ts'

const plain = { write: () => undefined, tty: false, color: 0 } as const
const row = (more: Partial<CheckRow>): CheckRow => ({ what: 'metrics', name: 'errors', verdict: 'ok', text: 'fine', ...more })

describe('renderCheck', () => {
  it.each(['a\nb', 'a\r\n\tb', '\n a  b \n'])('keeps a row on its line: %j', (text) => {
    const [first = '', ...rest] = renderCheck({ outcome: 'done', rows: [row({ text })] }, plain).split('\n')
    expect(first).toMatch(/^✓ metrics errors {2}.*a.*b/)
    expect(rest).toEqual(['go', ''])
  })

  it('shows control characters instead of obeying them', () => {
    expect(renderCheck({ outcome: 'done', rows: [row({ text: '\u001b[2Jgone', hint: '\u202eevil' })] }, plain)).toBe(
      '✓ metrics errors  \\x1b[2Jgone\n  \\x202eevil\ngo\n',
    )
  })

  it.each([
    ['ok', '✓'],
    ['warning', '!'],
    ['waiting', '…'],
    ['unknown', '?'],
    ['critical', '✗'],
    ['failed', '✗'],
    ['unreachable', '✗'],
  ] as const)('marks %s with %s', (verdict, mark) => {
    expect(renderCheck({ outcome: 'done', rows: [row({ verdict })] }, plain).charAt(0)).toBe(mark)
  })

  it('says where, and leaves out a name that says nothing', () => {
    const rows = [
      row({
        what: 'config',
        name: 'plan',
        verdict: 'failed',
        text: 'wrong',
        where: { file: 'rollout.yaml', line: 3, column: 5, path: 'toggles.X' },
        hint: 'did you mean Y?',
      }),
    ]
    expect(renderCheck({ outcome: 'config', rows }, plain)).toBe(
      '✗ config  rollout.yaml:3:5 toggles.X wrong\n  did you mean Y?\nno: the plan has errors\n',
    )
  })

  it('is coloured only where colours show', () => {
    // oxlint-disable-next-line no-control-regex -- the escape is what is looked for
    expect(renderCheck({ outcome: 'done', rows: [row({})] }, { ...plain, color: 1 })).toMatch(/\u001b\[32m✓/)
  })
})

describe('summaryOf', () => {
  it.each([
    ['done', 'go'],
    ['notYet', 'not yet'],
    ['unhealthy', 'no: unhealthy'],
    ['unreachable', 'no: something cannot be reached'],
    ['config', 'no: the plan has errors'],
  ] as const)('%s is "%s"', (outcome, words) => {
    expect(summaryOf(outcome)).toBe(words)
  })
})

describe('oneLine', () => {
  it('leaves ordinary text alone', () => {
    expect(oneLine('7.8% > 5% (94 of 1204)')).toBe('7.8% > 5% (94 of 1204)')
  })
})
