import type { Advice, KnownId } from '../../core/ports.ts'

const OTHERWISE = "flagd's JavaScript and .NET put them into other buckets than flagd's Go, Java and Python, and than this program"
const HINT = 'make targeting keys ASCII before they reach flagd: hash or encode them'

/**
 * Returns whether all of flagd puts these users into the same buckets: its JavaScript hashes UTF-16 units and its .NET
 * ASCII, where the others hash UTF-8. Flag keys are hashed with the ids.
 */
export function adviseIds({ keys }: { readonly keys: Readonly<Record<string, string>> }, ids: readonly KnownId[]): readonly Advice[] {
  const known = [...Object.entries(keys).map(([variable, id]) => ({ id, place: `keys.${variable}` })), ...ids]
  const strange = known.filter(({ id }) => !isAscii(id))
  const [first] = strange
  if (first) {
    const text = `${strange.length} of ${known.length} known ids and keys are not ASCII (the first: ${first.place}): ${OTHERWISE}`
    return [{ level: 'warning', text, hint: HINT }]
  }
  if (ids.length > 0) return [{ level: 'ok', text: `${ids.length} known ids are ASCII: every flagd puts them into the same buckets` }]
  return [{ level: 'ok', text: `ids that are not ASCII: ${OTHERWISE}`, hint: 'rollout doctor --users ids.txt looks at yours' }]
}

function isAscii(id: string): boolean {
  for (let at = 0; at < id.length; at += 1) if (id.charCodeAt(at) > 0x7f) return false
  return true
}
