import type { LastUse } from '../judge/answers.ts'
import type { State } from '../journal/state.ts'
import type { Plan } from '../plan/plan.ts'
import type { Step } from '../plan/steps.ts'
import { defined } from '../values/defined.ts'
import { formatDuration, formatInstant, type Duration, type Instant } from '../values/units.ts'
import { commandFor, type ToDo } from './approval.ts'
import type { Destination } from './destination.ts'
import type { Gate } from './gates.ts'

/** Returns the toggles whose use the step to `destination` waits for: those it takes away, where it says for how long. */
export function takenAway({ exposures }: Pick<State, 'exposures'>, next: Step, { exposures: then }: Destination): readonly string[] {
  return next.unused === undefined ? [] : next.moves.filter((name) => then[name] !== exposures[name])
}

/** Returns a gate for each toggle that the next step takes from its last users: open once nobody was answered by it for so long. */
export function unusedGates(state: State, next: Step, destination: Destination, now: Instant): readonly Gate[] {
  const { unused = 0 } = next
  const { answers } = state.watch ?? {}
  return takenAway(state, next, destination).map((name) =>
    gateOf(state.plan, name, answers?.toggles[name], { unused, now, at: answers?.at ?? now }),
  )
}

interface Asked {
  readonly unused: Duration
  readonly now: Instant
  /** When applications were asked. */
  readonly at: Instant
}

function gateOf(plan: Plan, name: string, use: LastUse | undefined, { unused, now, at }: Asked): Gate {
  const closed = { name: 'unused', open: false } as const
  if (!use) return { ...closed, text: `unused ${name}: not asked yet` }
  if ('unknown' in use)
    return {
      ...closed,
      text: `unused ${name}: nobody knows (${use.unknown})`,
      missing: [{ text: `applications with the SDK tell when ${name} was last asked for`, command: commandFor(plan, 'toggles --unused') }],
    }
  const quiet = Math.max(0, at - use.last)
  const text = `unused ${formatDuration(quiet)} of ${formatDuration(unused)} (${saidOf(name, use)})`
  if (quiet >= unused) return { name: 'unused', open: true, text }
  return { ...closed, text, opensIn: Math.max(0, use.last + unused - now), missing: [ownerOf(plan, name)] }
}

function saidOf(name: string, { last, isNever }: Extract<LastUse, { last: Instant }>): string {
  return isNever ? `${name} not answered on since ${formatInstant(last)}` : `${name} last answered on ${formatInstant(last)}`
}

function ownerOf({ toggles }: Plan, name: string): ToDo {
  return defined({ text: `the last users of ${name} are told, and move away`, owner: toggles[name]?.owner })
}
