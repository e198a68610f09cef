/** What a right wall clock shows at true time 0. */
export const START = 1_800_000_000_000

/** Virtual time: nothing happens but what was scheduled, one thing after another. */
export interface Timeline {
  readonly now: number
  at(delay: number, run: () => void): void
  /** Said by whatever lets a program go on: before the next event it does all that it can. */
  stir(): void
  /** Runs what is due until then. Between two events every promise that can go on has gone on. */
  run(until: number): Promise<void>
}

interface Due {
  readonly when: number
  readonly order: number
  readonly run: () => void
}

export function openTimeline(): Timeline {
  const heap: Due[] = []
  let now = 0
  let order = 0
  let isStirred = false
  return {
    get now() {
      return now
    },
    at: (delay, run) => push(heap, { when: now + Math.max(0, delay), order: (order += 1), run }),
    stir: () => {
      isStirred = true
    },
    run: async (until) => {
      // Programs that were just begun send their first request.
      if (isStirred) await idle()
      isStirred = false
      for (let due = heap[0]; due && due.when <= until; due = heap[0]) {
        pop(heap)
        now = due.when
        due.run()
        if (!isStirred) continue
        await idle()
        isStirred = false
      }
      now = until
    },
  }
}

/** No program of the simulation needs more turns than this from one reply to its next request; a real turn of the event loop is ten times dearer. */
const TURNS = 64

async function idle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve()
}

function before(a: Due | undefined, b: Due | undefined): boolean {
  if (!a || !b) return a !== undefined
  return a.when < b.when || (a.when === b.when && a.order < b.order)
}

/** A binary heap: the least is at 0, the children of n are at 2n + 1 and 2n + 2. */
function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1
  while (at > 0) {
    const up = (at - 1) >> 1
    const parent = heap[up]
    if (!parent || !before(due, parent)) break
    heap[at] = parent
    at = up
  }
  heap[at] = due
}

function pop(heap: Due[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const next = before(heap[left + 1], heap[left]) ? left + 1 : left
    const child = heap[next]
    if (!child || !before(child, last)) break
    heap[at] = child
    at = next
  }
  heap[at] = last
}
