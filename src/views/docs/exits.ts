import type { Outcome } from '../../core/values/errors.ts'

/** What each exit code tells whoever is woken by it. */
export const MEANINGS: Readonly<Record<Outcome, string>> & { readonly [outcome: string]: string | undefined } = {
  done: 'done, allowed, healthy',
  bug: 'a bug of rollout: the text on stderr says what to report; nothing is lost',
  changes: 'changes are pending',
  notYet: 'not yet: held, or waiting for somebody; nothing changed',
  unhealthy: 'unhealthy, or rolled back',
  partial: 'some targets have not confirmed: type what was printed, by hand',
  usage: 'the command line is wrong',
  unreachable: 'something could not be reached; what it was stands on stderr',
  conflict: 'locked, or somebody else came first; look at the status and try again',
  denied: 'not permitted',
  config: 'the plan or the journal is broken; a rollback works all the same',
  timeout: 'not finished in time; any later command goes on from there',
  interrupted: 'interrupted; any later command goes on from there',
  terminated: 'terminated; any later command goes on from there',
}
