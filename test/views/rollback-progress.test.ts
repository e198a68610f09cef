import { expect, it } from 'vitest'
import type { Event, Fact } from '../../src/core/journal/event.ts'
import { openRollbackProgress } from '../../src/views/rollback-progress.ts'

const stamp = { seq: 2, id: 'id', previous: '', at: 0, actor: 'ana', version: 'test', hash: '' }
const event = (fact: Fact): Event => ({ ...fact, ...stamp })
const WHY = { code: 'operator', text: 'bad' } as const

it('a rollback is shown target by target, with the line to type as soon as one is waited for', () => {
  let [now, written] = [0, '']
  const rings: (() => void)[] = []
  const out = { write: (text: string) => void (written += text), color: 0, tty: false, columns: 80 } as const
  const clock = { monotonic: () => now, timer: (_: number, ring: () => void) => (rings.push(ring), () => undefined) }
  const progress = openRollbackProgress(out, clock, () => [{ target: 'store', lines: ['curl -X PUT x'] }])
  progress.tell(event({ type: 'intended', move: 'rollback', cursor: -1, exposures: {}, targets: ['app', 'store'], why: WHY }))
  now = 300
  progress.tell(event({ type: 'applied', intent: 2, targets: ['app'] }))
  rings.at(-1)?.()
  progress.tell(event({ type: 'refused', intent: 2, target: 'store', error: 'no answer within 20s' }))
  progress.end()
  expect(written).toBe('  app ✓ 300ms\n  store … has not confirmed yet. By hand:\n      curl -X PUT x\n  store ✗ no answer within 20s\n')
  expect([...progress.confirmed]).toEqual(['app'])
})
