import type { Event } from '../../core/journal/event.ts'
import { isSameLease } from '../../core/journal/lease.ts'
import type { SharedTime } from '../../core/judge/track.ts'
import type { Checkpoint, Journal, Lease, Store } from '../../core/journal/store.ts'
import type { Duration } from '../../core/values/units.ts'
import {
  STORE_DEADLINE,
  checkBefore,
  checkEvent,
  checkName,
  damaged,
  parseCheckpoint,
  parseEvent,
  parseLease,
  readChain,
  siteAt,
  untilWoken,
  writeCheckpoint,
  writeLease,
  type Lent,
} from './chain.ts'
import { openCluster, type Cluster, type Compare, type KeyValue } from './gateway.ts'
import { writeEvent } from './seal.ts'

/** At most 1.5 MB each, which is etcd's own limit. */
const PAGE = 40

/** An event this process knows of, and the revision it was written at: events never change, so it stays true. */
interface Known {
  readonly seq: number
  readonly hash: string
  readonly revision: string
}

/**
 * Journals in etcd 3.4 or newer, through the JSON gateway that every member has on its client port. `url` names as many
 * members as are wanted and the keys' prefix: `etcd://user:password@a:2379,b:2379,c:2379/rollout`; `etcd+https:` for TLS.
 * One key an event: `/rollout/events/<name>/<number>`. A majority has every acknowledged event on its disks.
 */
export function openEtcdStore(url: string, lent: Lent, deadline = STORE_DEADLINE): Store {
  const cluster = openCluster(url, lent, deadline)
  return {
    names: async () => namesIn(cluster),
    open: async (name) => openJournal(cluster, checkName(name), lent),
  }
}

/** Jumps from journal to journal, so that the time it takes does not grow with them. '0' is the character after '/'. */
async function namesIn({ prefix, read }: Cluster): Promise<readonly string[]> {
  const names: string[] = []
  const events = `${prefix}/events`
  for (let from = `${events}/`; ;) {
    const [found] = await read([{ key: from, end: `${events}0`, limit: 1, keysOnly: true }])
    const name = found?.kvs[0]?.key.slice(events.length + 1).split('/')[0]
    if (name === undefined) return names.toSorted()
    names.push(name)
    from = `${events}/${name}0`
  }
}

function openJournal(cluster: Cluster, name: string, lent: Lent): Journal {
  const { prefix, read, write } = cluster
  const place = `${cluster.place}#${name}`
  const site = siteAt(place)
  const events = `${prefix}/events/${name}`
  const checkpoints = `${prefix}/checkpoints/${name}`
  const keyOf = (seq: number): string => `${events}/${String(seq).padStart(12, '0')}`
  let newest: Known | undefined

  const knownOf = (seq: number, kv: KeyValue | undefined): Known | undefined =>
    kv && { seq, hash: parseEvent(site, { seq, text: kv.value }).hash, revision: kv.revision }

  const lookUp = async (seq: number): Promise<Known | undefined> => {
    const [found] = await read([{ key: keyOf(seq) }])
    return knownOf(seq, found?.kvs[0])
  }

  /** The number must be free and the event before still the one that was checked. `again`: it was written anew, by a restore. */
  const attempt = async (event: Event, before: Known | undefined): Promise<'appended' | 'taken' | 'again'> => {
    const { seq, id, hash } = event
    const key = keyOf(seq)
    const compare: Compare[] = [{ key, revision: '0' }, ...(before ? [{ key: keyOf(seq - 1), revision: before.revision }] : [])]
    const answer = await write(compare, { key, value: writeEvent(event) }, [{ key }])
    if (answer.written) {
      newest = { seq, hash, revision: answer.revision }
      return 'appended'
    }
    const winner = answer.found[0]?.kvs[0]
    if (!winner) return 'again'
    // Its own id: it is the answer to an earlier attempt that was lost.
    return parseEvent(site, { seq, text: winner.value }).id === id ? 'appended' : 'taken'
  }

  const append = async (event: Event): Promise<'appended' | 'taken'> => {
    checkEvent(site, event)
    const { seq } = event
    for (let nth = 0; nth < 3; nth += 1) {
      if (newest?.seq !== seq - 1 || nth > 0) newest = seq === 1 ? undefined : await lookUp(seq - 1)
      if (seq > 1) checkBefore(site, event, newest?.hash)
      const outcome = await attempt(event, newest)
      if (outcome !== 'again') return outcome
    }
    throw damaged(site, seq, 'is neither there nor free')
  }

  const readFrom = async (after: number): Promise<readonly Event[]> => {
    let last: KeyValue | undefined
    const found = await readChain(site, after, async (from) => {
      // One transaction: the checkpoint and the events are of one moment.
      const [kept, page] = await read([{ key: checkpoints }, { key: keyOf(from), end: `${events}0`, limit: PAGE }])
      const kvs = page?.kvs ?? []
      last = kvs.at(-1) ?? last
      return {
        rows: kvs.map(({ key, value }) => ({ seq: Number(key.slice(events.length + 1)), text: value })),
        more: page?.more ?? false,
        known: parseCheckpoint(kept?.kvs[0]?.value ?? '')?.seq ?? 0,
      }
    })
    const head = found.at(-1)
    if (head && last) newest = { seq: head.seq, hash: head.hash, revision: last.revision }
    return found
  }

  const checkpoint = async (): Promise<Checkpoint | undefined> => {
    const [found] = await read([{ key: checkpoints }])
    const kept = parseCheckpoint(found?.kvs[0]?.value ?? '')
    return kept && (await lookUp(kept.seq))?.hash === kept.hash ? kept : undefined
  }

  const keep = async (kept: Checkpoint): Promise<void> => {
    const [found] = await read([{ key: checkpoints }])
    const held = found?.kvs[0]
    // A slower command must not take back what a quicker one knew: it is what a lost tail is seen by.
    if ((parseCheckpoint(held?.value ?? '')?.seq ?? 0) > kept.seq) return
    await write([{ key: checkpoints, revision: held?.revision ?? '0' }], { key: checkpoints, value: writeCheckpoint(kept) }, [])
  }

  return {
    place,
    time: async () => timeOf(cluster, `${prefix}/clocks/${name}`),
    ...leasesOf(cluster, `${prefix}/leases/${name}`),
    changed: async (after, limit, signal) =>
      untilWoken(lent, limit, signal, (wake) => {
        const stop = cluster.hear({ key: keyOf(after + 1), end: `${events}0` }, wake)
        // What was appended before it began to listen.
        read([{ key: keyOf(after + 1) }]).then(
          ([found]) => found?.kvs.length === 1 && wake(),
          () => undefined,
        )
        return stop
      }),
    // No revision is below zero: the users and the room that a write needs are looked at all the same.
    probe: async () => void (await write([{ key: keyOf(1), revision: '-1' }], { key: keyOf(1), value: '' }, [])),
    append,
    read: async (after = 0) => readFrom(after),
    checkpoint,
    keep: async (kept) => {
      try {
        await keep(kept)
      } catch {
        // It only saves time.
      }
    },
  }
}

