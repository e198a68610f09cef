import { describe, expect, it } from 'vitest'
import type { Controller, Event, Fact } from '../../src/core/journal/event.ts'
import type { Lease } from '../../src/core/journal/store.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import { stateOf, type Engine } from '../../src/engine/engine.ts'
import type { Turn } from '../../src/engine/move.ts'
import { run } from '../../src/engine/run.ts'
import { metric, MINUTE, phase, plan, toggle, watch } from '../helpers/core.ts'
import { memoryJournal } from '../helpers/memory.ts'
import { fakeEngine, fakeMetric, fakeTarget } from '../helpers/world.ts'

const SELF: Controller = { host: 'here', pid: 1, domain: 'd', began: '1' }
const OTHER: Controller = { ...SELF, host: 'there', pid: 2 }
const WHY = { code: 'operator', text: 'no' } as const
const ANA = { actor: 'ana' }
const PLAN = plan({
  toggles: { A: toggle({ targets: ['web', 'worker'] }) },
  targets: { web: { use: 'fake', options: {} }, worker: { use: 'fake', options: {} } },
  metrics: { errors: metric() },
  phases: [phase({ steps: [{ to: 10, hold: 10 * MINUTE }] })],
})
const UP: Fact = { type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10 }, why: WHY }
const BACK: Fact = { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0 }, why: WHY }

/** A rollout at its first step, and a controller that has not begun. */
async function stepped(rate: () => number = () => 0.001) {
  const [web, worker] = [fakeTarget('web', { A: '10%' }), fakeTarget('worker', { A: '10%' })]
  let polls = 0
  const journal = memoryJournal(undefined, { sleep: async (...given) => made.clock.sleep(...given) })
  const made = await fakeEngine(PLAN, {
    targets: [web, { ...worker, settle: 10_000, marks: async () => [] }],
    metrics: [fakeMetric('errors', () => ((polls += 1), { is: 'value', value: rate() }))],
    journal,
  })
  await carriedOut(made.engine, UP)
  return { ...made, journal, web, worker, polls: () => polls }
}

/** By another process, to its end. */
async function carriedOut({ writer }: Pick<Engine, 'writer'>, intended: Fact): Promise<void> {
  const { seq: intent } = await writer.append(intended, ANA)
  await writer.append({ type: 'applied', intent, targets: ['web', 'worker'] }, ANA)
  await writer.append({ type: 'arrived', intent, missing: [], watch: watch() }, ANA)
}

/** Turns until it ends, or there were so many. */
async function turns(engine: Engine, most = 50, each: (turn: Turn) => unknown = () => undefined) {
  const taken: Turn[] = []
  for await (const turn of run(engine, { controller: SELF, alive: () => undefined })) {
    taken.push(turn)
    await each(turn)
    if (taken.length === most) break
  }
  return taken
}

const kinds = (events: readonly Event[]): readonly string[] => events.map(({ type }) => type)

