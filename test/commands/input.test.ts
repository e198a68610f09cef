import { expect, it } from 'vitest'
import { signature } from '../../src/commands/input.ts'
import { fakeShell } from '../helpers/shell.ts'

const sign = (env: Record<string, string>, options: Record<string, string> = {}) =>
  signature({ ...fakeShell(), env, user: 'ana' }, { args: [], options }).actor

it.each<readonly [env: Record<string, string>, options: Record<string, string>, actor: string]>([
  [{}, {}, 'ana'],
  [{ GITHUB_ACTOR: 'ben', GITLAB_USER_LOGIN: 'cleo' }, {}, 'ben'],
  [{ GITLAB_USER_LOGIN: 'cleo', GITHUB_ACTOR: '' }, {}, 'cleo'],
  [{ GITHUB_ACTOR: 'ben', ROLLOUT_ACTOR: 'dan' }, {}, 'dan'],
  [{ ROLLOUT_ACTOR: 'dan' }, { actor: 'eve' }, 'eve'],
  // What git or any other tool says of its user is nobody's word for who types this.
  [{ GIT_AUTHOR_NAME: 'x', GIT_COMMITTER_NAME: 'x', USER: 'x', LOGNAME: 'x', CI_COMMIT_AUTHOR: 'x' }, {}, 'ana'],
  [{ ROLLOUT_ACTOR: 'ana\n' }, {}, 'ana'],
  [{}, { actor: 'Zoë O’Hara <zoe@example.com>' }, 'Zoë O’Hara <zoe@example.com>'],
])('%j with %j is %s', (env, options, actor) => {
  expect(sign(env, options)).toBe(actor)
})

it.each(['auto', ' auto ', 'ana\nroot', 'a\u001b[31mna', 'ana\u202e', 'an\u200ba', 'ana\u0000', 'a'.repeat(201), '', '  '])(
  '%j is nobody',
  (actor) => {
    expect(() => sign({}, { actor })).toThrow(/is the program itself|cannot name an actor|nobody is named/)
  },
)
