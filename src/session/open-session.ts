import type { Lender } from '../adapters/lender.ts'
import type { LookUp } from '../adapters/refuse-unnamed.ts'
import type { Journal } from '../core/journal/store.ts'
import type { Shell } from '../shell.ts'
import { deadlineOf } from './deadline.ts'
import type { Meant } from './meant.ts'
import { locate, type Place } from './place.ts'
import type { Everywhere, Session } from './session.ts'

/** Opens what a verb is carried out in. Each part is opened when it is asked for, and once. */
export function openSession<Options extends Everywhere>(shell: Shell, options: Options, known?: Meant): Session<Options> {
  const { out: _, ...world } = shell
  let place: Place | undefined
  let meant: Promise<Meant | undefined> | undefined = known && Promise.resolve(known)
  let journal: Promise<Journal> | undefined
  let lookUp: Promise<LookUp> | undefined
  const standingOf: LookUp = async (kind, used) => {
    // Loaded for a verb that opens adapters.
    lookUp ??= import('./standing.ts').then(({ standingIn }) => standingIn(session.place.file))
    return (await lookUp)(kind, used)
  }
  const session: Session<Options> = {
    ...world,
    options,
    // Not before it is asked for: `init` and `completion` have no use for a plan above.
    get place() {
      place ??= locate(shell, options.file)
      return place
    },
    signal: deadlineOf(shell, options.timeout),
    stopped: shell.signal,
    get lender() {
      const targetsNamed: Lender['targetsNamed'] = async () => (await import('./standing.ts')).targetsNamedIn(session.place.file)
      return { clock: shell.clock, env: shell.env, folder: session.place.folder, standingOf, targetsNamed }
    },
    isLive: shell.out.tty,
    isUnread: () => shell.out.isUnread?.() === true,
    meant: async () => {
      meant ??= import('./project.ts').then(async ({ findMeantIn }) => findMeantIn(session))
      return meant
    },
    journal: async () => {
      // Loaded for a verb that has a journal.
      journal ??= import('./project.ts').then(async ({ openJournal }) => openJournal(session))
      return journal
    },
    live: (open) => open(shell, options.json),
    reopen: (changed, there, another) => openSession({ ...shell, ...there }, { ...options, ...changed }, another),
  }
  return session
}
