import { expect, test } from 'vitest'
import { place } from './binary.ts'

/** Ten thousand polls a run: one run is not worth a thread, two are. */
const at = place({
  'rollout.yaml': `version: 1
name: threads
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, path: web.env } }
metrics:
  errors: { use: prometheus, url: "http://127.0.0.1:1", ratio: { bad: 'bad_total', total: 'all_total' }, critical: "> 5%" }
defaults: { metrics: [errors] }
interval: 1m
phases: [{ phase: core, toggles: [FEATURE_X], steps: [100%], hold: 7d }]
`,
})

test('plays in threads what it plays alone, and says so before the first of them is over', async () => {
  const each = ({ out }: { readonly out: string }): readonly unknown[] => JSON.parse(out).good.each
  const [alone, apart] = [await at.rollout('simulate', '--runs', '1', '--json'), await at.rollout('simulate', '--runs', '5', '--json')]
  expect([alone, apart]).toMatchObject([
    { code: 0, err: '' },
    { code: 0, err: expect.stringMatching(/^A good release: 0 of 5 runs\n/) },
  ])
  expect(each(apart)).toHaveLength(5)
  expect(each(apart)[0]).toEqual(each(alone)[0])
})

test('ends at once, with all of its threads, when it is told to', async () => {
  const running = at.launch(['simulate', '--runs', '100000'])
  await running.printed('0 of 100000 runs')
  running.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 130, out: '', err: expect.stringContaining('✗ stopped by SIGINT') })
})
