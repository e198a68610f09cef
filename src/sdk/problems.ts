/** How many different problems are told; a file that is bad in a new way every millisecond must not fill a log. */
const LIMIT = 1000

export interface Problems {
  /** Of one subject the newest message counts as told. */
  readonly tell: (subject: string, message: string) => void
  readonly isOver: (subject: string) => void
}

/** Tells every problem once, until it is over. What the listener throws is its own affair. */
export function openProblems(listener: (message: string) => void): Problems {
  const told = new Map<string, string>()
  return {
    tell: (subject, message) => {
      if (told.get(subject) === message || (told.size >= LIMIT && !told.has(subject))) return
      told.set(subject, message)
      callListener(() => listener(message))
    },
    isOver: (subject) => void told.delete(subject),
  }
}

/** Calls an application's listener; what it throws never breaks an evaluation. */
export function callListener(work: () => void): void {
  try {
    work()
  } catch {
    // Nobody is left to tell.
  }
}
