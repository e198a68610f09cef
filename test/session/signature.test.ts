import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { signature } from '../../src/session/signature.ts'
import { fakeShell, sessionOf } from '../helpers/shell.ts'

const sign = async (env: Record<string, string>, options: Record<string, string> = {}) =>
  signature(sessionOf({ ...fakeShell(), env, user: 'ana' }, options))

it.each<readonly [env: Record<string, string>, options: Record<string, string>, actor: string, from: string]>([
  [{}, {}, 'ana', 'system'],
  [{ GITHUB_ACTOR: 'ben', GITLAB_USER_LOGIN: 'cleo' }, {}, 'ben', 'GITHUB_ACTOR'],
  [{ GITLAB_USER_LOGIN: 'cleo', GITHUB_ACTOR: '' }, {}, 'cleo', 'GITLAB_USER_LOGIN'],
  [{ GITHUB_ACTOR: 'ben', ROLLOUT_ACTOR: 'dan' }, {}, 'dan', 'ROLLOUT_ACTOR'],
  [{ ROLLOUT_ACTOR: 'dan' }, { actor: 'eve' }, 'eve', '--actor'],
  // Who presses "re-run" is not who pushed.
  [{ GITHUB_ACTOR: 'ben', GITHUB_TRIGGERING_ACTOR: 'fay' }, {}, 'fay', 'GITHUB_TRIGGERING_ACTOR'],
  // The author of a commit is nobody's word for who types this.
  [{ GIT_AUTHOR_NAME: 'x', GIT_COMMITTER_NAME: 'x', USER: 'x', LOGNAME: 'x', CI_COMMIT_AUTHOR: 'x' }, {}, 'ana', 'system'],
  [{ ROLLOUT_ACTOR: 'ana\n' }, {}, 'ana', 'ROLLOUT_ACTOR'],
  [{}, { actor: 'Zoë O’Hara <zoe@example.com>' }, 'Zoë O’Hara <zoe@example.com>', '--actor'],
])('%j with %j is %s', async (env, options, actor, actorFrom) => {
  expect(await sign(env, options)).toEqual({ actor, actorFrom })
})

it.each(['auto', ' auto ', 'ana\nroot', 'a\u001b[31mna', 'ana\u202e', 'an\u200ba', 'ana\u0000', 'a'.repeat(201), '', '  '])(
  '%j is nobody',
  async (actor) => {
    await expect(sign({}, { actor })).rejects.toThrow(/is the program itself|cannot name an actor|nobody is named/)
  },
)

it('is whom git knows, where nobody else is named', async () => {
  const shell = fakeShell({ env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1' } })
  execFileSync('git', ['init', '-q'], { cwd: shell.cwd })
  execFileSync('git', ['config', 'user.email', 'ana@example.com'], { cwd: shell.cwd })
  expect(await signature(sessionOf(shell))).toEqual({ actor: 'ana@example.com', actorFrom: 'git user.email' })
})

it('is the system where git is not there', async () => {
  const shell = fakeShell({ env: { PATH: '/nowhere' } })
  expect(await signature(sessionOf(shell))).toEqual({ actor: 'ana', actorFrom: 'system' })
})

it('a reason of a megabyte is refused, or cut for what must not fail', async () => {
  const shell = fakeShell({ env: { ROLLOUT_ACTOR: 'ana' } })
  const session = sessionOf(shell, { reason: '🦊'.repeat(500_000) })
  await expect(signature(session)).rejects.toThrow('the reason is 1000000 characters long; 2000 are kept')
  const { reason } = await signature(session, 'emergency')
  expect(reason).toBe(`${'🦊'.repeat(999)}…`)
  expect(shell.printed.err).toBe('! the reason is 1000000 characters long; 2000 are kept\n')
})

it.each<readonly [who: { readonly user?: string; readonly uid?: number; readonly actor?: string }, actor: string, said: string]>([
  [{ uid: 123_456 }, 'uid 123456', ''],
  [{}, 'nobody', ''],
  [{ user: 'ana' }, 'ana', ''],
  [{ user: 'ana', uid: 1, actor: 'auto' }, 'uid 1', '! "auto" is the program itself: it is recorded as uid 1\n'],
  [{ uid: 1, actor: 'a\u001b[31m' }, 'uid 1', '! "a\\u001b[31m" cannot name an actor: it is recorded as uid 1\n'],
])('in an emergency %j is %s', async ({ user, uid, actor: typed }, actor, said) => {
  const shell = { ...fakeShell({ env: { PATH: '/nowhere' } }), user, uid }
  const options: Record<string, string> = typed === undefined ? {} : { actor: typed }
  expect(await signature(sessionOf(shell, options), 'emergency')).toEqual({ actor, actorFrom: 'system' })
  expect(shell.printed.err).toBe(said)
  if (user === undefined) await expect(signature(sessionOf(shell, options))).rejects.toThrow('actor')
})
