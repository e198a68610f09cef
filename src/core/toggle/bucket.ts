/*
 * Who is in the n %: flagd's `fractional`, version 2 (flagd 0.15 and later, @openfeature/flagd-core 4.x):
 * on ⇔ murmur3_x86_32(utf8(flagKey + targetingKey), seed 0) < ceil(weight · 2³² / sum of weights), unsigned.
 * MurmurHash3 is by Austin Appleby, public domain: github.com/aappleby/smhasher, MurmurHash3_x86_32.
 */

import type { Exposure } from '../values/units.ts'

/** How a flag key leaves the hash: what is hashed behind it goes on from here. */
export interface Salt {
  /** The state after the whole blocks of four bytes. */
  readonly hash: number
  /** The bytes that fill no block yet, the first one lowest. */
  readonly rest: number
  /** Bytes so far. */
  readonly length: number
}

const C1 = 0xcc9e2d51
const C2 = 0x1b873593
const UNSALTED: Salt = { hash: 0, rest: 0, length: 0 }

/** Returns the bucket of a user for one flag: a uniform number, 0 ≤ bucket < 2³². The flag key is the salt. */
export function bucketOf(flagKey: string, targetingKey: string): number {
  return hashBehind(saltOf(flagKey), targetingKey) >>> 0
}

/**
 * Buckets below this are in. Exposure has at most five decimals, so it is a whole number of 10⁻⁵ %: exact in a double.
 */
export function thresholdOf(exposure: Exposure): number {
  return Math.ceil((Math.round(exposure * 1e5) * 2 ** 32) / 1e7)
}

/** Tells whether a bucket is in: one that is in at 1 % is in at 5 %, and the newest leave first when it shrinks. */
export function isIn(exposure: Exposure, bucket: number): boolean {
  return bucket < thresholdOf(exposure)
}

/**
 * Returns MurmurHash3 x86 32 of the UTF-8 bytes, seed 0, unsigned. A lone surrogate counts as U+FFFD, as TextEncoder
 * has it.
 */
export function murmur3(text: string): number {
  return hashBehind(UNSALTED, text) >>> 0
}

/** Hashes the flag key once, so that an evaluation hashes the id alone. */
export function saltOf(flagKey: string): Salt {
  return feed(UNSALTED, flagKey)
}

/**
 * Returns the bucket as a signed 32-bit number: nothing is allocated. Key and id are encoded apart: a surrogate pair is
 * in one of them.
 */
export function hashBehind(salt: Salt, id: string): number {
  const shift = (salt.length & 3) << 3
  const whole = id.length & ~3
  let { hash, rest } = salt
  // One look at the end is cheaper than one at every block.
  let seen = 0
  for (let at = 0; at < whole; at += 4) {
    const first = id.charCodeAt(at)
    const second = id.charCodeAt(at + 1)
    const third = id.charCodeAt(at + 2)
    const fourth = id.charCodeAt(at + 3)
    seen |= first | second | third | fourth
    const four = first | (second << 8) | (third << 16) | (fourth << 24)
    hash = mix(hash, rest | (four << shift))
    // In two steps, because a shift by 32 is none.
    rest = ((four >>> 1) >>> (31 - shift)) | 0
  }
  let filled = shift
  for (let at = whole; at < id.length; at += 1) {
    const code = id.charCodeAt(at)
    seen |= code
    rest |= code << filled
    filled += 8
    if (filled < 32) continue
    hash = mix(hash, rest)
    rest = 0
    filled = 0
  }
  return seen < 0x80 ? finish(hash, rest, salt.length + id.length) : hashSlowly(salt, id)
}

/** The same for any text. */
function hashSlowly(salt: Salt, id: string): number {
  const { hash, rest, length } = feed(salt, id)
  return finish(hash, rest, length)
}

function feed(salt: Salt, text: string): Salt {
  let { hash, rest, length } = salt
  const add = (byte: number): void => {
    rest |= byte << ((length & 3) << 3)
    length += 1
    if ((length & 3) !== 0) return
    hash = mix(hash, rest)
    rest = 0
  }
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at)
    if (code < 0x80) {
      add(code)
      continue
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(at + 1)
      const paired = code <= 0xdbff && next >= 0xdc00 && next <= 0xdfff
      if (paired) at += 1
      code = paired ? 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00) : 0xfffd
    }
    if (code >= 0x10000) {
      add(0xf0 | (code >> 18))
      add(0x80 | ((code >> 12) & 63))
    } else if (code >= 0x800) add(0xe0 | (code >> 12))
    if (code >= 0x800) add(0x80 | ((code >> 6) & 63))
    else add(0xc0 | (code >> 6))
    add(0x80 | (code & 63))
  }
  return { hash, rest, length }
}

function mix(hash: number, block: number): number {
  const mixed = hash ^ scramble(block)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function scramble(block: number): number {
  const mixed = Math.imul(block, C1)
  return Math.imul((mixed << 15) | (mixed >>> 17), C2)
}

function finish(hash: number, rest: number, length: number): number {
  let mixed = hash ^ scramble(rest) ^ length
  mixed ^= mixed >>> 16
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
