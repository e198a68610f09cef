import { expect, it } from 'vitest'
import { addressed } from '../../src/session/addressed.ts'

const VERBS = ['run', 'rollback', 'approve', 'plan']

it.each<readonly [said: string, file: string | undefined, env: string | undefined, told: string]>([
  [
    'rollout run watches; rollout rollback --all',
    undefined,
    'production',
    'rollout run -e production watches; rollout rollback -e production --all',
  ],
  ['rollout run', 'it is/here.yaml', undefined, "rollout run -f 'it is/here.yaml'"],
  ['rollout run', '$& $1', '', "rollout run -f '$& $1' -e ''"],
  ['rollout run', undefined, undefined, 'rollout run'],
  [
    'rollout approve --reason "…" -e staging; rollout run',
    undefined,
    'staging',
    'rollout approve --reason "…" -e staging; rollout run -e staging',
  ],
  ['the rollout planned, the rollout plan-b', undefined, 'staging', 'the rollout planned, the rollout plan-b'],
])('%j is typed with -f %j -e %j', (said, file, env, told) => {
  let written = ''
  const stream = { write: (text: string) => void (written += text), tty: false, color: 0 } as const
  addressed(stream, { ...(file !== undefined && { file }), ...(env !== undefined && { env }) }, VERBS).write(said)
  expect(written).toBe(told)
})
