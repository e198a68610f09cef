import { mutationsOf, type Mutation } from './mutation.ts'

const FILE = ['adapters/state/file', 'adapters/state/seal']
/** Real servers: what the suite asks of every store. */
const ALL = ['adapters/state/contract']

export const STORES: readonly Mutation[] = [
  ...mutationsOf('adapters/state/file.ts', FILE, {
    'who lost the race has appended': ["=== event.id ? 'appended' : 'taken'", "=== event.id ? 'appended' : 'appended'"],
    'an answer that was lost is a lost race': [
      "return readEvent(folder, site, event.seq)?.id === event.id ? 'appended' : 'taken'",
      "return 'taken'",
    ],
    'an event follows one that is not there': ['if (event.seq > 1) checkBefore(', 'if (event.seq > 1e9) checkBefore('],
    'the reserve is given up for every event': ['if (!isRetreating || !isFull(thrown)', 'if (!isFull(thrown)'],
    'no room is made for what a rollback writes': ["if (isRetreating && event.type === 'intended') makeRoom(folder)", ''],
    'what becomes of a rollback takes its own room': ['if (!isRetreating) keepReserve', 'keepReserve'],
    'events beyond a gap are not looked for': ['if (after === 0) checkFolder(', 'if (after > 0) checkFolder('],
    'a checkpoint of another history counts': [
      'readEvent(folder, site, checkpoint.seq)?.hash === checkpoint.hash ? checkpoint',
      'checkpoint ? checkpoint',
    ],
    'a slower command takes a checkpoint back': ['if (seq > checkpoint.seq) return', ''],
    'the temporary file of a living writer is swept': ['if (newest - since > ABANDONED) discard', 'discard'],
    'a journal whose first event is lost is none': ['return existsSync(folder) && statSync(folder).isDirectory() && ', 'return false && '],
  }),
  ...mutationsOf('adapters/state/file-lease.ts', ['adapters/state/file-lease', 'adapters/state/contract'], {
    'a lease that is renewed runs out': ['if (seen?.beat !== held.beat) seen', 'if (!seen) seen'],
    'a lease that nobody renews runs for ever': ['clock.monotonic() - seen.since < held.ttl && ', ''],
    'a short look cannot tell that a lease has run out': [' && isYoung(folder, held.ttl) ? held.lease', ' ? held.lease'],
    'a lease of the future runs for ever': ['Math.abs(age) < ttl', 'age < ttl'],
    'a lease of somebody else is taken': ['if (now && ![lease, instead]', 'if (now && now.since < 0 && ![lease, instead]'],
    'a lease of somebody else is given up': ['if (held && isSameLease(held.lease, lease)) discard', 'if (held) discard'],
  }),
  ...mutationsOf('adapters/state/chain.ts', [...FILE, ...ALL], {
    'a gap is passed over': ['if (row.seq !== next) throw damaged', 'if (row.seq < next) throw damaged'],
    'an event that follows another one is believed': [
      'if (previous !== undefined && event.previous !== previous) throw',
      "if (previous === '' && event.previous !== previous) throw",
    ],
    'a tail that was cut off is not missed': ['if (known >= next) throw', 'if (known > next + 1e9) throw'],
    'events after one that is gone are read': ["if (previous === undefined) throw damaged(site, after, 'is missing')", ''],
    'an event with another number is believed': ['!isEvent(event) || event.seq !== seq)', '!isEvent(event))'],
    'an event that was changed is believed': ['if (!isSealedAs(event, text, plan))', 'if (false)'],
    'a plan is called by the digest of another': [
      "return 'plan' in event && digestOf(event.plan, plan?.text) !== event.digest ?",
      "return 'plan' in event && digestOf(event.plan, plan?.text) === '' ?",
    ],
    'a damaged checkpoint counts': ['sum === sumOf(checkpoint)', "sum !== ''"],
    'an event may follow another one than it says': ['if (before !== previous) throw damaged', "if (before === '') throw damaged"],
    'an event may follow none': [
      "if (before === undefined) throw damaged(site, seq - 1, 'is missing')",
      'if (before === undefined) return',
    ],
    'an event that was not sealed is written': ['if (!isSealed(event)) throw', 'if (event.seq < 0) throw'],
    'a name leads to another folder': ['if (isName(name)) return name', 'if (name.length < 200) return name'],
  }),
  ...mutationsOf('adapters/state/seal.ts', FILE, {
    'the text of another event is believed': ['if (at >= 0 && event.hash === digest(', 'if (at >= 0 || event.hash === digest('],
    'what is not written as it was sealed is believed': ['  return isSealed(event, known)\n}', '  return true\n}'],
  }),
  ...mutationsOf('adapters/state/reserve.ts', FILE, {
    'a reserve is never given up': ['  rmSync(reserve, { recursive: true, force: true })\n  return true', '  return true'],
    'a disk that is nearly full has room': ['if (isFull(thrown)) return false', 'if (isFull(thrown)) return true'],
    'a disk without files left has room': ['if (files > 0 && ffree < FILES)', 'if (files < 0 && ffree < FILES)'],
  }),
  ...mutationsOf('adapters/state/watch-proof.ts', ['adapters/state/watch-proof'], {
    'who the journal names is believed': [' && proofOf(token) === controller.proof', ''],
    'a secret that others may read is believed': ['isHeld(value) && (mode & 0o077) === 0', 'isHeld(value)'],
    'a secret that another user wrote is believed': [
      'if (!held || held.owner !== (ownerOf(controller.pid) ?? uid)) return false',
      'if (!held) return false',
    ],
    'a process that took over the number of another is believed': [' && began === controller.began', ''],
  }),
  ...mutationsOf('adapters/state/break-glass.ts', ['adapters/state/break-glass', 'commands/rollback/rollback'], {
    'a damaged record is none': ['    if (isRecord(record)) return record\n', '    return isRecord(record) ? record : undefined\n'],
    'a record that cannot be read is none': [
      "if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined",
      'return undefined',
    ],
  }),
  ...mutationsOf('adapters/state/keep-record.ts', ['adapters/state/break-glass'], {
    'what could not be kept is kept': ['    return false\n', '    return true\n'],
  }),
  ...mutationsOf('adapters/state/postgres.ts', ['adapters/state/postgres', ...ALL], {
    'an event follows one that is gone': [
      'where $2::bigint = 1 or exists (select from rollout_events where rollout = $1 and seq = $2::bigint - 1 and hash = $6::text)',
      'where true or $6::text is null',
    ],
    'an acknowledged event is lost with the power': ["'synchronous_commit', 'on', true", "'synchronous_commit', 'off', true"],
    'a slower command takes a checkpoint back': ['  where rollout_checkpoints.seq <= excluded.seq`', '`'],
    'a lease of somebody else is taken': ['where not held.${RUNS} or held.lease in ($2, $4)', 'where true or held.lease in ($2, $4)'],
    'a lease that has run out is held': ['where rollout = $1 and ${RUNS}', 'where rollout = $1'],
    'a lease runs on while the clock is behind': [
      'until between clock_timestamp() and clock',
      'until >= clock_timestamp() or until > clock',
    ],
    'an answer that was lost is a lost race': ["=== id ? 'appended' : 'taken'", "=== id ? 'taken' : 'taken'"],
    'who lost the race has appended': ["=== id ? 'appended' : 'taken'", "=== id ? 'appended' : 'appended'"],
    'a checkpoint of another history counts': [
      'return kept && (await lookUp(kept.seq))?.hash === kept.hash ? kept : undefined',
      'return kept',
    ],
    'an event that another writer committed meanwhile is none': ['nth < 5; nth', 'nth < 1; nth'],
    'a lease of somebody else is given up': [
      'delete from rollout_leases where rollout = $1 and lease = $2',
      'delete from rollout_leases where rollout = $1 and $2::text is not null',
    ],
    'a tail that was cut off is not missed': ['coalesce(known.seq, 0)::text as known', 'coalesce(known.seq * 0, 0)::text as known'],
    'a journal ends with its first page': ['more: rows.length === PAGE', 'more: false'],
    'an event that is there already is waited for': ['(rows) => rows.length > 0 && wake()', '() => undefined'],
    'another start of the server is the same clock': ["domain: `${database.place} ${row?.['started'] ?? ''}`", 'domain: database.place'],
  }),
  ...mutationsOf('adapters/state/etcd.ts', ['adapters/state/etcd', ...ALL], {
    'who lost the race overwrites': ["[{ key, revision: '0' }, ...(before", '[...(before'],
    'an event follows one that was changed since': ['...(before ? [{ key: keyOf(seq - 1), revision: before.revision }] : [])', ''],
    'an answer that was lost is a lost race': ["=== id ? 'appended' : 'taken'", "=== id ? 'taken' : 'taken'"],
    'a slower command takes a checkpoint back': ["if ((parseCheckpoint(held?.value ?? '')?.seq ?? 0) > kept.seq) return", ''],
    'a lease of somebody else is taken': [
      'if (now && !isSameLease(now.lease, mine) && !isSameLease(now.lease, instead)) return now.lease',
      '',
    ],
    'a lease of somebody else is given up': ['if (now && isSameLease(now.lease, mine)) await remove', 'if (now) await remove'],
    'a checkpoint of another history counts': [
      'return kept && (await lookUp(kept.seq))?.hash === kept.hash ? kept : undefined',
      'return kept',
    ],
    'a journal ends with its first page': ['more: page?.more ?? false', 'more: false'],
    'a tail that was cut off is not missed': ["known: parseCheckpoint(kept?.kvs[0]?.value ?? '')?.seq ?? 0", 'known: 0'],
    'an event that is there already is waited for': ['found?.kvs.length === 1 && wake()', 'found?.kvs.length === 2 && wake()'],
    'a lease that is renewed runs out': [' && (await keepAlive(now.kv.lease))) return mine', ') return mine'],
    'a clock that ended goes on': ['if (kv && at !== undefined) return', 'if (kv) return'],
  }),
  ...mutationsOf('adapters/state/gateway.ts', ['adapters/state/etcd', ...ALL], {
    'a write that was refused was made': ['return answer.succeeded ?', 'return !answer.succeeded || answer.succeeded ?'],
    'a clock that has run out still tells the time': ['return Number(TTL) > 0 ?', 'return Number(TTL) > -2 ?'],
  }),
  ...mutationsOf('adapters/state/open-tls.ts', ['adapters/state/etcd'], {
    'a certificate that was renewed is not seen': ['      known = readTls(files, folder)\n', ''],
  }),
  ...mutationsOf('adapters/state/members.ts', ['adapters/state/etcd'], {
    'a page on the way ends the controller': ['status >= 500 || isKnown', 'status >= 500'],
    'a password goes over the network as it is': [
      'if (user !== undefined && !urls.every(isPrivateChannel))',
      'if (user !== undefined && urls.length > 99)',
    ],
    'only the first member is asked': ['at = (at + 1) % members.length', 'at = 0'],
    'a token that has run out is shown for ever': ['if (result.unknownToken === true) token = undefined', ''],
    'any server is an etcd': ['    if (!isKnown) throw notEtcd(FOREIGN, place)\n', ''],
    'an answer on the way ends the controller': [
      'if (!isKnown) throw notEtcd(FOREIGN',
      'if (!isKnown || success === false) throw notEtcd(FOREIGN',
    ],
    'who may not is asked to wait': ['if (code === 7 || /authentication|user name is empty/.test(text))', 'if (code === 77)'],
    'a token that a change of the users has ended is shown for ever': [' || /revision of auth store is old/.test(text)', ''],
    'who has a user may not where nobody needs one': ['{ answer: OPEN }', '{ passing: new Error(text) }'],
    'who needed no user yesterday needs none today': ['(isOpen && ', '(text.length > 99 && '],
  }),
  ...mutationsOf('adapters/state/database.ts', ['adapters/state/postgres', ...ALL], {
    'a password is sent in the clear': ["if (this.ssl || this.host.startsWith('/') || isLoopback(this.host)) return", 'return'],
    'who has gone is waited for': ["  limit.addEventListener('abort', leave)\n", ''],
    'a notice of another journal wakes': ['if (wanted === payload) heard()', 'heard()'],
    'a server that is gone ends the command': ['if (!isPassing(thrown) || (last === undefined && isRefused(thrown))) throw', 'throw'],
    'a pooler does not hear that a statement was given up': [
      'void giveUp(client).finally(() => release(true))',
      '(release(true), void giveUp(client))',
    ],
    'a standby is a plan that is wrong': ["if (state === '25006') {", "if (state === '25007') {"],
  }),
  ...mutationsOf('adapters/state/tables.ts', ['adapters/state/postgres', ...ALL], {
    'what the store refuses is no journal': ['    if (!isNoTable(thrown)) throw thrown\n    const', '    const'],
    'what a standby holds is taken for true': ["if (rows[0]?.['standby'] === 'true') throw", 'if (rows.length < 0) throw'],
    'a standby without tables holds no journals': ['? withTables(ask, ...asked) : [here]', '? withTables(ask, ...asked) : []'],
    'a table that is gone takes the journals with it': ["here['events'] && here['standby']", "here['nothing'] && here['standby']"],
  }),
  ...mutationsOf('adapters/state/postgres-address.ts', ['adapters/state/postgres'], {
    'several hosts are the name of one': ['const isSeveral = [hosts, options.get', "const isSeveral = [hosts && '', options.get"],
    'a percent sign in a password is the begin of another character': [
      "address.password = encodeURIComponent(PGPASSWORD ?? '')",
      "address.password = PGPASSWORD ?? ''",
    ],
  }),
  ...mutationsOf('adapters/state/canonical.ts', ['adapters/state/canonical', 'adapters/state/postgres'], {
    'the order of keys is part of an event': ['if (key < last) return', 'if (key < last && last === key) return'],
    'what is not there is written as nothing': ['    if (each !== undefined) text +=', '    text +='],
  }),
]
