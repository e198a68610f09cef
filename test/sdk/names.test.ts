import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ownFolder } from '../helpers/folder.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell } from '../helpers/shell.ts'

const root = join(import.meta.dirname, '../..')
const PLAN = plainPlan('http://127.0.0.1:1').replace(
  '  FEATURE_X: { targets: [web] }\n',
  '  FEATURE_X: { targets: [web], description: "Reads */ interface Evil {} and search", owner: ana }\n  legacy: { targets: [web], variable: OLD_CART }\n',
)
const USE = `import { bind, isEnabled, openToggles, type ToggleName } from ${JSON.stringify(join(root, 'src/sdk/index.ts'))}
isEnabled('FEATURE_X', 'ada')
bind('OLD_CART')
openToggles().explain('anything')
const name: ToggleName = 'FEATURE_X'
`

/** What the real tsc says of an application. */
function tsc(files: Readonly<Record<string, string>>): string {
  const folder = ownFolder('rollout-types-')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2023',
      allowImportingTsExtensions: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files: Object.keys(files),
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  })
  return stdout.replaceAll(/^.*?(app\.[mc]?ts)/gm, '$1')
}

it('takes the toggles of the plan, and refuses a slip', async () => {
  const shell = fakeShell({ files: { 'rollout.yaml': PLAN, 'web.env': '' } })
  expect(await shell.run('schema', '--types')).toBe('done')
  const types = shell.printed.out
  expect(types).toBe(`// The toggles of shop. Written by: rollout schema --types
interface RolloutToggles {
  /** Reads *\\/ interface Evil {} and search · Owner: ana */
  FEATURE_X: boolean
  OLD_CART: boolean
}
`)
  expect(tsc({ 'rollout.d.ts': types, 'app.mts': USE })).toBe('')
  const slips = tsc({ 'rollout.d.ts': types, 'app.mts': `${USE}isEnabled('FEATURE_TYPO', 'ada')\nopenToggles().bind('legacy')\n` })
  expect(slips).toContain(`app.mts(6,11): error TS2345: Argument of type '"FEATURE_TYPO"' is not assignable to parameter of type`)
  expect(slips).toContain(`app.mts(7,20): error TS2345: Argument of type '"legacy"'`)
})

it('takes any name where none was written down', () => {
  expect(tsc({ 'app.mts': `${USE}isEnabled('FEATURE_TYPO', 'ada')\n` })).toBe('')
})
