import { describe, expect, it } from 'vitest'
import { BUGS } from './bugs.ts'
import { prepare } from './hunt.ts'
import { play } from './rollout.ts'

/** The short form; `npm run simulate` plays a hundred thousand. */
const ROLLOUTS = 2000
/** A bug that needs two rare faults at once shows in one of thousands. */
const MOST = 5000

describe('the engine in a world where everything goes wrong', () => {
  it(`breaks no invariant in ${ROLLOUTS} rollouts`, async () => {
    const simulation = await prepare()
    const halves = await Promise.all([simulation.play(0, ROLLOUTS / 2, 5), simulation.play(ROLLOUTS / 2, ROLLOUTS, 5, 'harsh')])
    simulation.close()
    expect(halves.flatMap(({ broken }) => broken)).toEqual([])
    expect(halves.reduce((all, { played }) => all + played, 0)).toBe(ROLLOUTS)
    // A world in which nothing ever gets anywhere would break nothing either.
    for (const { ends } of halves) for (const end of ['complete', 'rolled back', 'paused', 'running']) expect(ends[end]).toBeGreaterThan(10)
  })

  it('plays the same seed the same way', async () => {
    const [once, again] = [await play(7, { tell: true }), await play(7, { tell: true })]
    expect(again).toEqual(once)
    expect(once.story.length).toBeGreaterThan(20)
  })
})

describe('the simulation finds', () => {
  it.concurrent.each(BUGS)('$name', async (bug) => {
    const { from = 0 } = bug
    const simulation = await prepare(bug)
    const { broken, played } = await simulation.play(from, from + MOST, 1, 'harsh')
    simulation.close()
    expect(broken.length, `not found in ${played} rollouts`).toBe(1)
  })
})
