import { describe, expect, it } from 'vitest'
import { retell, type Retold } from '../../../src/core/forecast/counterfactual.ts'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Failures, Reading } from '../../../src/core/values/reading.ts'
import { stateOf } from '../../../src/engine/engine.ts'
import { run } from '../../../src/engine/run.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan, rule } from '../../helpers/core.ts'
import { fakeEngine, fakeMetric, fakeTarget } from '../../helpers/world.ts'

const steps = [10, 50, 100].map((to) => ({ to, hold: 10 * MINUTE }))
const compared = plan({ metrics: { errors: metric({ measures: BOTH_GROUPS, minSamples: 50 }) }, phases: [phase({ steps })] })
const LEADING = { controller: { host: 'here', pid: 1, domain: 'd', began: '1' }, alive: () => undefined }

/** The journal of one rollout of the real engine under made-up traffic, as it is read back. */
async function journalOf(of: Plan, errors: number, seed: number): Promise<readonly Event[]> {
  const traffic = simulate({ name: 'test', errors: 0.005, release: { errors } }, 100, seeded(seed))
  const sums = { on: { bad: 0, total: 0 }, off: { bad: 0, total: 0 } }
  const failures = ({ bad, total }: { bad: number; total: number }): Failures => ({ bad: { all: bad }, total: { all: total } })
  const read = (): Reading => {
    const { cursor } = stateOf(made.engine)
    const poll = traffic((steps[cursor]?.to ?? 0) / 100)
    for (const side of ['on', 'off'] as const) {
      sums[side].bad += poll[side].bad
      sums[side].total += poll[side].total
    }
    const whole = { bad: { on: sums.on.bad, off: sums.off.bad }, total: { on: sums.on.total, off: sums.off.total } }
    return { is: 'ratio', ...whole, groups: { on: failures(sums.on), off: failures(sums.off) } }
  }
  const made = await fakeEngine(of, { targets: [fakeTarget('web', { A: 'false' })], metrics: [fakeMetric('errors', read)] })
  for await (const _ of run(made.engine, { ...LEADING, exitOnPause: true })) {
    // Every turn is the engine's own affair.
  }
  const events: unknown = JSON.parse(JSON.stringify(await made.journal.read()))
  return isEvents(events) ? events : []
}

function isEvents(value: unknown): value is readonly Event[] {
  return Array.isArray(value)
}

const kinds = ({ decisions }: Retold): readonly string[] => decisions.map(({ do: turning, is }) => `${turning} ${is}`)

describe('a journal', () => {
  it.each([
    ['good', 0.005, ['advance reproduced', 'advance reproduced', 'advance reproduced', 'complete reproduced']],
    ['bad', 0.04, ['advance reproduced', 'rollback reproduced']],
  ])('of a %s release comes out again, decision by decision and watch by watch', async (_, errors, decisions) => {
    const [told, ...more] = retell(await journalOf(compared, errors, 7))
    expect(more).toEqual([])
    expect(told && kinds(told)).toEqual(decisions)
    expect(told).toMatchObject({ from: 1, different: [], unkept: 0 })
    expect(told?.polls).toBeGreaterThanOrEqual(3)
  })

  it('shows where a count, or what was decided, is not what it was', async () => {
    const events = await journalOf(compared, 0.04, 7)
    const counted = events.map((event): Event => {
      if (event.type !== 'observed' || !event.polls) return event
      const each = event.polls.each.map((poll) => {
        const { errors } = poll.counted
        return errors?.is === 'ratio'
          ? { ...poll, counted: { errors: { ...errors, gained: { ...errors.gained, on: { total: 600, bad: 3 } } } } }
          : poll
      })
      return { ...event, polls: { ...event.polls, each } }
    })
    const [told] = retell(counted)
    expect(told?.different.length).toBeGreaterThan(0)
    expect(told && kinds(told)).toEqual(['advance reproduced', 'rollback different'])
    expect(told?.decisions[1]?.again?.do).toBe('advance')
    const said = events.map((event): Event => (event.type === 'intended' ? { ...event, why: { ...event.why, text: 'because' } } : event))
    expect(retell(said).flatMap(kinds)).toEqual(['advance different', 'rollback different'])
    const moved = events.map((event): Event =>
      event.type === 'intended' && event.move === 'advance' ? { ...event, exposures: { A: 20 } } : event,
    )
    expect(retell(moved).flatMap(kinds)).toEqual(['advance different', 'rollback reproduced'])
  })

  it('written before a gap was kept is judged the same', async () => {
    const events = await journalOf(compared, 0.04, 7)
    const gone = events.map((event): Event => ('watch' in event ? { ...event, watch: { ...event.watch, gap: 7 } } : event))
    expect(retell(gone)[0]?.different).toEqual([])
  })

  it('written before polls were kept is judged by its watches alone', async () => {
    const events = (await journalOf(compared, 0.04, 7)).map((event): Event => {
      if (event.type !== 'observed') return event
      const { polls: _, ...rest } = event
      return rest
    })
    const [told] = retell(events, compared)
    expect(told && kinds(told)).toEqual(['advance reproduced', 'rollback reproduced'])
    expect(told).toMatchObject({ polls: 0, different: [], parting: { because: 'not recorded' } })
    expect(told?.unkept).toBeGreaterThan(0)
  })
})

describe('another plan', () => {
  const strict = plan({
    ...compared,
    metrics: {
      errors: metric({ measures: BOTH_GROUPS, minSamples: 50, critical: { when: rule('> 0.8%'), for: 0, by: 'threshold' } }),
    },
  })
  const finer = plan({ ...compared, phases: [phase({ steps: [{ to: 1, hold: MINUTE }, ...steps] })] })
  const slower = plan({ ...compared, patience: 6 * MINUTE })

  it('is followed until it would have decided otherwise', async () => {
    const events = await journalOf(compared, 0.005, 7)
    const worse = await journalOf(compared, 0.012, 7)
    const parting = (of: Plan, from = events) => retell(from, of)[0]?.parting
    expect(parting(compared)).toBeUndefined()
    expect(parting(slower)).toBeUndefined()
    expect(parting(strict, worse)).toMatchObject({ recorded: { do: 'hold' }, other: { do: 'rollback', exposures: { A: 0 } } })
    expect(parting(strict, worse)?.beyond.exposed).toBeGreaterThan(500)
    expect(parting(finer)).toMatchObject({
      recorded: { do: 'advance', exposures: { A: 10 } },
      other: { do: 'advance', exposures: { A: 1 } },
    })
  })

  it('that lacks the step a person went to is not followed beyond it', async () => {
    const events = await journalOf(compared, 0.005, 7)
    const byHand = events.map((event): Event => (event.type === 'intended' ? { ...event, why: { code: 'operator', text: 'now' } } : event))
    const kept = byHand.filter((event) => event.type !== 'observed')
    expect(retell(kept, finer)[0]).toMatchObject({ decisions: [{ is: 'given' }, { is: 'given' }, { is: 'given' }, {}] })
    const fewer = plan({ ...compared, phases: [phase({ steps: [{ to: 20, hold: MINUTE }] })] })
    expect(retell(kept, fewer)[0]?.parting).toMatchObject({ because: 'no such step', recorded: { do: 'advance', exposures: { A: 10 } } })
  })
})
