import { expect, it } from 'vitest'
import type { Event, Fact } from '../../src/core/journal/event.ts'
import type { Stream } from '../../src/core/values/stream.ts'
import { openMoveProgress } from '../../src/views/move-progress.ts'

const stamp = { seq: 2, id: 'id', previous: '', at: 0, actor: 'ana', version: 'test', hash: '' }
const event = (fact: Fact): Event => ({ ...fact, ...stamp })
const WHY = { code: 'operator', text: 'bad' } as const
const intended = (targets: readonly string[]): Event =>
  event({ type: 'intended', move: 'rollback', cursor: -1, exposures: {}, targets, why: WHY })
const applied = (targets: readonly string[]): Event => event({ type: 'applied', intent: 2, targets })
const refused = (target: string, error: string): Event => event({ type: 'refused', intent: 2, target, error })

/** A move whose clock is moved by hand. */
function moving(isUrgent = true, stream: Partial<Stream> = {}) {
  let [now, written] = [0, '']
  let ring = (): void => undefined
  let left: readonly string[] = []
  const out: Stream = { write: (text) => void (written += text), color: 0, tty: false, ...stream }
  const clock = { monotonic: () => now, timer: (_: number, next: () => void) => ((ring = next), () => void (ring = () => undefined)) }
  const shown = { left: () => left.map((target) => ({ target, lines: ['curl -X PUT x'] })), isUrgent }
  const progress = openMoveProgress(out, clock, shown)
  return {
    ...progress,
    waitFor: (...names: readonly string[]) => (left = names),
    pass: (duration: number) => void (now += duration),
    ring: () => ring(),
    said: () => {
      const text = written
      written = ''
      return text
    },
  }
}

const names = (count: number, from = 0): readonly string[] => Array.from({ length: count }, (_, nth) => `t${from + nth}`)

it('a rollback is shown target by target, with the line to type as soon as one is waited for', () => {
  const move = moving()
  move.waitFor('store')
  move.tell(intended(['app', 'store']))
  move.pass(300)
  move.tell(applied(['app']))
  move.ring()
  move.tell(refused('store', 'no answer within 20s'))
  move.end()
  expect(move.said()).toBe(
    '  app ✓ 300ms\n  store … has not confirmed yet. By hand:\n      curl -X PUT x\n  store ✗ no answer within 20s\n',
  )
  expect([...move.confirmed]).toEqual(['app'])
})

it('many targets are counted, a line a second, and the first that fail are named', () => {
  const move = moving()
  move.tell(intended(names(1000)))
  move.waitFor(...names(1000))
  move.tell(applied(names(300)))
  expect(move.said()).toBe('')
  move.pass(1000)
  move.waitFor(...names(700, 300))
  move.ring()
  expect(move.said()).toBe('  300 of 1,000 targets ✓ 1s\n')
  move.tell(applied(names(650, 300)))
  expect(move.said()).toBe('')
  for (const name of names(12, 950)) move.tell(refused(name, 'away'))
  expect(move.said().split('\n')).toHaveLength(11)
  move.pass(1000)
  move.tell(applied(names(38, 962)))
  expect(move.said()).toBe('  988 of 1,000 targets ✓, 12 ✗ 2s\n')
})

it('many that are waited for are named after a while, as far as there is room, and those that are left when they are few', () => {
  const move = moving(true, { size: () => ({ columns: 80, rows: 10 }) })
  move.tell(intended(names(1000)))
  move.waitFor(...names(40))
  move.tell(applied(names(960, 40)))
  move.pass(5000)
  move.ring()
  const lines = move.said().split('\n').slice(0, -1)
  expect(lines.slice(0, 2)).toEqual(['  t0 … has not confirmed yet. By hand:', '      curl -X PUT x'])
  expect(lines.at(-1)).toBe('  … and 37 more have not confirmed yet')
  expect(lines.length).toBeLessThan(10)
})

it('on a terminal one line lives, no wider than its window, and is gone before the next', () => {
  const move = moving(true, { tty: true, size: () => ({ columns: 30, rows: 24 }) })
  move.tell(intended(['app', 'a-store-with-a-long-name']))
  move.waitFor('a-store-with-a-long-name')
  move.pass(1000)
  move.ring()
  expect(move.said()).toMatch(/By hand:\n {6}curl -X PUT x\n {2}… 1s: waits for a-store-wit…$/)
  move.pass(1000)
  move.ring()
  expect(move.said()).toBe('\r\u001b[K  … 2s: waits for a-store-wit…')
  move.tell(applied(['a-store-with-a-long-name']))
  expect(move.said()).toBe('\r\u001b[K  a-store-with-a-long-name ✓ 2s\n')
  move.waitFor()
  move.ring()
  move.end()
  expect(move.said()).toBe('')
})

it('a step says nothing of itself within the first second, and nothing to type by hand after it', () => {
  const move = moving(false)
  move.tell(intended(['app', 'store']))
  move.waitFor('store')
  move.tell(applied(['app']))
  expect(move.said()).toBe('')
  move.pass(1000)
  move.ring()
  expect(move.said()).toBe('  store … has not confirmed yet\n')
})

it('a move that is cut off within its first second names whom it was waiting for', () => {
  const move = moving()
  move.waitFor('store')
  move.tell(intended(['app', 'store']))
  move.pass(300)
  move.tell(applied(['app']))
  const late = new Error('late')
  expect(() => move.cut(late)).toThrow(late)
  expect(move.said()).toBe('  app ✓ 300ms\n  store … has not confirmed yet. By hand:\n      curl -X PUT x\n')
})

it('and does not name them again', () => {
  const move = moving(false)
  move.waitFor('store')
  move.tell(intended(['store']))
  move.ring()
  expect(() => move.cut(new Error('late'))).toThrow('late')
  expect(move.said()).toBe('  store … has not confirmed yet\n')
})
