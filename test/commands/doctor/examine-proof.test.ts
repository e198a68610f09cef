import { expect, it } from 'vitest'
import { examined } from '../../helpers/doctor.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { plainPlan } from '../../helpers/plans.ts'
import { fakeShell, serve } from '../../helpers/shell.ts'

/** A shop whose counters tell both groups apart, with so many requests a second, of which so many in a thousand fail. */
async function shopOf(perSecond: number, failing: number, more = '    on: toggle="on"\n    off: toggle="off"\n') {
  const clock = fakeClock()
  const began = clock.monotonic()
  const url = await serve((_, response) => {
    const total = 10_000 + ((clock.monotonic() - began) / 1000) * perSecond
    const line = (status: number, count: number): string => `http_requests_total{status="${status}",toggle="off"} ${count}\n`
    response.end(line(200, (total * (1000 - failing)) / 1000) + line(500, (total * failing) / 1000))
  })
  const plan = plainPlan(url)
    .replace('interval: 1s', 'interval: 30s')
    .replace('steps: [10%, 100%]', 'steps: [10%, 50%, 100%]')
    .replace('    success:', `${more}    success:`)
  return fakeShell({ clock, files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
}

it('warns of a proof that takes longer than the step may, and says what is enough', async () => {
  const { outcome, of } = await examined(await shopOf(1, 0))
  expect(outcome).toBe('done')
  expect(of('proof of core')).toEqual([
    {
      what: 'proof of core',
      level: 'warning',
      text: expect.stringMatching(
        /^at 1 requests\/s, 0% of them failed \(error_rate\), ruling out 1\.5× as bad at 50% takes about \S+; in the 4h until it pauses and asks nothing can be; where 0\.5 points more are no harm, evidence: \{ negligible: 0\.5% \} under error_rate is enough$/,
      ),
    },
  ])
})

it('says how long the proof takes where there is time for it', async () => {
  const { of } = await examined(await shopOf(100, 5))
  expect(of('proof of core')).toMatchObject([{ level: 'ok', text: expect.stringMatching(/takes about \d+m$/) }])
})

it('says nothing of a plan that compares nothing', async () => {
  const { of } = await examined(await shopOf(100, 5, ''))
  expect(of('proof of core')).toEqual([])
})
