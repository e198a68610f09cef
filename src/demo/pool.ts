export interface PoolOptions {
  readonly size: number
  /** Milliseconds a connection is busy with one request. */
  readonly work: number
  /** Milliseconds a request waits for a connection before it gives up. */
  readonly longestWait: number
}

/** Connections that are taken and given back; who comes when all are taken waits in line. */
export function openPool({ size, work, longestWait }: PoolOptions) {
  let free = size
  const line: { readonly since: number; readonly go: (served: boolean) => void }[] = []

  const next = (): void => {
    const now = performance.now()
    for (;;) {
      const first = line.shift()
      if (!first) {
        free += 1
        return
      }
      if (now - first.since <= longestWait) {
        first.go(true)
        return
      }
      first.go(false)
    }
  }
  const work1 = async (): Promise<true> =>
    new Promise((resolve) =>
      setTimeout(() => {
        next()
        resolve(true)
      }, work),
    )
  return {
    /** True when the request was served, false when it waited too long. */
    use: async (): Promise<boolean> => {
      if (free > 0) {
        free -= 1
        return work1()
      }
      const waited = await new Promise<boolean>((resolve) => {
        const timer = Number.isFinite(longestWait) ? setTimeout(() => leave(), longestWait) : undefined
        const entry = {
          since: performance.now(),
          go: (served: boolean) => {
            clearTimeout(timer)
            resolve(served)
          },
        }
        const leave = (): void => {
          const at = line.indexOf(entry)
          if (at >= 0) line.splice(at, 1)
          resolve(false)
        }
        line.push(entry)
      })
      return waited ? work1() : false
    },
  }
}
