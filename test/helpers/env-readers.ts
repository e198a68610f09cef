import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import dotenv from 'dotenv'
import type { Dialect } from '../../src/adapters/file/dialect.ts'
import { ownFolder } from './folder.ts'
import { has } from './program.ts'

/*
 * The programs that read env files, asked themselves. One word, F, is looked for: undefined where a reader does not find
 * it, or refuses the file.
 */

/** Reads each of some texts as an env file. */
type Read = (texts: readonly string[]) => Promise<readonly (string | undefined)[]>

export interface Reader {
  readonly name: string
  readonly dialect: Exclude<Dialect, 'any'>
  readonly isHere: boolean
  readonly read: Read
}

/** Programs that run side by side. */
const AT_ONCE = 4
const folder = ownFolder('rollout-readers-')
/** systemd.environment-generator(7): the only part of systemd that reads such a file without being PID 1, by the parser of EnvironmentFile=. */
const GENERATOR = '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator'
const PYTHON = 'import json, sys, dotenv; print(json.dumps([dotenv.dotenv_values(p, interpolate=False).get("F") for p in sys.argv[1:]]))'
// Not `Dotenv.load`, which leaves alone what the environment has.
const RUBY =
  'require "dotenv"; require "json"; puts JSON.dump(ARGV.map { |p| begin Dotenv::Environment.new(p, true)["F"]; rescue Dotenv::FormatError; nil end })'
const python = ['python3', '/usr/bin/python3'].find((each) => runs(each, ['-c', 'import dotenv'])) ?? 'python3'

export const READERS: readonly Reader[] = [
  { name: 'dash', dialect: 'sh', isHere: has('dash', '-n'), read: sourcedBy('dash') },
  { name: 'bash', dialect: 'sh', isHere: has('bash'), read: sourcedBy('bash') },
  { name: 'dotenv of npm', dialect: 'dotenv', isHere: true, read: async (texts) => texts.map((text) => dotenv.parse(text)['F']) },
  { name: 'node --env-file', dialect: 'dotenv', isHere: true, read: async (texts) => texts.map((text) => parseEnv(text)['F']) },
  {
    name: 'dotenv of Python, by which docker-compose 1 reads env_file',
    dialect: 'dotenv',
    isHere: runs(python, ['-c', 'import dotenv']) || has('python3-dotenv'),
    read: listedBy(python, '-c', PYTHON),
  },
  { name: 'dotenv of Ruby', dialect: 'dotenv', isHere: has('ruby', '-rdotenv'), read: listedBy('ruby', '-e', RUBY) },
  { name: 'EnvironmentFile= of systemd', dialect: 'systemd', isHere: existsSync(GENERATOR) || has(GENERATOR), read: oneByOne(bySystemd) },
  { name: '--from-env-file of kubectl', dialect: 'kubectl', isHere: has('kubectl', '--help'), read: oneByOne(byKubectl) },
  { name: '--env-file of docker, as it is documented', dialect: 'docker', isHere: true, read: async (texts) => texts.map(asDocumented) },
  ...(runs('docker', ['--version'])
    ? [{ name: '--env-file of docker', dialect: 'docker', isHere: true, read: oneByOne(byDocker) } as const]
    : []),
]

/**
 * Stands in for docker, which is 200 MB and not everywhere: docs.docker.com/reference/cli/docker/container/run/#env
 * and opts/file.go of docker/cli. What stands behind the first = is taken as it is, and a name with a blank in it, or
 * none, spoils the whole file.
 */
function asDocumented(text: string): string | undefined {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s+/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.some((line) => line.startsWith('=') || /[ \t\n\v\f\r]/.test(line.split('=')[0] ?? ''))) return undefined
  return lines.findLast((line) => line.startsWith('F='))?.slice('F='.length)
}

function runs(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function fileOf(text: string): string {
  const file = join(mkdtempSync(join(folder, 'of-')), 'web.env')
  writeFileSync(file, text)
  return file
}

async function outputOf(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string | undefined> {
  const given = { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', ...env }
  return new Promise((done) => execFile(program, args, { env: given }, (failed, stdout) => done(failed ? undefined : stdout)))
}

function oneByOne(read: (file: string) => Promise<string | undefined>): Read {
  return async (texts) => {
    const found: (string | undefined)[] = []
    for (let at = 0; at < texts.length; at += AT_ONCE)
      found.push(...(await Promise.all(texts.slice(at, at + AT_ONCE).map(async (text) => read(fileOf(text))))))
    return found
  }
}

/** A program that is given all files at once and prints a list in JSON. */
function listedBy(program: string, ...args: readonly string[]): Read {
  return async (texts) => {
    const printed = await outputOf(program, [...args, ...texts.map(fileOf)])
    const list: readonly (string | null)[] = JSON.parse(printed ?? 'no answer')
    return list.map((word) => word ?? undefined)
  }
}

function sourcedBy(shell: string): Read {
  return oneByOne(async (file) => outputOf(shell, ['-c', '. "$0"; printf %s "${F-}"', file]))
}

/** systemd takes every `.conf` of environment.d, and prints what a shell would understand. */
async function bySystemd(file: string): Promise<string | undefined> {
  const config = mkdtempSync(join(folder, 'systemd-'))
  mkdirSync(join(config, 'environment.d'))
  copyFileSync(file, join(config, 'environment.d', 'web.conf'))
  const printed = (await outputOf(GENERATOR, [], { XDG_CONFIG_HOME: config })) ?? ''
  const [, word] = /^F=(.*)$/m.exec(printed) ?? []
  return word?.replace(/^\$?(["'])(.*)\1$/, '$2')
}

async function byKubectl(file: string): Promise<string | undefined> {
  const args = ['create', 'configmap', 'words', `--from-env-file=${file}`, '--dry-run=client', '-o', 'json']
  const printed = await outputOf('kubectl', args)
  const { data }: { readonly data?: Readonly<Record<string, string>> } = JSON.parse(printed ?? '{}')
  return data?.['F']
}

/** The command line reads the file and hands the variables to a daemon: one that only listens. */
async function byDocker(file: string): Promise<string | undefined> {
  let body = ''
  const daemon = createServer((request, response) => {
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => response.writeHead(body === '' ? 200 : 201, { 'Content-Type': 'application/json' }).end('{"Id":"0"}'))
  })
  await new Promise<void>((done) => daemon.listen(0, '127.0.0.1', done))
  const address = daemon.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    await outputOf('docker', ['-H', `tcp://127.0.0.1:${port}`, 'create', '--pull=never', '--env-file', file, 'image'])
  } finally {
    daemon.closeAllConnections()
    daemon.close()
  }
  const { Env: variables }: { readonly Env?: readonly string[] } = body === '' ? {} : JSON.parse(body)
  return variables?.findLast((variable) => variable.startsWith('F='))?.slice('F='.length)
}
