import { expect, it } from 'vitest'
import { openProgress } from '../../src/session/progress.ts'
import { fakeClock } from '../helpers/memory.ts'

it.each([
  [undefined, ['1s', '3s', '5s']],
  [0, ['0s', '2s', '4s', '6s']],
])('tells after the first second, or at once where it is known to take long, and then now and then', (first, told) => {
  const clock = fakeClock()
  let written = ''
  const err = { write: (text: string) => void (written += text), tty: false, color: 0 } as const
  const tell = openProgress({ clock, err }, first)
  for (let at = 0; at <= 6; at += 0.5) {
    tell(() => `${at}s`)
    clock.advance(500)
  }
  expect(written).toBe(told.map((line) => `${line}\n`).join(''))
})
