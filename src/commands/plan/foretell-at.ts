import { foretell, type Foretold } from '../../core/forecast/foretell.ts'
import { guaranteesOf } from '../../core/forecast/guarantee.ts'
import type { Flow } from '../../core/forecast/outlook.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Session } from '../../session/session.ts'
import { clean } from '../../views/clean.ts'
import { openWorking } from '../../views/working.ts'
import type { ValuesOf } from '../table.ts'

/** Foretells every phase of a plan at this traffic, says on a terminal how far it is, and hears whoever interrupts. */
export async function foretellAt(
  { clock, signal, env, err, options }: Session<ValuesOf<'plan'>>,
  plan: Plan,
  flows: readonly Flow[],
): Promise<readonly Foretold[]> {
  const phases = guaranteesOf(plan).map(({ phase }) => phase)
  const working = openWorking(err, env['CI'] === undefined && !options.json)
  const all = foretell(plan, phases, flows)
  try {
    for (;;) {
      const next = all.next()
      if (next.done === true) return next.value
      const { phase, plays } = next.value
      working.say(`${clean(phase)}, phase ${phases.indexOf(phase) + 1} of ${phases.length}: plays ${plays}`)
      await clock.sleep(0, signal)
    }
  } finally {
    working.end()
  }
}
