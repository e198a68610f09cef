import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serve } from './shell.ts'

export interface Registry {
  readonly url: string
  readonly name: string
  readonly version: string
  /** The paths of the package's files. */
  readonly files: readonly string[]
}

interface Packed {
  readonly filename: string
  readonly name: string
  readonly version: string
  readonly files: readonly { readonly path: string }[]
}

/**
 * Serves the package of a folder on loopback as a registry of npm would: the packument (a document of all its versions)
 * and the tarball. Format: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
 */
export async function publish(root: string, scratch: string): Promise<Registry> {
  const [packed] = pack(root, scratch)
  if (packed === undefined) throw new Error('npm pack packed nothing')
  const { name, version } = packed
  const tarball = readFileSync(join(scratch, packed.filename))
  const manifest: object = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const url = await serve((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    if (path === `/${packed.filename}`) return response.end(tarball)
    if (path !== `/${name}`) return response.writeHead(404).end('{}')
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
    const dist = { tarball: `${url}/${packed.filename}`, integrity }
    return response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }))
  })
  return { url, name, version, files: packed.files.map(({ path }) => path) }
}

function pack(root: string, scratch: string): readonly Packed[] {
  const argv = ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch]
  return JSON.parse(execFileSync('npm', argv, { cwd: root, encoding: 'utf8' }))
}
