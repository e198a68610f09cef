/*
 * Who is in the n %: flagd's `fractional`, version 2 (flagd 0.15 and later, @openfeature/flagd-core 4.x):
 * on ⇔ murmur3_x86_32(utf8(flagKey + targetingKey), seed 0) < ceil(weight · 2³² / sum of weights), unsigned.
 * MurmurHash3 is by Austin Appleby, public domain: github.com/aappleby/smhasher, MurmurHash3_x86_32.
 */

import type { Exposure } from './units.ts'

const C1 = 0xcc9e2d51
const C2 = 0x1b873593

/** The bucket of a user for one flag: a uniform number, 0 ≤ bucket < 2³². The flag key is the salt. */
export function bucketOf(flagKey: string, targetingKey: string): number {
  return murmur3(flagKey + targetingKey)
}

/** Buckets below this are in. Exposure has at most five decimals, so it is a whole number of 10⁻⁵ %: exact in a double. */
export function thresholdOf(exposure: Exposure): number {
  return Math.ceil((Math.round(exposure * 1e5) * 2 ** 32) / 1e7)
}

/** Whether a bucket is in: whoever is in at 1 % is in at 5 %, and the newest leave first when it shrinks. */
export function isIn(exposure: Exposure, bucket: number): boolean {
  return bucket < thresholdOf(exposure)
}

/** MurmurHash3 x86 32 of the UTF-8 bytes, seed 0, unsigned. A lone surrogate counts as U+FFFD, as TextEncoder has it. */
export function murmur3(text: string): number {
  let hash = 0
  let block = 0
  let length = 0
  const feed = (byte: number): void => {
    block |= byte << ((length & 3) << 3)
    length += 1
    if ((length & 3) !== 0) return
    hash ^= scramble(block)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
    block = 0
  }
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at)
    if (code < 0x80) {
      feed(code)
      continue
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(at + 1)
      const paired = code <= 0xdbff && next >= 0xdc00 && next <= 0xdfff
      if (paired) at += 1
      code = paired ? 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00) : 0xfffd
    }
    if (code >= 0x10000) {
      feed(0xf0 | (code >> 18))
      feed(0x80 | ((code >> 12) & 63))
    } else if (code >= 0x800) feed(0xe0 | (code >> 12))
    if (code >= 0x800) feed(0x80 | ((code >> 6) & 63))
    else feed(0xc0 | (code >> 6))
    feed(0x80 | (code & 63))
  }
  if ((length & 3) !== 0) hash ^= scramble(block)
  return finish(hash ^ length)
}

function scramble(block: number): number {
  const mixed = Math.imul(block, C1)
  return Math.imul((mixed << 15) | (mixed >>> 17), C2)
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
