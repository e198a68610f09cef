import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROPERTIES } from './all.ts'

// The short form of `npm run fuzz`: the same properties, for a moment each.
describe.each([...new Set(PROPERTIES.map(({ area }) => area))])('%s', (area) => {
  it.each(PROPERTIES.filter((each) => each.area === area).map((each) => [each.name, each] as const))('%s', async (_, property) => {
    const ends = await property.hold()
    // A property that only ever sees one side proves nothing of the other.
    expect(Object.keys(ends)).toEqual(expect.arrayContaining([...property.ends]))
  })
})

interface Case {
  readonly area: string
  readonly property: string
  readonly input: unknown
}

const folder = join(import.meta.dirname, 'cases')
const cases = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []

it.each(cases)('the case %s stays mended', async (name) => {
  const { area, property: wanted, input } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Case
  const property = PROPERTIES.find((each) => each.area === area && each.name === wanted)
  if (!property) throw new Error(`there is no property "${wanted}" any more: give the case to another, or remove it`)
  await property.replay(JSON.stringify(input))
})
