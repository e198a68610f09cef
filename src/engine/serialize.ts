/** Does work one after another. Targets are written side by side, but the journal has one writer. */
export type Serialized = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Returns a queue: what is given to it begins when everything given before has ended, well or not. */
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