describe('a controller', () => {
  it('goes on with a rollback until every target has confirmed it, and only then ends', async () => {
    const { engine, writer, worker } = await stepped()
    await writer.append(BACK, ANA)
    worker.fail = (attempt) => (attempt < 10 ? 'connection refused' : undefined)
    const taken = await turns(engine)
    expect([taken.length, stateOf(engine).intent, worker.words['A']]).toEqual([3, undefined, 'false'])
  })

  it('looks again at what somebody else has taken back and may be written late', async () => {
    const { engine, writer, worker } = await stepped()
    await writer.append({ type: 'joined', intent: stateOf(engine).epoch, targets: ['worker'] }, ANA)
    await carriedOut(engine, BACK)
    await turns(engine)
    expect([worker.words['A'], stateOf(engine).status, stateOf(engine).intent]).toEqual(['false', 'rolled back', undefined])
  })

  it.each(['unreachable', 'denied'] as const)('goes on when a journal that was %s can be used again', async (code) => {
    const { engine, journal, polls } = await stepped()
    const read = journal.read.bind(journal)
    let reads = 0
    journal.read = async (after) => {
      if ((reads += 1) > 3 && reads < 6) throw new RolloutError(code, { message: 'the store does not answer' })
      return read(after)
    }
    const taken = await turns(engine, 8)
    const codes = taken.map(({ decision }) => decision.why.code)
    expect([codes.filter((code) => code === 'unreachable').length > 0, codes.at(-1), polls() > 3]).toEqual([true, 'healthy', true])
  })

  it.each([0, 2])('takes back what is critical although the disk of the journal is full, after %i turns, but for that', async (after) => {
    const { engine, journal, worker } = await stepped(() => (isFull && worker.words['A'] === '10%' ? 0.5 : 0.001))
    let isFull = after === 0
    const append = journal.append.bind(journal)
    const backs = new Set<number>()
    journal.append = async (event, goal) => {
      if (event.type === 'intended' && event.move === 'rollback') backs.add(event.seq)
      if (isFull && goal !== 'retreat' && !backs.has('intent' in event ? event.intent : event.seq))
        throw new RolloutError('unreachable', { message: 'the disk is full: nothing could be recorded, so nothing was changed' })
      return append(event)
    }
    const taken = await turns(engine, 20, () => (isFull = isFull || (after -= 1) === 0))
    expect([taken.at(-1)?.decision.do, stateOf(engine).status, stateOf(engine).intent, worker.words['A']]).toEqual([
      'rollback',
      'rolled back',
      undefined,
      'false',
    ])
    expect(stateOf(engine).stopped?.why.text).toContain('errors 50% > ')
  })

  it('says that nothing moves while the journal takes nothing, although it can be read', async () => {
    const { engine, journal } = await stepped()
    journal.append = async () => Promise.reject(new RolloutError('unreachable', { message: 'the disk is full' }))
    const [, turn] = await turns(engine, 2)
    expect(turn?.decision.why.text).toBe('the disk is full: nothing moves until the journal can be used again')
  })

  it('stands by while another one watches: it polls nothing, and moves nothing', async () => {
    const { engine, journal, polls, told } = await stepped()
    const lease: Lease = { holder: OTHER, since: 5 }
    journal.takeLease = async () => lease
    const taken = await turns(engine, 3)
    expect([taken.map(({ decision }) => decision.why.code), polls(), kinds(told)]).toEqual([
      ['standby', 'standby', 'standby'],
      0,
      ['intended', 'applied', 'arrived'],
    ])
  })

  it('keeps what a step up fails on, and what it sees beside the polls, for everybody', async () => {
    const { engine, web, worker, told } = await stepped()
    web.words['A'] = '50%'
    await turns(engine, 3)
    const blocked = told.flatMap((event) => (event.type === 'blocked' ? event.by.map(({ name, target }) => `${name} ${target}`) : []))
    expect(blocked).toEqual(['drift web'])
    expect(worker.writes).toEqual([])
  })

  it('keeps that a turn took too long, until one has not', async () => {
    const { engine, told } = await stepped()
    const errors = fakeMetric('errors', () => ({ is: 'value', value: 0.001 }))
    let polls = 0
    const read: typeof errors.read = async (signal) => {
      if ((polls += 1) === 1) throw new RolloutError('timeout', { message: 'no answer' })
      return errors.read(signal)
    }
    await turns({ ...engine, metrics: [{ ...errors, read }] }, 3)
    const blocked = told.flatMap((event) => (event.type === 'blocked' ? [event.by.map(({ name }) => name)] : []))
    expect(blocked).toEqual([['turn'], []])
  })

  it('signs off for itself, and for no other', async () => {
    const { engine, writer, told } = await stepped()
    let isFirst = true
    await turns(engine, 3, async () => {
      if (isFirst) await writer.append({ type: 'attached', controller: OTHER }, ANA)
      isFirst = false
    })
    expect(kinds(told)).not.toContain('detached')
    expect(stateOf(engine).controller).toMatchObject(OTHER)
    const { engine: alone, told: heard } = await stepped()
    await turns(alone, 3)
    expect(kinds(heard).at(-1)).toBe('detached')
  })
})
