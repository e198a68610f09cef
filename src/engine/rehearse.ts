import type { OpenTarget } from '../adapters/open.ts'
import type { Drift } from '../core/plan/environment.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Why } from '../core/journal/event.ts'
import type { Words } from '../core/ports.ts'
import type { Scope } from '../core/policy/destination.ts'
import type { State } from '../core/journal/state.ts'
import type { Duration } from '../core/values/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { targetDrift } from './drift.ts'
import { rollBack, type RollbackResult } from './rollback.ts'
import type { Signature, Writer } from './writer.ts'

/** How one target answered: how long its newest read took, and what went wrong with it. */
export interface TargetCheck {
  readonly target: string
  readonly took: Duration
  readonly error?: string
  /** Words it holds and should not. */
  readonly drifts: readonly Drift[]
}

export interface Rehearsed extends RollbackResult {
  /** The copy's state afterwards. */
  readonly state: State
  readonly checks: readonly TargetCheck[]
}

export interface Rehearsing {
  readonly scope: Scope
  readonly why: Why
  readonly signature: Signature
}

/**
 * Rehearses a rollback by the real engine, with `writer` on a copy of the journal. The targets are really read, as
 * often as a rollback would, and never written: what was to be written is remembered and read back as if it were there.
 */
export async function rehearse(engine: Engine, writer: Writer, { scope, why, signature }: Rehearsing): Promise<Rehearsed> {
  const checks = new Map<string, TargetCheck>()
  const targets = engine.targets.map((target) => unwritten(target, engine, stateOf({ writer }), (check) => checks.set(target.name, check)))
  const copy: Engine = { ...engine, writer, targets }
  // The controller of the real rollout is none of the copy's.
  const { before, to } = await rollBack(copy, { scope, why, signature, end: async () => true, settling: () => undefined })
  return { before, to, state: stateOf(copy), checks: [...checks.values()] }
}

function unwritten(target: OpenTarget, { clock }: Engine, held: State, keep: (check: TargetCheck) => void): OpenTarget {
  const written: Record<string, string> = {}
  return {
    ...target,
    settle: 0,
    write: async (words) => void Object.assign(written, words),
    read: async (variables, signal) => {
      const began = clock.monotonic()
      const check = { target: target.name, drifts: [] }
      try {
        const found: Words = await target.read(variables, signal)
        keep({ ...check, drifts: targetDrift(target, held, found), took: clock.monotonic() - began })
        return { ...found, ...written }
      } catch (thrown) {
        keep({ ...check, took: clock.monotonic() - began, error: messageOf(thrown) })
        throw thrown
      }
    },
  }
}
