import { chmodSync, chownSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { typedByNobody } from '../helpers/nobody.ts'
import { plainPlan } from '../helpers/plans.ts'
import { shop } from '../helpers/shell.ts'
import { place } from './binary.ts'

// Root may write anything. A new file in its place would get around the mode, where the folder may be written.
it.runIf(process.getuid?.() === 0)('a file that this user may not write stays as it is', async () => {
  const at = place({ 'rollout.yaml': plainPlan(await shop({ requests: 100, errors: 0 })), 'web.env': 'FEATURE_X=false\n' })
  const file = join(at.folder, 'web.env')
  chmodSync(at.folder, 0o777)
  chownSync(file, 65_534, 65_534)
  chmodSync(file, 0o444)
  expect(await typedByNobody(at.folder, 'start')).toMatchObject({ code: 0 })
  const { code, err } = await typedByNobody(at.folder, 'advance', '--override', 'samples,metrics', '--reason', 'a test')
  expect(err).toContain(`EACCES: permission denied, access '${file}'`)
  expect(code).toBe(10)
  expect(readFileSync(file, 'utf8')).toBe('FEATURE_X=false\n')
})
