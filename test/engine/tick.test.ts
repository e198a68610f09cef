import { describe, expect, it } from 'vitest'
import type { OpenTarget } from '../../src/adapters/open.ts'
import { messageOf, RolloutError } from '../../src/core/values/errors.ts'
import type { Event } from '../../src/core/journal/event.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import { advanceNow, consider } from '../../src/engine/advance.ts'
import { byHand } from '../../src/engine/apply.ts'
import { identityOf } from '../../src/core/journal/identity.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { openObserver } from '../../src/engine/observe.ts'
import { run } from '../../src/engine/run.ts'
import { findForeignDrift } from '../../src/engine/drift.ts'
import { move } from '../../src/engine/move.ts'
import { tick } from '../../src/engine/tick.ts'
import { memoryJournal } from '../helpers/memory.ts'
import { fakeEngine, fakeMetric, fakeTarget } from '../helpers/world.ts'

const toggle = { kind: 'release', default: 0, exposure: 'users', core: false, requires: [], words: { on: 'true', off: 'false' } } as const
const PLAN: Plan = {
  version: 1,
  name: 'shop',
  toggles: { A: { ...toggle, variable: 'A', targets: ['web', 'worker'] }, B: { ...toggle, variable: 'B', targets: ['web'] } },
  targets: { web: { use: 'fake', options: {} }, worker: { use: 'fake', options: {} } },
  metrics: {
    errors: {
      use: 'fake',
      options: {},
      measures: { what: 'failures', groups: 1 },
      critical: { when: { op: '>', threshold: 0.05, unit: '%' }, for: 0 },
      warning: { when: { op: '>', threshold: 0.02, unit: '%' }, for: 0 },
      minSamples: 0,
      onNoData: 'hold',
      window: 60_000,
      maxAge: 120_000,
      timeout: 1000,
    },
  },
  phases: [
    {
      id: 'core',
      title: 'Core',
      toggles: ['A', 'B'],
      order: 'one-by-one',
      steps: [
        { to: 10, hold: 60_000 },
        { to: 100, hold: 60_000 },
      ],
      metrics: ['errors'],
      onWarning: 'pause',
      onCritical: 'rollback',
      after: 0,
      checklist: [],
      success: [],
    },
  ],
  interval: 30_000,
  patience: 300_000,
  maxUnavailable: 0,
  approvers: {},
  windows: [],
  freezes: [],
}
const LEADING = { controller: { host: 'here', pid: 1, domain: 'd', began: '1' }, alive: () => undefined }

const NO = { code: 'operator', text: 'no' } as const

const good: Reading = { is: 'value', value: 0.001 }
const bad: Reading = { is: 'value', value: 0.2 }
const none: Reading = { is: 'missing', reason: 'unreachable', detail: 'connection refused' }

async function shop({ plan = PLAN, reading = () => good }: { plan?: Plan; reading?: () => Reading } = {}) {
  const [web, worker] = [fakeTarget('web'), fakeTarget('worker')]
  const made = await fakeEngine(plan, { targets: [web, worker], metrics: [fakeMetric('errors', () => reading())] })
  return { ...made, web, worker, observer: openObserver(made.engine) }
}

function kinds(events: readonly Event[]): string[] {
  return events
    .filter(({ type }) => type !== 'observed')
    .map((event) => (event.type === 'intended' ? `${event.move}→${event.cursor}` : event.type))
}

