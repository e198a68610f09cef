import { expect, test } from 'vitest'
import type { OpenMetric } from '../../src/adapters/open.ts'
import { longestTurn, run } from '../../src/engine/run.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import { plan } from '../helpers/core.ts'
import { formatDuration } from '../../src/core/values/units.ts'
import { fakeEngine, fakeMetric, fakeTarget } from '../helpers/world.ts'

const PLAN = plan()
const value = (number: number): Reading => ({ is: 'value', value: number })
const LEADING = { controller: { host: 'here', pid: 1, domain: 'd', began: '1' }, alive: () => undefined }

test('a turn that hangs for longer than all its deadlines is said and given up, and the next one looks again', async () => {
  let polls = 0
  const metric: OpenMetric = {
    name: 'errors',
    // What hung comes back at last, with good news that nobody waits for any more.
    read: async (signal) => {
      polls += 1
      if (polls !== 3) return value(polls < 3 ? 0 : 0.5)
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(value(0))))
    },
  }
  const targets = [fakeTarget('web', { A: 'false' })]
  const { engine } = await fakeEngine(PLAN, { targets, metrics: [metric] })
  const clock = {
    ...engine.clock,
    timer: (duration: number, ring: () => void) => {
      // Only the turn that hangs is still waited for when the real clock comes to this.
      const timer = duration === longestTurn({ plan: PLAN }, targets) ? setTimeout(ring, 200) : undefined
      return () => clearTimeout(timer)
    },
  }
  const said: string[] = []
  const turns = run({ ...engine, clock }, LEADING)
  for (let turn = await turns.next(); ; turn = await turns.next()) {
    if (turn.done) {
      expect(turn.value.status).toBe('rolled back')
      break
    }
    const { decision } = turn.value
    said.push(decision.do === 'hold' && decision.why ? decision.why.text : decision.do)
  }
  const limit = formatDuration(longestTurn({ plan: PLAN }, targets))
  expect(said).toEqual([
    'advance',
    `a turn did not end within ${limit}, longer than all its deadlines: it is given up, and the next one begins`,
    'rollback',
  ])
})

test('a turn that is told to stop comes to its own end: what it has sent over something newer is put right before the run ends', async () => {
  const stopping = new AbortController()
  const web = fakeTarget('web', { A: 'false' })
  const { engine, writer } = await fakeEngine(PLAN, {
    targets: [{ ...web, settle: 10_000 }],
    metrics: [fakeMetric('errors', () => value(0))],
    signal: stopping.signal,
  })
  let [isOver, wasOver] = [false, true]
  web.meanwhile = async () => {
    delete web.meanwhile
    const why = { code: 'operator', text: 'an incident' } as const
    await writer.append({ type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0 }, why }, { actor: 'ben' })
    stopping.abort(new RolloutError('interrupted', { message: 'stopped by SIGINT' }))
    // Whoever does not wait for this write has ended long before.
    await new Promise((resolve) => setTimeout(resolve, 100))
    wasOver = isOver
  }
  const going = (async () => {
    for await (const _ of run(engine, LEADING)) continue
  })().finally(() => (isOver = true))
  await expect(going).rejects.toMatchObject({ code: 'interrupted' })
  expect([wasOver, web.words['A']]).toEqual([false, 'false'])
})
