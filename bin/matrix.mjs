// Runs the tests on every supported Node. The others come from the npm registry (package `node`).
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const failed = []
for (const major of ['20', '22', '24', '26']) {
  console.log(`\nNode ${major}`)
  const { status } = spawnSync(
    'npx',
    ['-y', '-p', `node@${major}`, 'node', 'node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit' },
  )
  if (status !== 0) failed.push(major)
}
if (failed.length > 0) {
  console.error(`failed on Node ${failed.join(', ')}`)
  process.exit(1)
}
