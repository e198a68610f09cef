import { expect, it } from 'vitest'
import type { Event } from '../../src/core/journal/event.ts'
import { barePlan, outcomeOf, planned, type } from '../helpers/marked.ts'
import type { FakeShell } from '../helpers/shell.ts'

/** One that is complete, one that was closed at its first step, and one that has just begun. */
async function thrice(): Promise<FakeShell> {
  const shell = planned(barePlan(undefined, { steps: '[10%, 100%]' }))
  await type(shell, 'start', 'advance', 'advance', 'advance')
  shell.write('rollout.yaml', barePlan(undefined, { steps: '[10%, 100%]' }).replaceAll('FEATURE_X', 'FEATURE_Y'))
  await type(shell, 'start', 'advance', 'close --reason enough --keep', 'start')
  return shell
}

it('every rollout of a journal is listed, and can be read', async () => {
  const shell = await thrice()
  await type(shell, 'list --json')
  expect(shell.json()).toMatchObject({ rollouts: [{ name: 'shop', status: 'running' }] })
  await type(shell, 'list --all --json')
  const { rollouts } = shell.json<{ rollouts: readonly { begun?: number; status: string }[] }>()
  expect(rollouts.map(({ status }) => status)).toEqual(['running', 'closed', 'complete'])
  const [, second, first] = rollouts.map(({ begun }) => begun)
  await type(shell, 'list --all')
  expect(shell.printed.out).toMatch(
    new RegExp(`shop #${second} +CLOSED +1 of 2 +FEATURE_Y 10% .*\\n.*shop #${first} +COMPLETE +2 of 2 +FEATURE_X 100%`),
  )

  await type(shell, `history --of ${second} --json`)
  const { events } = shell.json<{ events: readonly Event[] }>()
  expect([events.at(-1)?.seq, events.at(-1)?.type, events[0]?.type]).toEqual([second, 'started', 'closed'])

  await type(shell, `report --of ${first} --json`)
  expect(shell.json()).toMatchObject({
    status: 'complete',
    reached: 2,
    exposures: { FEATURE_X: [{ value: 0 }, { value: 10 }, { value: 100 }] },
  })
  await type(shell, 'report --json')
  expect(shell.json()).toMatchObject({ status: 'running', reached: 0, events: 1 })
})

it('one that never began is told with those that did', async () => {
  const shell = await thrice()
  expect(await outcomeOf(shell, 'report --of 2')).toBe('usage')
  expect(shell.printed.err).toMatch(/no rollout of this journal began with #2\n {2}they began with #1, #\d+, #\d+/)
  expect(await outcomeOf(shell, 'history --of 1 --verify')).toBe('usage')
})