/** Ten years: nobody keeps it alive. */
const CLOCK: Duration = 10 * 365 * 86_400_000

/** A lease is told without its parts of a second. */
const WHOLE: Duration = 1000

/**
 * etcd tells no time, but for how long a lease has run: one that nobody renews is a clock of whole seconds. An election sets
 * it back, so that it may lose time and never gains any.
 */
async function timeOf(cluster: Pick<Cluster, 'read' | 'write' | 'grant' | 'age'>, key: string): Promise<SharedTime> {
  const { read, write, grant, age } = cluster
  const [found] = await read([{ key }])
  const kv = found?.kvs[0]
  const at = kv && (await age(kv.lease))
  if (kv && at !== undefined) return { at: Math.max(0, at - WHOLE), within: WHOLE, domain: `etcd lease ${kv.lease}` }
  const lease = await grant(CLOCK)
  const { written } = await write([{ key, revision: kv?.revision ?? '0' }], { key, value: 'clock', lease }, [])
  return written ? { at: 0, domain: `etcd lease ${lease}` } : timeOf(cluster, key)
}

/** A key that ends with an etcd lease: on the cluster's clock alone, those of the controllers may differ. */
function leasesOf({ read, write, grant, keepAlive, remove }: Cluster, key: string): Pick<Journal, 'lease' | 'takeLease' | 'dropLease'> {
  const held = async (): Promise<{ readonly lease: Lease; readonly kv: KeyValue } | undefined> => {
    const [found] = await read([{ key }])
    const kv = found?.kvs[0]
    const lease = parseLease(kv?.value ?? '')
    return kv && lease && { lease, kv }
  }
  return {
    lease: async () => (await held())?.lease,
    takeLease: async (mine, ttl, instead = mine) => {
      const now = await held()
      if (now && isSameLease(now.lease, mine) && (await keepAlive(now.kv.lease))) return mine
      if (now && !isSameLease(now.lease, mine) && !isSameLease(now.lease, instead)) return now.lease
      const put = { key, value: writeLease(mine), lease: await grant(ttl) }
      const { written } = await write([{ key, revision: now?.kv.revision ?? '0' }], put, [])
      return written ? mine : ((await held())?.lease ?? mine)
    },
    dropLease: async (mine) => {
      const now = await held()
      if (now && isSameLease(now.lease, mine)) await remove({ key, revision: now.kv.revision })
    },
  }
}
