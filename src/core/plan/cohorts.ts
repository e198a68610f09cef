import type { Held } from './environment.ts'
import type { Plan } from './plan.ts'
import type { Attributes } from '../toggle/segment.ts'
import { membershipAt, personOf, questionsOf } from './membership.ts'

/** Ids that are shown of those who join with a step. */
const SHOWN = 100
/** Of more toggles at once, the overlap of pairs is not counted: there are too many pairs. */
const MOST_AT_ONCE = 12

/** What a step changes for the users that were counted. */
export interface Joined {
  /** Index into the compiled steps. */
  readonly step: number
  /** Users for whom one of its toggles changes, and the first hundred of them. */
  readonly joins: number
  readonly who: readonly string[]
  /** Toggle by toggle: for how many it changes, and how many have it afterwards. */
  readonly toggles: readonly { readonly toggle: string; readonly joins: number; readonly on: number }[]
  /** Pairs of toggles that are both on for some users only: how many have both, and how many would by chance. */
  readonly overlaps: readonly { readonly toggles: readonly [string, string]; readonly both: number; readonly expected: number }[]
}

export interface CohortCount {
  add(id: string, attributes?: Attributes): void
  result(): { readonly users: number; readonly steps: readonly Joined[] }
}

/** One toggle while users are counted. Nth stage → users. */
interface Tally {
  readonly changes: number[]
  readonly on: number[]
}

/** Counts, user by user, who joins with which step ahead. A user costs one hash a toggle and a comparison a step. */
export function openCohortCount(plan: Plan, from: Held & { readonly cursor: number }): CohortCount {
  const questions = questionsOf(plan, from).filter(({ stages }) => stages.length > 1)
  const tallies = questions.map(({ stages }): Tally => ({ changes: stages.map(() => 0), on: stages.map(() => 0) }))
  const steps = new Map<number, { joins: number; who: string[]; last: number }>()
  for (const { stages } of questions) for (const { step } of stages) if (step !== undefined) steps.set(step, { joins: 0, who: [], last: 0 })
  const pairs = pairsOf(questions)
  /** Nth question → the stages at which the user at hand has it, `until` exclusive: a toggle moves one way. */
  const since = questions.map(() => 0)
  const until = questions.map(() => 0)
  let users = 0

  const has = (nth: number, stage: number): boolean => (since[nth] ?? 0) <= stage && stage < (until[nth] ?? 0)
  const change = (step: number | undefined, id: string): void => {
    const of = step === undefined ? undefined : steps.get(step)
    if (!of || of.last === users) return
    of.last = users
    of.joins += 1
    if (of.who.length < SHOWN) of.who.push(id)
  }
  return {
    add: (id, attributes) => {
      users += 1
      for (const [nth, question] of questions.entries()) {
        const person = personOf(question, id, attributes)
        const tally = tallies[nth]
        let wasOn = membershipAt(person, question.stages[0]).isOn
        since[nth] = wasOn ? 0 : Infinity
        until[nth] = Infinity
        for (const [at, stage] of question.stages.entries()) {
          const { isOn } = membershipAt(person, stage)
          if (tally && isOn) tally.on[at] = (tally.on[at] ?? 0) + 1
          if (isOn === wasOn) continue
          wasOn = isOn
          if (isOn) since[nth] = at
          else until[nth] = at
          if (tally) tally.changes[at] = (tally.changes[at] ?? 0) + 1
          change(stage.step, id)
        }
      }
      for (const { one, other, both, at } of pairs)
        for (const [nth, [first, second]] of at.entries()) if (has(one, first) && has(other, second)) both[nth] = (both[nth] ?? 0) + 1
    },
    result: () => ({
      users,
      steps: [...steps]
        .toSorted(([a], [b]) => a - b)
        .map(([step, { joins, who }]): Joined => {
          const moved = questions.flatMap(({ toggle, stages }, nth) => {
            const at = stages.findIndex((stage) => stage.step === step)
            return at === -1 ? [] : [{ toggle, joins: tallies[nth]?.changes[at] ?? 0, on: tallies[nth]?.on[at] ?? 0 }]
          })
          const overlaps = pairs.flatMap(({ one, other, both, at, steps: of }) => {
            const nth = of.indexOf(step)
            const [first, second] = at[nth] ?? []
            const [a, b] = [questions[one], questions[other]]
            if (first === undefined || second === undefined || !a || !b) return []
            const expected = users === 0 ? 0 : ((tallies[one]?.on[first] ?? 0) * (tallies[other]?.on[second] ?? 0)) / users
            return [{ toggles: [a.toggle, b.toggle] as const, both: both[nth] ?? 0, expected }]
          })
          return { step, joins, who, toggles: moved, overlaps }
        }),
    }),
  }
}

/** Two toggles that are on for some users only at the same steps. */
interface Pair {
  readonly one: number
  readonly other: number
  /** The steps at which they are, and the stage each is in then. */
  readonly steps: readonly number[]
  readonly at: readonly (readonly [number, number])[]
  readonly both: number[]
}

function pairsOf(questions: ReturnType<typeof questionsOf>): readonly Pair[] {
  const partial = questions.map(({ stages }) => stages.some(({ exposure }) => exposure > 0 && exposure < 100))
  const known = questions.flatMap((question, nth) => (partial[nth] ? [{ question, nth }] : []))
  return known.flatMap(({ question, nth: one }, from) =>
    known.slice(from + 1).flatMap(({ question: second, nth: other }): readonly Pair[] => {
      const all = [...new Set([...question.stages, ...second.stages].flatMap(({ step }) => step ?? []))].toSorted((a, b) => a - b)
      const places = all.flatMap((step) => {
        const at = [question, second].map(({ stages }) => stages.findLastIndex((stage) => (stage.step ?? -1) <= step))
        const [a = 0, b = 0] = at
        const isBoth = [question.stages[a], second.stages[b]].every((stage) => stage && stage.exposure > 0 && stage.exposure < 100)
        return isBoth ? [{ step, at: [a, b] as const }] : []
      })
      if (places.length === 0 || known.length > MOST_AT_ONCE) return []
      return [{ one, other, steps: places.map(({ step }) => step), at: places.map(({ at }) => at), both: places.map(() => 0) }]
    }),
  )
}
