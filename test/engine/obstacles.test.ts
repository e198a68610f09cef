import { expect, it } from 'vitest'
import { RolloutError } from '../../src/core/values/errors.ts'
import { openObstacles } from '../../src/engine/obstacles.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { openObserver } from '../../src/engine/observe.ts'
import { run, runOnce } from '../../src/engine/run.ts'
import { tick } from '../../src/engine/tick.ts'
import { phase, plan } from '../helpers/core.ts'
import { memoryJournal } from '../helpers/memory.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

const LEADING = { controller: { host: 'here', pid: 1, domain: 'd', began: '1' }, alive: () => undefined }
const PLAN = plan({ metrics: {}, phases: [phase({ steps: [10, 100].map((to) => ({ to, hold: 0 })), metrics: [] })] })

async function blocked() {
  const web = fakeTarget('web', { A: 'false' })
  const made = await fakeEngine(PLAN, { targets: [web] })
  await tick(made.engine, openObserver(made.engine))
  web.read = async () => Promise.reject(new Error('app.env is missing'))
  return { ...made, web }
}

it('what a turn fails on is in the journal once, however often it is tried', async () => {
  const { engine, told } = await blocked()
  const turns = run(engine, LEADING)
  for (let nth = 0; nth < 50; nth += 1) expect((await turns.next()).value).toMatchObject({ decision: { do: 'hold' } })
  await turns.return(stateOf(engine))
  expect(told.filter(({ type }) => type === 'blocked')).toHaveLength(1)
  expect(stateOf(engine).blocked).toMatchObject([{ name: 'target', target: 'web', text: 'cannot be read: web: app.env is missing' }])
})

it('run --once keeps it as well, and looks at the targets after its turn', async () => {
  const { engine, told } = await blocked()
  for (let nth = 0; nth < 3; nth += 1) await runOnce(engine, LEADING)
  expect(told.filter(({ type }) => type === 'blocked')).toHaveLength(1)
  const held = plan({ metrics: {}, phases: [phase({ steps: [10, 100].map((to) => ({ to, hold: 3_600_000 })), metrics: [] })] })
  const web = fakeTarget('web', { A: 'false' })
  const other = await fakeEngine(held, { targets: [web] })
  await runOnce(other.engine, LEADING)
  web.words['A'] = 'true'
  await runOnce(other.engine, LEADING)
  expect(stateOf(other.engine).blocked).toMatchObject([
    { name: 'drift', text: 'web holds A=true instead of 10%: somebody else changed it' },
  ])
})

it('is kept once the journal answers, however often it did not before', async () => {
  let isDown = true
  const journal = memoryJournal((event) => {
    if (event.type === 'blocked' && isDown) throw new RolloutError('unreachable', { message: 'the store is down' })
  })
  const { engine, told } = await fakeEngine(PLAN, { targets: [fakeTarget('web', { A: 'false' })], journal })
  const obstacles = openObstacles(engine)
  const found = [{ name: 'drift', target: 'web', text: 'web holds A=true instead of false' }] as const
  for (let nth = 0; nth < 50; nth += 1) await expect(obstacles.note(['drift'], found)).rejects.toThrow('the store is down')
  isDown = false
  await obstacles.note(['drift'], found)
  expect(told.filter(({ type }) => type === 'blocked')).toHaveLength(1)
})

it('is gone once it is over, which is kept however often it came before', async () => {
  const { engine } = await fakeEngine(PLAN, { targets: [fakeTarget('web', { A: 'false' })] })
  const obstacles = openObstacles(engine)
  for (let nth = 0; nth < 10; nth += 1) {
    await obstacles.note(['drift'], [{ name: 'drift', target: 'web', text: `change ${nth}` }])
    expect(stateOf(engine).blocked).toMatchObject([{ text: `change ${nth}` }])
  }
  await obstacles.note(['drift'], [{ name: 'drift', target: 'web', text: 'one more' }])
  expect(stateOf(engine).blocked).toMatchObject([{ text: 'change 9' }])
  await obstacles.note(['drift'], [])
  expect(stateOf(engine).blocked ?? []).toEqual([])
})
