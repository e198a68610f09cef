import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { plainPlan } from '../../helpers/plans.ts'
import { fakeShell } from '../../helpers/shell.ts'

const frozen = plainPlan('http://127.0.0.1:1')

async function edited(from: RegExp, to: string): Promise<string> {
  const shell = fakeShell({ files: { 'rollout.yaml': frozen, 'web.env': 'FEATURE_X=false\n' } })
  await shell.run('start')
  writeFileSync(join(shell.cwd, 'rollout.yaml'), frozen.replace(from, to))
  expect(await shell.run('plan')).toBe('done')
  return shell.printed.out
}

it('tells an edit as it is written, with phases by name and steps by number', async () => {
  expect(await edited(/hold: 1m/, 'hold: 20m')).toMatch(/\n {2}phases\.core\.steps\.1\.hold: 1m → 20m\n/)
  expect(await edited(/^phases:/m, 'windows: [{ days: Sat-Sun, from: "00:00", to: "24:00", zone: UTC }]\nphases:')).toContain(
    '\n  windows.0: nothing → Sat, Sun 00:00-24:00 UTC\n',
  )
})

it('tells what is a list or a group without a bracket', async () => {
  const said = await edited(/^targets:/m, 'approvers: { managers: [ana, ben] }\ntargets:')
  expect(said).toContain('\n  approvers.managers: nothing → ana, ben\n')
  const risk = await edited(/^targets:/m, 'risks: { slow: { text: It is slow, probability: low, impact: high } }\ntargets:')
  expect(risk).toMatch(/\n {2}risks(?:\.slow)?: nothing → (?:slow )?text It is slow, probability low, impact high\n/)
})
