import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { adviseSiblings } from '../../../src/adapters/file/env-siblings.ts'
import { examined } from '../../helpers/doctor.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { fakeShell } from '../../helpers/shell.ts'

it.each([
  ['.env', '.env.local', '.env.local'],
  ['.env', '.env.production .env.local .env.development.local', '.env.development.local, .env.local, .env.production'],
  ['.env', '.env.example .env.sample .env.old .env.rollout-backup .env.swp .envrc web.env .environment', ''],
  ['.env.production', '.env .env.local .env.development .env.production.local', '.env.local, .env.production.local'],
  ['.env.local', '.env .env.production.local', '.env.production.local'],
  ['web.env', 'web.env.local worker.env.local .env.local', 'web.env.local'],
  ['settings', 'settings.local .env.local', ''],
])('beside %s: of %s an application may read %j', (own, others, over) => {
  const folder = ownFolder('rollout-siblings-')
  for (const name of [own, ...others.split(' ')]) writeFileSync(join(folder, name), 'F=true\n')
  const said = adviseSiblings(join(folder, own)).map(({ level, text }) => `${level}: ${text}`)
  expect(said).toEqual(over === '' ? [] : [expect.stringMatching(/^warning: /)])
  if (over !== '') expect(said[0]).toContain(`warning: ${over} beside ${own}: an application that reads both`)
})

it('doctor says so, and fails for nothing of it', async () => {
  const plan = `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
targets:
  web: { use: env-file, path: .env }
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%] }
`
  const files = { 'rollout.yaml': plan, '.env': 'FEATURE_X=false\n', '.env.local': 'FEATURE_X=true\n' }
  const { of } = await examined(fakeShell({ files }))
  expect(of('target web')).toMatchObject([
    { level: 'ok', text: 'holds every toggle' },
    { level: 'warning', text: expect.stringContaining('.env.local beside .env'), hint: expect.stringContaining('path:') },
  ])
})
