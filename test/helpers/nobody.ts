import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from './folder.ts'
import { LIMITS } from './limits.ts'

const NOBODY = 65_534
let program: string | undefined

/** Types the built binary in a folder as another user than root; only root may. */
export async function typedByNobody(folder: string, ...argv: readonly string[]) {
  program ??= programForAnybody()
  const [node, binary] = [join(program, 'node'), join(program, 'bin/rollout.cjs')]
  const how = { cwd: folder, uid: NOBODY, gid: NOBODY, env: { PATH: process.env['PATH'] }, timeout: LIMITS.program }
  return new Promise<{ code: unknown; out: string; err: string }>((done) => {
    execFile(node, [binary, ...argv], how, (failed, out, err) => done({ code: failed?.code ?? 0, out, err }))
  })
}

/** Another user may not be allowed into the folders that this Node and this repository lie in. */
function programForAnybody(): string {
  const folder = ownFolder('rollout-node-')
  chmodSync(folder, 0o755)
  copyFileSync(process.execPath, join(folder, 'node'))
  chmodSync(join(folder, 'node'), 0o755)
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(new URL(`../../${part}`, import.meta.url), join(folder, part), { recursive: true })
  return folder
}
