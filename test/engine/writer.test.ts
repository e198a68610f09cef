import { expect, it } from 'vitest'
import type { Fact } from '../../src/core/journal/event.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { NOW, plan, watch } from '../helpers/core.ts'
import { memoryJournal } from '../helpers/memory.ts'

const ana = { actor: 'ana' }
const seen: Fact = { type: 'observed', watch: watch() }
const edited = plan({ patience: 1 })
const why = { code: 'operator', text: 'lunch' } as const

/** Two who have read the same journal of a rollout that has begun. */
async function two() {
  let made = 0
  const parts = { journal: memoryJournal(), clock: { now: () => NOW }, uuid: () => String((made += 1)), version: '1.0.0' }
  const first = await openWriter(parts)
  await first.append({ type: 'started', plan: plan(), digest: '', files: {}, baseline: { A: 0 } }, ana)
  return [first, await openWriter(parts)] as const
}

it.each<Fact>([
  { type: 'paused', why },
  { type: 'resumed' },
  { type: 'replanned', plan: edited, digest: '', files: {}, baseline: { A: 0 } },
])('what a person decides comes after what a controller has seen meanwhile: $type', async (fact) => {
  const [person, controller] = await two()
  await controller.append(seen, ana)
  await controller.append(seen, ana)
  expect(await person.append(fact, ana)).toMatchObject({ seq: 4, type: fact.type })
  await controller.refresh()
  expect(controller.state).toEqual(person.state)
})

it('and is looked at again after what somebody has done', async () => {
  const [person, other] = await two()
  await other.append(seen, ana)
  await other.append({ type: 'paused', why }, ana)
  await expect(person.append({ type: 'resumed' }, ana)).rejects.toMatchObject({ code: 'conflict' })
  await other.append(seen, ana)
  await expect(person.append(seen, ana)).rejects.toMatchObject({ code: 'conflict' })
})

it('a pause by what was measured does not come after what was measured since', async () => {
  const [one, other] = await two()
  await other.append(seen, ana)
  await expect(one.append({ type: 'paused', why: { code: 'critical', text: '7% > 5%' } }, ana)).rejects.toMatchObject({ code: 'conflict' })
})
