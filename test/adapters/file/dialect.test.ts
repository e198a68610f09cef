import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { readWords, writeWords } from '../../../src/adapters/file/env-document.ts'
import type { Dialect } from '../../../src/adapters/file/dialect.ts'
import { openToggles } from '../../../src/sdk/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'dialect-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'web.env')
const canKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0

/** docs.docker.com: behind the first = as it is; a line that begins with # is none. kubectl takes it likewise. */
function verbatim(text: string): string | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trimStart())
  const line = lines.findLast((each) => !each.startsWith('#') && each.slice(0, each.indexOf('=')) === 'F')
  return line?.slice(line.indexOf('=') + 1)
}

/** systemd.exec(5), EnvironmentFile=: no export, no comment behind a value, a pair of quotes is taken off. */
function systemd(text: string): string | undefined {
  const line = text.split(/\r?\n/).findLast((each) => /^[ \t]*F[ \t]*=/.test(each))
  const value = line?.slice(line.indexOf('=') + 1).trim()
  return value === undefined ? undefined : (/^(["'])(.*)\1$/.exec(value)?.[2] ?? value)
}

function sourced(text: string): string | undefined {
  writeFileSync(file, text)
  const { status, stdout } = spawnSync('sh', ['-c', 'set -e; . "$0"; printf %s "$F"', file], { encoding: 'utf8' })
  return status === 0 ? stdout : undefined
}

function kubectl(text: string): string | undefined {
  writeFileSync(file, text)
  const args = ['create', 'configmap', 'words', `--from-env-file=${file}`, '--dry-run=client', '-o', 'json']
  const { data }: { readonly data: Readonly<Record<string, string>> } = JSON.parse(execFileSync('kubectl', args, { encoding: 'utf8' }))
  return data['F']
}

/** What an application reads by the SDK of what a reader that keeps quotes hands over. */
function bySdk(value: string | undefined): boolean {
  const toggles = openToggles({ env: { F: value ?? '' }, onProblem: () => undefined })
  return toggles.isEnabled('F', 'ada')
}

const READERS: readonly (readonly [Dialect, (text: string) => string | undefined])[] = [
  ['sh', sourced],
  ['dotenv', (text) => parseEnv(text)['F']],
  ['systemd', systemd],
  ['docker', verbatim],
  ['kubectl', canKubectl ? kubectl : verbatim],
]
const MARK = { identity: { name: 'shop', lineage: '1a2b' }, epoch: 7 }

describe.each(READERS)('what is written for %s', (dialect, read) => {
  it.each(['false', 'true', '0.1%', '10%;key=search', '10%;seg=a,b;hash=flagd2'])('is read as %s', (word) => {
    for (const before of ['', 'F=\n', 'A=1\nF=5%\n# rollout:3 of:cart/ab\n'])
      expect(read(writeWords(before, { F: word }, MARK, { dialect }))).toBe(word)
  })

  it.each(['F=10%\n', 'export F=10%\n', 'F="10%"\n', 'F=10% # soaking\n', 'F=10%\t\n', 'F = 10%\n', " F='10%'\n"])(
    '%j is read as it is, or refused',
    (text) => {
      let word: string | undefined
      try {
        word = readWords(text, ['F'], { dialect })['F']
      } catch {
        return expect(() => writeWords(text, { F: 'false' }, MARK, { dialect })).toThrow('F on line 1')
      }
      expect(read(text)).toBe(word)
    },
  )
})

it('what is written for anybody is read by everybody, or by the SDK of what is handed over', () => {
  for (const word of ['false', '100%;key=search', 'true']) {
    const text = writeWords('A=1\n', { F: word }, MARK)
    for (const [dialect, read] of READERS) {
      if (dialect === 'docker' || dialect === 'kubectl') expect(bySdk(read(text))).toBe(word !== 'false')
      else expect(read(text)).toBe(word)
    }
  }
})
