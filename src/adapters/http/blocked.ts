import { BlockList, isIP } from 'node:net'
import type { FoundAddress, Lookup } from './lookup.ts'

/**
 * Link-local addresses, where most clouds keep their metadata, and the addresses of those that keep it elsewhere
 * (Alibaba, Oracle, AWS and Google over IPv6). An IPv4 address can also be written into an IPv6 one, and a translator
 * or tunnel on the way turns it back: mapped and compatible (RFC 4291), NAT64 (RFC 6052 and 8215), 6to4 (RFC 3056).
 */
const BLOCKED = new BlockList()
for (const [network, hex, bits] of [
  ['169.254.0.0', 'a9fe:0', 16],
  ['100.100.100.200', '6464:64c8', 32],
  ['192.0.0.192', 'c000:c0', 32],
] as const) {
  BLOCKED.addSubnet(network, bits, 'ipv4')
  for (const prefix of ['::ffff:', '::', '64:ff9b::']) BLOCKED.addSubnet(`${prefix}${hex}`, 96 + bits, 'ipv6')
  BLOCKED.addSubnet(`2002:${hex}::`, 16 + bits, 'ipv6')
}
BLOCKED.addSubnet('64:ff9b:1::', 48, 'ipv6')
BLOCKED.addSubnet('fe80::', 10, 'ipv6')
BLOCKED.addAddress('fd00:ec2::254', 'ipv6')
BLOCKED.addAddress('fd20:ce::254', 'ipv6')

/** Whether a numeric address is one that `blockLinkLocal` refuses. */
export function isBlocked(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && BLOCKED.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** Whether the URL itself spells such an address: a literal is never looked up. */
export function isBlockedLiteral(url: string | URL): boolean {
  // The URL parser has turned decimal, hexadecimal and octal spellings into the usual one.
  return isBlocked(new URL(url).hostname.replaceAll(/^\[|\]$/g, ''))
}

/** Looks the name up and refuses the answer, so that what is checked is what is connected to, whatever the name says next time. */
export function guardedLookup(lookup: Lookup, block: boolean) {
  const wrapped = (hostname: string, options: object, done: FoundAddress): void => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [] : found
      if (error) return done(error, '')
      if (block && addresses.some(({ address }) => isBlocked(address)))
        return done(Object.assign(new Error('link-local addresses are blocked'), { code: 'EBLOCKED' }), '')
      if ('all' in options && options.all === true) return done(null, addresses)
      const [first] = addresses
      return first ? done(null, first.address, first.family) : done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '')
    })
  }
  return wrapped
}
