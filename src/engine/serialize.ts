/** Targets are written side by side, but the journal has one writer: its work is done one after another. */
export type Serialized = <Result>(work: () => Promise<Result>) => Promise<Result>

/** One queue: whatever is given to it begins when what came before has ended, well or not. */
export function serialize(): Serialized {
  let last: Promise<unknown> = Promise.resolve()
  return async (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** Returns a function that does this work once for everybody who asks before it begins. */
export function share<Result>(work: () => Promise<Result>, queue: Serialized): () => Promise<Result> {
  let next: Promise<Result> | undefined
  return async () => {
    next ??= queue(async () => {
      next = undefined
      return work()
    })
    return next
  }
}
