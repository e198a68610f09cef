// Keeps the blocks of README.md that repeat the program as the program says them. `--check` changes nothing and fails when one is old.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = join(root, 'README.md')
const before = readFileSync(file, 'utf8')
const after = before.replaceAll(/(<!-- rollout (.*?) -->\n)[^]*?(<!-- end -->)/g, (_, open, argv, end) => {
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'bin/rollout.cjs'), ...argv.split(' ')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`rollout ${argv} ended with ${status}`)
  return `${open}\n\`\`\`\n${stdout.trim()}\n\`\`\`\n\n${end}`
})
if (after !== before) {
  if (process.argv.includes('--check')) {
    console.error('README.md is not what the program says: node bin/readme.mjs')
    process.exitCode = 1
  } else writeFileSync(file, after)
}
