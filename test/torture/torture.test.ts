import { afterAll, describe, expect, it } from 'vitest'
import { SCENARIOS, SHORT } from './scenarios.ts'
import { ENV_FILE, prepared, removePrepared } from './site.ts'
import { LACKS_TRACE, pointsOf } from './strace.ts'

/* The short form; `npm run torture` strikes at every point, for hundreds of rounds. */

for (const { name, lacks } of SCENARIOS) if (lacks !== undefined) console.warn(`SKIPPED: torture ${name}, for lack of ${lacks}`)

/* A program that is absent can be installed, and CI insists on it; what the machine forbids it cannot insist on. */
const ALLOWED = SCENARIOS.filter(({ lacks }) => lacks?.startsWith('the right') !== true)

afterAll(removePrepared)

describe.concurrent('the binary under fire', () => {
  for (const { name, lacks, run } of ALLOWED) {
    it.skipIf(lacks !== undefined)(name, async () => {
      const { violations, counts } = await run(SHORT)
      expect(violations, `seed ${SHORT.seed}: npm run torture -- --only ${name} --seed ${SHORT.seed}`).toEqual([])
      // What strikes at nothing finds nothing.
      const { points = 1, missed = 0 } = counts
      expect(missed).toBeLessThan(points / 2 + 1)
    })
  }

  // A writer that is stopped while it does would keep everybody else from the file.
  it.skipIf(LACKS_TRACE !== undefined)('never holds a file open for writing that it replaces', async () => {
    const points = await pointsOf((await prepared()).started, ['advance'])
    const opened = points.filter(({ call, on }) => call.startsWith('open') && on === `/${ENV_FILE}`)
    expect(opened).not.toEqual([])
    expect(opened.filter(({ changes }) => changes)).toEqual([])
  })
})
