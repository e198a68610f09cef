import { describe, expect, it } from 'vitest'
import { renderUndelivered } from '../../src/views/notify.ts'

describe('a channel that could not be told', () => {
  it('is named, with the event where it refused one, and commands no terminal', () => {
    const rows = [
      { channel: 'ops', error: 'has not answered yet' },
      { channel: 'audit', refused: 12, error: 'http://127.0.0.1 answered 413: \u001B[2Jtoo much' },
    ]
    expect(renderUndelivered(rows, { write: () => undefined, color: 0, tty: false })).toBe(
      '! ops was not told: has not answered yet\n! audit refused to be told of #12: http://127.0.0.1 answered 413: \\x1b[2Jtoo much\n',
    )
  })
})