describe('tick', () => {
  it('makes the intent durable before any target is written', async () => {
    const { engine, observer, web, journal } = await shop()
    let atWrite: string[] = []
    web.meanwhile = async () => {
      atWrite = kinds(await journal.read())
    }
    await tick(engine, observer)
    expect(atWrite).toEqual(['started', 'advance→0'])
    expect(kinds(await journal.read())).toEqual(['started', 'advance→0', 'applied', 'arrived'])
    expect([web.words, stateOf(engine).cursor]).toEqual([{ A: '10%', B: 'false' }, 0])
  })

  it('keeps the poll that it decides on before it acts, although it was not due', async () => {
    const { engine, observer, clock, told } = await shop()
    await tick(engine, observer)
    for (const passed of [35_000, 25_000]) {
      clock.advance(passed)
      await tick(engine, observer)
    }
    const kept = told.flatMap((event) => (event.type === 'observed' ? event.watch.credit : event.type === 'intended' ? event.move : []))
    expect(kept).toEqual([0, 'advance', 35_000, 60_000, 'advance'])
  })

  it('finishes what a killed controller left half applied', async () => {
    const { engine, observer, web, worker, writer } = await shop()
    await writer.append(
      { type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10, B: 0 }, why: { code: 'healthy', text: '' } },
      { actor: 'auto' },
    )
    await writer.append({ type: 'applied', intent: 2, target: 'web' }, { actor: 'auto' })
    Object.assign(web.words, { A: '10%', B: 'false' })
    const turn = await tick(engine, observer)
    expect([turn.decision.do, turn.applied, web.writes.length, worker.words['A']]).toEqual(['finish', 'arrived', 0, '10%'])
  })

  it('leaves a target alone that holds none of the moved toggles, whatever is wrong with it', async () => {
    const { engine, observer, worker } = await shop()
    await tick(engine, observer)
    const writes = worker.writes.length
    Object.assign(worker, { fail: () => 'connection refused', read: async () => Promise.reject(new Error('connection refused')) })
    // B is on web alone.
    const { applied } = await move(
      engine,
      { do: 'advance', to: { cursor: 2, exposures: { A: 10, B: 10 } }, why: { code: 'healthy', text: '' } },
      { actor: 'ana' },
    )
    expect([applied, stateOf(engine).missing, worker.writes.length]).toEqual(['arrived', [], writes])
  })

  it.each([
    ['holds what is of neither side of the step', 'worker', '40%'],
    ['has confirmed the step and holds what was before', 'web', '10%'],
  ] as const)('does not finish a step over a target that %s: it pauses', async (_, at, word) => {
    const { engine, observer, web, worker, writer, journal } = await shop()
    await tick(engine, observer)
    const why = { code: 'healthy', text: '' } as const
    await writer.append({ type: 'intended', move: 'advance', cursor: 1, exposures: { A: 100, B: 0 }, why }, { actor: 'auto' })
    await writer.append({ type: 'applied', intent: stateOf(engine).epoch, target: 'web' }, { actor: 'auto' })
    web.words['A'] = 'true'
    Object.assign(at === 'web' ? web.words : worker.words, { A: word })
    const before = [web.writes.length, worker.writes.length]
    const turn = await tick(engine, observer)
    expect(turn.decision).toEqual({
      do: 'pause',
      why: { code: 'drift', text: expect.stringContaining(`${at} holds A=${word}, which is neither`) },
    })
    // Nor does the next turn, and it says no more than once that it has paused.
    expect((await tick(engine, observer)).decision.do).toBe('hold')
    expect([web.writes.length, worker.writes.length]).toEqual(before)
    expect(kinds(await journal.read()).filter((kind) => kind === 'paused')).toHaveLength(1)
  })

  it.each([
    [
      'not written where it cannot be looked at, and named',
      9,
      ['finish', 'partial', [], { is: 'refused', error: 'cannot be read: timeout' }],
    ],
    ['written when it answers at the second look', 1, ['finish', 'arrived', [3], undefined]],
  ])('a target of a step that was left unfinished is %s: it may hold what somebody else has put there', async (_, silent, wanted) => {
    const { engine, observer, worker, web, writer } = await shop()
    const why = { code: 'healthy', text: '' } as const
    await writer.append({ type: 'paused', why: NO }, { actor: 'ana' })
    await writer.append({ type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10, B: 0 }, why }, { actor: 'auto' })
    Object.assign(web.words, { A: 'false', B: 'false' })
    Object.assign(worker.words, { A: 'false' })
    let looks = 0
    const read = worker.read.bind(worker)
    worker.read = async (...given) => ((looks += 1) <= silent ? Promise.reject(new Error('timeout')) : read(...given))
    const { decision, applied } = await tick(engine, observer)
    expect([decision.do, applied, worker.writes, stateOf(engine).intent?.targets['worker']]).toEqual(wanted)
  })

  it('finishes a retreat over whatever somebody else has put there', async () => {
    const { engine, observer, web, writer } = await shop()
    await tick(engine, observer)
    await writer.append({ type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0, B: 0 }, why: NO }, { actor: 'ana' })
    web.words['A'] = '40%'
    const { decision, applied } = await tick(engine, observer)
    expect([decision.do, applied, web.words['A']]).toEqual(['finish', 'arrived', 'false'])
  })

  it('retries a target, and goes on when it recovers', async () => {
    const { engine, observer, worker } = await shop()
    worker.fail = (attempt) => (attempt < 3 ? 'connection refused' : undefined)
    const { applied } = await tick(engine, observer)
    expect([applied, worker.writes.length]).toEqual(['arrived', 3])
  })

  it('rolls the phase back when a target cannot be applied, and names it', async () => {
    const { engine, observer, web, worker, told } = await shop()
    worker.fail = () => 'connection refused'
    expect((await tick(engine, observer)).applied).toBe('partial')
    const turn = await tick(engine, observer)
    expect([turn.decision.do, turn.decision.why.text]).toEqual(['rollback', 'worker: connection refused'])
    expect(web.words['A']).toBe('false')
    expect(byHand(engine, stateOf(engine))).toEqual([{ target: 'worker', lines: ['set A false'] }])
    expect(kinds(told)).toEqual(['advance→0', 'applied', 'refused', 'rollback→-1', 'applied', 'refused'])
  })

  it('does not repeat a refusal that is known', async () => {
    const { engine, observer, worker, told } = await shop()
    worker.fail = () => 'connection refused'
    for (let turn = 0; turn < 5; turn += 1) await tick(engine, observer)
    expect(told.filter(({ type }) => type === 'refused')).toHaveLength(2)
  })

  it('goes on without as many targets as maxUnavailable allows, and says so', async () => {
    const { engine, observer, worker } = await shop({ plan: { ...PLAN, maxUnavailable: 1 } })
    worker.fail = () => 'gone'
    expect((await tick(engine, observer)).applied).toBe('arrived')
    expect(stateOf(engine).missing).toEqual(['worker'])
  })

  it('does not count a toggle as moved that was written nowhere, and brings along what comes back', async () => {
    const { engine, observer, web, worker } = await shop({ plan: { ...PLAN, maxUnavailable: 1 } })
    worker.fail = () => 'gone'
    await tick(engine, observer)
    expect([stateOf(engine).cursor, stateOf(engine).missing]).toEqual([0, ['worker']])
    worker.fail = () => undefined
    // B is on web alone.
    const to = { cursor: 2, exposures: { A: 10, B: 10 } }
    expect(await findForeignDrift(engine, stateOf(engine), to)).toEqual({ marked: [], drifts: [], unreadable: [], unseen: [] })
    web.fail = () => 'gone'
    const { applied } = await move(engine, { do: 'advance', to, why: { code: 'healthy', text: '' } }, { actor: 'ana' })
    expect([applied, worker.words['A']]).toEqual(['partial', '10%'])
  })

  it('pauses instead of writing over a value somebody else changed', async () => {
    const { engine, observer, web, clock } = await shop()
    await tick(engine, observer)
    web.words['A'] = 'true'
    for (let poll = 0; poll < 3; poll += 1) {
      clock.advance(30_000)
      await tick(engine, observer)
    }
    expect(stateOf(engine).status).toBe('paused')
    expect(stateOf(engine).stopped?.why.text).toBe('web holds A=true instead of 10%: somebody else changed it')
    expect(web.words['A']).toBe('true')
  })

  it.each([
    ['a process that slept since its poll', { ...PLAN }, 3_600_000, 'what was measured is 1h old by now: polls again'],
    [
      'a freeze that has begun meanwhile',
      { ...PLAN, freezes: [{ name: 'sale', from: 1_800_000_001_000, to: 1_800_000_100_000 }] },
      2000,
      'freeze sale until',
    ],
  ])('does not go up on what was true before its targets were looked at: %s', async (_, plan, pause, says) => {
    const { engine, observer, web, clock } = await shop({ plan })
    const looked = {
      ...web,
      read: async (names: readonly string[], signal: AbortSignal) => (clock.advance(pause), web.read(names, signal)),
    }
    const slow = { ...engine, targets: [looked] }
    const turn = await tick(slow, observer)
    expect([turn.decision.do, turn.decision.why.text]).toEqual(['hold', expect.stringContaining(says)])
    const typed = await advanceNow(slow, observer, await consider(slow, observer), { signature: { actor: 'ana' }, overrides: [] })
    expect([typed.decision.do, stateOf(engine).intent, web.writes]).toEqual(['hold', undefined, []])
  })

  it('heals a target when a newer intent was recorded while an old one was being written', async () => {
    const { engine, observer, web, worker, writer } = await shop()
    let once = false
    web.meanwhile = async () => {
      if (once) return
      once = true
      await writer.append(
        { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0, B: 0 }, why: { code: 'operator', text: 'no' } },
        { actor: 'ben' },
      )
    }
    const { applied } = await tick(engine, observer)
    expect(applied).toBe('superseded')
    await tick(engine, observer)
    expect([web.words['A'], worker.words['A'], stateOf(engine).status]).toEqual(['false', 'false', 'rolled back'])
  })

  it('heals what it sent over something newer even when it is told to stop meanwhile', async () => {
    const stopping = new AbortController()
    const web = fakeTarget('web', { A: 'false', B: 'false' })
    const { engine, writer } = await fakeEngine(PLAN, { targets: [{ ...web, settle: 10_000 }], signal: stopping.signal })
    let once = false
    web.meanwhile = async () => {
      if (once) return
      once = true
      await writer.append({ type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0, B: 0 }, why: NO }, { actor: 'ben' })
      // As one that is stopped over a rollback, and is ended as it wakes.
      stopping.abort(new RolloutError('interrupted', { message: 'stopped by SIGINT' }))
    }
    const going = move(engine, { do: 'advance', to: { cursor: 0, exposures: { A: 10, B: 0 } }, why: NO }, { actor: 'ana' })
    await expect(going).rejects.toMatchObject({ code: 'interrupted' })
    expect([web.words['A'], web.writes]).toEqual(['false', [2, 3, 3]])
  })

  it('goes past what a journal older than its target does not know any more with a rollback, and with nothing else', async () => {
    const { engine, web, worker } = await shop()
    const lost = { epoch: 57, words: { A: '50%' } }
    for (const target of [web, worker]) Object.assign(target, { ...lost, identity: identityOf(stateOf(engine)) })
    const up = await move(engine, { do: 'advance', to: { cursor: 0, exposures: { A: 10, B: 0 } }, why: NO }, { actor: 'ana' })
    expect([up.applied, web.words['A'], worker.words['A']]).toEqual(['partial', '50%', '50%'])
    const { engine: anew, web: front, worker: back } = await shop()
    for (const target of [front, back]) Object.assign(target, { ...lost, identity: identityOf(stateOf(anew)) })
    const down = await move(anew, { do: 'rollback', to: { cursor: -1, exposures: { A: 0, B: 0 } }, why: NO }, { actor: 'ana' })
    expect([down.applied, front.words['A'], front.epoch, back.words['A']]).toEqual(['arrived', 'false', 2, 'false'])
  })

  it('a return to every default that comes late is refused where something newer is held', async () => {
    const { engine, writer, web, worker } = await shop()
    const refused: string[] = []
    let once = false
    const late: OpenTarget = {
      ...web,
      write: async (words, fence, signal) => {
        if (!once) {
          once = true
          await writer.append({ type: 'resumed' }, { actor: 'ben' })
          await writer.append({ type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10, B: 0 }, why: NO }, { actor: 'ben' })
          Object.assign(web, { epoch: 4, identity: identityOf(stateOf(engine)), words: { A: '10%', B: 'false' } })
        }
        await web.write(words, fence, signal).catch((thrown: unknown) => {
          refused.push(messageOf(thrown))
          throw thrown
        })
      },
    }
    const back = { do: 'rollback', to: { cursor: -1, exposures: { A: 0, B: 0 } }, why: NO } as const
    expect((await move({ ...engine, targets: [late, worker] }, back, { actor: 'ana' })).applied).toBe('superseded')
    expect([refused, web.writes, web.words['A']]).toEqual([['epoch 2 is older than 4'], [2, 4], '10%'])
  })

  it('reports a conflict and writes nothing when somebody else was first', async () => {
    let interfere = false
    const journal = memoryJournal((event, events) => {
      if (interfere && events.length < event.seq) events.push({ ...event, id: 'other', actor: 'ben' })
      interfere = false
    })
    const web = fakeTarget('web')
    const { engine } = await fakeEngine(PLAN, { targets: [web], journal })
    interfere = true
    const going = move(
      engine,
      { do: 'advance', to: { cursor: 0, exposures: { A: 10, B: 0 } }, why: { code: 'operator', text: '' } },
      { actor: 'ana' },
    )
    await expect(going).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('#2 intended by ben came first') })
    expect(web.writes).toEqual([])
  })
})

