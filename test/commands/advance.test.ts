import { expect, it } from 'vitest'
import { fakeClock } from '../helpers/memory.ts'
import { TWO_TOGGLES } from '../helpers/plans.ts'
import { fakeShell } from '../helpers/shell.ts'

it('says that it completes, would complete, or is complete, without a cross', async () => {
  const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': TWO_TOGGLES, 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\n' } })
  const typed = async (...argv: readonly string[]): Promise<string> => {
    expect(await shell.run(...argv)).toBe('done')
    return shell.printed.out
  }
  await typed('start')
  await typed('advance')
  await typed('advance')
  expect(await typed('advance', '--dry-run')).toMatch(/^✓ would complete: /)
  expect(await typed('advance')).toMatch(/^✓ COMPLETE at 100%: /)
  expect(await typed('advance')).toMatch(/^✓ COMPLETE at 100%: /)
})
