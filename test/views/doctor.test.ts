import { describe, expect, it } from 'vitest'
import { renderDoctor } from '../../src/views/doctor.ts'

const plain = { write: () => undefined, tty: false, color: 0 } as const

describe('renderDoctor', () => {
  it('is a line per finding, its place, and what to do about it', () => {
    const rows = [
      { what: 'node', level: 'ok', text: '20.19.0' },
      { what: 'plan', level: 'failed', text: 'wrong', where: { file: 'rollout.yaml', line: 2, column: 1 }, hint: 'did you mean web?' },
      { what: 'git', level: 'warning', text: '.rollout is not ignored' },
    ] as const
    expect(renderDoctor(rows, plain)).toBe(
      '✓ node: 20.19.0\n✗ plan: rollout.yaml:2:1 wrong\n  did you mean web?\n! git: .rollout is not ignored\n',
    )
  })

  it('shows control characters instead of obeying them', () => {
    expect(renderDoctor([{ what: 'target web', level: 'failed', text: '\u001b[2J', hint: '\u0007' }], plain)).toBe(
      '✗ target web: \\x1b[2J\n  \\x07\n',
    )
  })
})