describe('run', () => {
  it('completes a healthy plan, one step at a time, holding each', async () => {
    const { engine, told, clock, web } = await shop()
    const began = clock.now()
    for await (const _ of run(engine, { ...LEADING }));
    expect(kinds(told).filter((kind) => kind.startsWith('advance') || kind === 'completed')).toEqual([
      'advance→0',
      'advance→1',
      'advance→2',
      'advance→3',
      'completed',
    ])
    expect(clock.now() - began).toBeGreaterThanOrEqual(4 * 60_000)
    expect([web.words, kinds(told).at(-1)]).toEqual([{ A: 'true', B: 'true' }, 'detached'])
  })

  it('rolls back and latches when a metric turns critical', async () => {
    let polls = 0
    const { engine, told, web } = await shop({ reading: () => ((polls += 1) > 5 ? bad : good) })
    for await (const _ of run(engine, { ...LEADING }));
    const state = stateOf(engine)
    expect([state.status, state.cursor, web.words['A']]).toEqual(['rolled back', -1, 'false'])
    expect(state.stopped?.why).toEqual({ code: 'critical', metric: 'errors', judge: 'threshold', text: 'errors 20% > 5%' })
    expect(kinds(told).at(-1)).toBe('detached')
  })

  it('holds without data, then pauses, and never advances', async () => {
    const { engine, told } = await shop({ reading: () => none })
    for await (const _ of run(engine, { ...LEADING, exitOnPause: true }));
    expect(kinds(told)).toEqual(['attached', 'paused', 'detached'])
    expect(stateOf(engine).stopped?.why.text).toBe('errors unreachable: connection refused')
  })

  it('keeps watching while paused, and still rolls back', async () => {
    let reading = good
    const { engine, writer, web, clock } = await shop({ reading: () => reading })
    await tick(engine, openObserver(engine))
    await writer.append({ type: 'paused', why: { code: 'operator', text: 'lunch' } }, { actor: 'ana' })
    const turns = run(engine, { ...LEADING })
    await turns.next()
    clock.advance(1000)
    reading = bad
    for await (const _ of turns);
    expect([stateOf(engine).status, web.words['A']]).toEqual(['rolled back', 'false'])
  })

  it('leaves the last poll and a clean end in the journal when interrupted', async () => {
    const stop = new AbortController()
    const { engine, told } = await shop()
    const turns = run({ ...engine, signal: stop.signal }, { ...LEADING })
    await turns.next()
    await turns.next()
    stop.abort(new Error('SIGINT'))
    await expect(turns.next()).rejects.toThrow('SIGINT')
    expect(kinds(told).at(-1)).toBe('detached')
    expect(stateOf(engine).controller).toBeUndefined()
  })
})
