import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commitOnBranch, type GitLoan } from '../../../src/adapters/tree/git.ts'
import { ownFolder } from '../../helpers/folder.ts'

const NAMED = { GIT_AUTHOR_NAME: 'ana', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'ana', GIT_COMMITTER_EMAIL: 'a@b' }

/** A repository with these files committed. */
function repository(...files: readonly string[]) {
  const root = ownFolder('rollout-git-')
  const env = { PATH: process.env['PATH'], ...NAMED }
  const loan: GitLoan = { env, signal: new AbortController().signal }
  const git = (...argv: readonly string[]): string => execFileSync('git', argv, { cwd: root, env, encoding: 'utf8' })
  const write = (file: string, text: string): void => writeFileSync(join(root, file), text)
  git('init', '-q', '-b', 'main')
  for (const file of files) write(file, 'before\n')
  git('add', '.')
  git('commit', '-qm', 'x')
  return { root, loan, git, write }
}

it('commits the files by their names, which are no patterns', async () => {
  const { root, loan, git, write } = repository('[id].js', 'i.js', ':q.js')
  for (const file of ['[id].js', 'i.js', ':q.js']) write(file, 'after\n')
  await commitOnBranch(root, { branch: 'other', message: 'y', files: ['[id].js', ':q.js'] }, loan)
  expect(git('show', '--name-only', '--format=%s')).toBe('y\n\n:q.js\n[id].js\n')
  expect(git('status', '--porcelain')).toBe(' M i.js\n')
})

it('is back where it was when nothing is committed, on a commit without a branch too', async () => {
  const { root, loan, git, write } = repository('a.js')
  const commit = { branch: 'other', message: 'y', files: ['a.js'] }
  write('.git/hooks/pre-commit', '#!/bin/sh\nexit 1\n')
  chmodSync(join(root, '.git/hooks/pre-commit'), 0o755)
  write('a.js', 'after\n')
  await expect(commitOnBranch(root, commit, loan)).rejects.toThrow('git does not commit it')
  expect(git('status', '--porcelain', '--branch')).toBe('## main\n M a.js\n')
  git('checkout', '-q', '--detach')
  await expect(commitOnBranch(root, commit, loan)).rejects.toThrow('git does not commit it')
  expect(git('status', '--porcelain', '--branch')).toBe('## HEAD (no branch)\n M a.js\n')
  expect(git('branch', '--list', 'other')).toBe('')
})
