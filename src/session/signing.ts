import { join, resolve } from 'node:path'
import { refute, sign } from '../adapters/signing.ts'
import { statementOf } from '../core/policy/statement.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Signed } from '../core/journal/event.ts'
import type { Approved, State } from '../core/journal/state.ts'
import type { Session } from './session.ts'

/** How far the time that was signed may be from that of its event: as long as a key on a token may wait for a finger, and more. */
const SKEW = 10 * 60_000

export type Approving = Pick<Approved, 'step' | 'group' | 'actor'> & { readonly key: string }

/** Signs an approval of the state as it is, to be the next event, and checks it as everybody else will. Throws `denied` when it would not count. */
export async function signed(session: Session, state: State, { key, ...approving }: Approving): Promise<Signed> {
  const file = signersOf(session, state)
  const at = session.clock.now()
  const text = statementOf(state, { ...approving, at, upon: state.hash })
  const signature = await sign(text, resolve(session.cwd, key), session)
  const wrong = await refute({ text, signature, actor: approving.actor, at }, file, session)
  if (wrong === undefined) return { at, signature }
  throw new RolloutError('denied', {
    message: `${file} does not know this as a key of ${approving.actor}: ${wrong}`,
    hint: `a line "${approving.actor} namespaces=\\"rollout\\" ssh-ed25519 AAAA…" in ${state.plan.signers ?? ''} makes it count`,
  })
}

/** Returns why the signature of an approval proves nothing; undefined when it proves what it says. */
export async function refuteApproval(session: Session, state: State, approved: Approved): Promise<string | undefined> {
  if (!approved.signed) return 'it is not signed'
  const { at, signature } = approved.signed
  if (Math.abs(at - approved.at) > SKEW) return 'it was signed at another time'
  const text = statementOf(state, { ...approved, at })
  return refute({ text, signature, actor: approved.actor, at }, signersOf(session, state), session)
}

function signersOf({ place }: Session, { plan }: State): string {
  if (plan.signers !== undefined) return join(place.folder, plan.signers)
  throw new RolloutError('usage', {
    message: 'the plan does not say whose signatures count',
    hint: 'signers: deploy/allowed_signers in rollout.yaml, then rollout plan --accept --reason "…"',
  })
}
