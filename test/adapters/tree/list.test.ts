import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { attributedTo, listTree } from '../../../src/adapters/tree/list.ts'
import { ownFolder } from '../../helpers/folder.ts'

const LOAN = { env: { PATH: process.env['PATH'] }, signal: new AbortController().signal }

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = ownFolder('rollout-tree-')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const FILES = {
  '.gitignore': 'build/\n*.log\n!keep.log\n',
  'a.ts': '',
  'build/a.js': '',
  'x.log': '',
  'keep.log': '',
  'web/.gitignore': '/local.ts\n!back.log\n',
  'web/back.log': '',
  'web/local.ts': '',
  'web/deep/local.ts': '',
  'node_modules/a/index.js': '',
}
const SEEN = ['.gitignore', 'a.ts', 'keep.log', 'web/.gitignore', 'web/back.log', 'web/deep/local.ts']

it('lists a repository as git sees it, from wherever in it', async () => {
  const folder = folderWith({ ...FILES, '.gitignore': `${FILES['.gitignore']}node_modules\n`, 'é "x".ts': '' })
  execFileSync('git', ['init', '-q'], { cwd: folder })
  execFileSync('git', ['add', 'a.ts'], { cwd: folder })
  execFileSync('git', ['remote', 'add', 'origin', 'git@github.com:a/b.git'], { cwd: folder })
  const { root, paths, git } = await listTree(join(folder, 'web'), LOAN)
  expect(root).toBe(folder)
  expect(paths.toSorted()).toEqual([...SEEN, 'é "x".ts'])
  expect(git).toEqual({ remote: 'git@github.com:a/b.git' })
})

it('goes by the .gitignore files where there is no repository, or no git, and follows no link', async () => {
  const folder = folderWith(FILES)
  symlinkSync('/etc', join(folder, 'etc'))
  symlinkSync('..', join(folder, 'web/up'))
  for (const env of [LOAN.env, {}]) expect(await listTree(folder, { ...LOAN, env })).toEqual({ root: folder, paths: SEEN })
})

it('asks git what .gitattributes calls generated', async () => {
  const folder = folderWith({ '.gitattributes': '*.pb.ts linguist-generated\nlib/** linguist-vendored=true\na.ts -linguist-generated\n' })
  execFileSync('git', ['init', '-q'], { cwd: folder })
  expect(await attributedTo(folder, ['a.ts', 'x.pb.ts', 'lib/a.js', 'é.pb.ts'], LOAN)).toEqual(new Set(['x.pb.ts', 'lib/a.js', 'é.pb.ts']))
})
