import { mutationsOf, type Mutation } from './mutation.ts'

const WRITES = ['engine/deliver', 'engine/tick', 'engine/settle']
const TURNS = ['engine/run.controller', 'engine/run', 'engine/tick', 'engine/settle']

export const ENGINE: readonly Mutation[] = [
  ...mutationsOf('engine/deliver.ts', WRITES, {
    'a return of some toggles to their defaults passes a tombstone': [
      '.every(([name, exposure]) => exposures[name] === exposure)',
      '.some(([name, exposure]) => exposures[name] === exposure)',
    ],
    'a step up goes over what its journal does not know': ['...(isRetreat(state) ? unknown : [])', '...unknown'],
    'a retreat asks no target what it holds': ['isRetreat(stateOf(engine)) ? await marksOn(target, engine.signal) : []', '[]'],
    'who is overtaken writes before it has made known that it does': [
      'const failure = isOvertaken ? undefined : await attempt(engine, target, aimed, held)',
      'const failure = await attempt(engine, target, aimed, held)',
    ],
    'who is overtaken after it has sent something goes away': ['if (isOvertaken && !sent) return', 'if (isOvertaken) return'],
    'who is overtaken says that it has written': ["return isNewest ? failure : 'superseded'", 'return failure'],
    'healing is done after one write': ['if (isHealed && (hasSettled || target.settle === 0)) return', 'if (isHealed) return'],
    'who heals joins nobody': ['await shared.exclusive(async () => retryWhileUnreachable(engine, async () => join(engine, [target])))', ''],
    'what could not be healed is taken for done': ["if (status !== 'rolled back') return", 'return'],
    'a target in doubt is known by the journal': [' && !intent.doubted.includes(target.name)', ''],
    'another process trusts the journal for what a target holds': [
      '!sent && intent.seq === engine.writer.made && !intent',
      '!sent && !intent',
    ],
    'a second attempt trusts the journal for what a target holds': ['const isSure = !sent && ', 'const isSure = '],
    'what is fenced is not given the words in doubt': ['if (target.settle === 0) return undefined', ''],
    'moved words come last': [
      '[...words.filter(([variable]) => urgent.has(variable)), ...words.filter(([variable]) => !urgent.has(variable))]',
      'words',
    ],
  }),
  ...mutationsOf('engine/settle.ts', ['engine/settle', 'engine/rollback'], {
    'a settle takes back over a newer intent': ['if (now.epoch !== before.epoch) return', ''],
    'a settle believes what it knew before it waited': ['      await engine.writer.refresh()\n', ''],
    'a settle looks at once': ['      await engine.clock.sleep(wait, engine.signal)\n', ''],
    'a settle waits for the quickest target': [
      'Math.max(...unsettled.map((target) => target.settle))',
      'Math.min(...unsettled.map((target) => target.settle))',
    ],
    'what cannot be seen was not written late': ['return blind && { targets', 'return undefined && { targets'],
    'one look is enough where a target does not answer': [
      'seen.unreadable.length === 0 || look === LOOKS',
      'seen.unreadable.length === 0 || look === 1',
    ],
    'what another has confirmed is not looked at': [', ...others])]', '])]'],
    'what was resumed meanwhile goes on': ["else if (now.status === 'running') await record(engine, { type: 'paused', why })", ''],
    'a late write after a step back is only paused': [
      "(status === 'rolled back' || status === 'paused') && !intent",
      "status === 'rolled back' && !intent",
    ],
    'a step back is not settled': [
      'const isRetreat = state.stopped?.seq === state.epoch',
      "const isRetreat = state.status === 'rolled back'",
    ],
  }),
  ...mutationsOf('engine/tick.ts', ['engine/tick', 'engine/tick.obstacles', 'engine/run.controller'], {
    'one unreadable target too many is allowed': [
      'unreadable.length > state.plan.maxUnavailable',
      'unreadable.length > state.plan.maxUnavailable + 1',
    ],
    'one unreadable target too few is allowed': [
      'unreadable.length > state.plan.maxUnavailable',
      'unreadable.length >= state.plan.maxUnavailable && unreadable.length > 0',
    ],
    "somebody else's change is no obstacle": ['  if (first) {\n', '  if (first && more.length > 999) {\n'],
    'a decision is not made durable before it is acted on': [
      "if (decision.do !== 'hold' && decision.do !== 'rest') await observer.keep(isRetreating(decision) ? 'retreat' : undefined)",
      '',
    ],
    'what a way back is explained by has no room': ["observer.keep(isRetreating(decision) ? 'retreat' : undefined)", 'observer.keep()'],
    'a poll that could not be kept is passed over': ['observer.checkKept()', ''],
    'a signature that proves nothing is enough': ['if (!doubted) return undefined', 'return undefined'],
  }),
  ...mutationsOf('engine/apply.ts', ['engine/apply', ...WRITES], {
    'what another process began is written without a word': ['if (intent.seq !== engine.writer.made) await join(engine, pending)', ''],
    'an answer that was lost at first is forgotten': ['isUnheard: attempt > 1', 'isUnheard: false'],
    'a step is reached without too many targets': ["if (!canDoWithout(state.plan, intent, missing)) return 'partial'", ''],
    'what could not be looked at is written': ['if (!blind) return applyOne', 'if (!blind || blind.error !== target.name) return applyOne'],
    'what somebody else has finished is overtaken': [
      "epoch === seq && open === undefined ? 'arrived'",
      "epoch === seq && open !== undefined ? 'arrived'",
    ],
    'what was overtaken has arrived': ['if (state.intent?.seq !== intent.seq) return endOf(state, intent)', ''],
    'a rollback tries for ever': ['attempt === WRITE_ATTEMPTS || engine.clock', 'engine.clock'],
    'what somebody else has watched meanwhile is forgotten': [
      '{ plan, watch: before } = stateOf(engine)',
      '{ plan, watch: before } = state',
    ],
    'a proof from before a retreat counts after it': ['provenBy(intent.move, before)', 'before'],
  }),
  ...mutationsOf('engine/rollback.ts', ['engine/settle', 'commands/rollback/rollback', 'engine/rollback'], {
    'a second rollback looks at its own phase alone': ["scope === undefined && state.status === 'rolled back'", 'false'],
    'everything is there, from memory': [
      "return others.length > 0 || state.status !== 'rolled back' ? { ...held, others } : undefined",
      'return undefined',
    ],
    'what cannot be read holds what it should': [
      '[...drifts, ...unreadable].map(({ target }) => target)',
      'drifts.map(({ target }) => target)',
    ],
    'only what this command has written is looked at': [
      "const concerned = to ? holdersIn(before, scope ?? { is: 'phase' }) : Object.keys(intent?.targets ?? {})",
      'const concerned: readonly string[] = []',
    ],
    'a controller that is overtaken goes on': ['if (to && before.controller) await end(before.controller)', ''],
  }),
  ...mutationsOf('engine/run.ts', TURNS, {
    'it ends when it is paused, though nobody asked for that': [
      'if (exitOnPause && isPaused(state)) return state',
      'if (isPaused(state)) return state',
    ],
    'it ends over an unfinished rollback': ['|| (!state.intent && (state.status', '|| (state.seq > 0 && (state.status'],
    'a controller that stands by watches all the same': [
      'const turn = other ? standBy(other, stateOf(engine)) : await',
      'const turn = await',
    ],
    'a rollback that this controller made is not settled': [
      '        await retryWhileUnreachable(engine, async () => settle(engine, () => undefined))\n',
      '',
    ],
    'who is told to stop gives its turn up': [
      'withDeadline(engine.clock, limit, limited, turn, late)',
      'withDeadline(engine.clock, limit, engine.signal, turn, late)',
    ],
    'a turn that hangs blinds the controller': ['withDeadline(engine.clock, limit, limited, turn, late)', 'turn(limited)'],
    'a journal out of reach ends the controller': [
      "if (thrown.code !== 'unreachable' && thrown.code !== 'denied') throw thrown",
      'throw thrown',
    ],
    'a grant that is taken away for a moment ends the controller': [" && thrown.code !== 'denied') throw thrown", ') throw thrown'],
    'what a turn failed on is told to nobody': [
      'if (turn && !other) await quietly(async () => obstacles.note(ofTurns(turn), turn.blocked ?? []))',
      '',
    ],
    'targets are not looked at beside the polls': ['if (!other) inspector.begin()', ''],
    'a controller signs off for another': ['if (isMine(engine.writer.state, controller)) await', 'await'],
  }),
  ...mutationsOf('engine/join.ts', ['engine/settle', 'engine/deliver'], {
    'who goes on with the move of another leaves no trace': [
      'if (names.length > 0) await engine.writer.append',
      'if (names.length > 99) await engine.writer.append',
    ],
    'who goes on names targets that refuse older numbers': ['settle > 0 && !unsettled', '!unsettled'],
  }),
  ...mutationsOf('engine/reconsider.ts', ['engine/reconsider', 'engine/tick'], {
    'what was measured is never too old': ['if (age <= longestGap(state.plan)) return', 'if (age >= 0) return'],
    'the time of another machine is an age': ['state.watch?.domain === clock.domain ? clock', 'state.watch ? clock'],
  }),
  ...mutationsOf('engine/obstacles.ts', ['engine/obstacles'], {
    'a try that failed counts as one of ten an hour': [
      '        if (news.length > 0 && !quota.isLeft(engine.clock.monotonic())) return',
      '        if (news.length > 0 && !quota.isLeft(engine.clock.monotonic())) return\n        if (news.length > 0) quota.take(engine.clock.monotonic())',
    ],
    'what is over stays in the way': ['if (news.length === 0 && !isOver) return', 'if (news.length === 0) return'],
  }),
  ...mutationsOf('engine/drift.ts', ['engine/tick', 'engine/tick.obstacles', 'engine/inspector'], {
    'a target that cannot be read has not changed and says nothing': [
      'unreadable: [{ target: target.name, ...failureOf(thrown) }]',
      'unreadable: []',
    ],
    'what the step before went without stands in the way of the next': [
      'drifts.filter(({ target }) => !state.missing.includes(target))',
      'drifts',
    ],
    'what somebody else has changed is over where it cannot be seen': [
      "return blocked.filter(({ name, target }) => name === 'drift' && unreadable",
      "return blocked.filter(({ name, target }) => name === 'turn' && unreadable",
    ],
    'a target that the step does not concern stands in its way': [
      'unreadable.filter(({ target }) => concerned.includes(target))',
      'unreadable',
    ],
    'a change that was seen beside the polls is not looked at again': ['[...concerned, ...known]', 'concerned'],
  }),
  ...mutationsOf('engine/inspector.ts', ['engine/inspector'], {
    'one look is enough': ['if (odd.length === 0) return once', 'return once'],
    'what was found of an older step is kept': ['keyOf(stateOf(engine)) === key && isSettled', 'isSettled'],
    'it looks while a move is under way': ['if (looking || !isSettled(state)) return', 'if (looking) return'],
    'only the targets of the next step are looked at': ['new Set([...holdersOf(plan, moved), ...nextIn(state)])', 'new Set(nextIn(state))'],
    'what may be missing stands in the way': ['silent.length > state.plan.maxUnavailable ?', 'silent.length > 0 ?'],
  }),
  ...mutationsOf('engine/foreign-word.ts', ['engine/tick'], {
    'a step goes on over what somebody else has written': ['if (!first) return { unseen }', 'return { unseen }'],
    'what has confirmed may hold what was before': ['hasConfirmed || before.has(variable)', 'before.has(variable)'],
    'what cannot be looked at holds nothing of anybody else': [
      'return { target: target.name, ...failureOf(thrown) }',
      'return failureOf(thrown).error === target.name ? { target: target.name, error: target.name } : []',
    ],
    'one look is enough where a target does not answer': [
      "('error' in seen && attempt < WRITE_ATTEMPTS ?",
      "('error' in seen && attempt < 1 ?",
    ],
    'a retreat stops at what somebody else has written': [
      "if (intent?.move !== 'advance') return { unseen: [] }",
      'if (!intent) return { unseen: [] }',
    ],
  }),
  ...mutationsOf('engine/move.ts', ['engine/tick', 'engine/settle', 'engine/rollback'], {
    'a retreat of a journal that never went forward writes only what moves': [
      "const isBlind = to !== 'advance' && !state.advanced",
      'const isBlind = false',
    ],
    'what was seen to differ is not written': [
      'isBlind ? Object.keys(state.plan.targets) : others',
      'isBlind ? Object.keys(state.plan.targets) : []',
    ],
    'a rollback that is overtaken is not followed': [".applied !== 'superseded') return", ".applied !== 'arrived' || round === 1) return"],
  }),
  ...mutationsOf('engine/watch-tick.ts', ['engine/watch-tick'], {
    "the store's clock is taken for this machine's": ['at: monotonic + store.ahead', 'at: monotonic'],
    'another start of the store is the same clock': ['domain: store.domain', "domain: ''"],
  }),
  ...mutationsOf('engine/break-glass.ts', ['engine/break-glass'], {
    'a break-glass leaves no tombstone': ['epoch: TOMBSTONE, over: []', 'epoch: 1, over: []'],
    'a break-glass gives up at the first error': ['attempt === WRITE_ATTEMPTS ? undefined', 'attempt === 1 ? undefined'],
    'a break-glass takes off for the default of every toggle': [
      '{ exposures: defaultsOf(plan), baseline: defaultsOf(plan) }',
      '{ exposures: Object.fromEntries(Object.keys(plan.toggles).map((each) => [each, 0])), baseline: defaultsOf(plan) }',
    ],
    'a break-glass is said in the name of nobody': [
      "defined({ name, environment: where, lineage: '' })",
      "defined({ name, environment: undefined, lineage: '' })",
    ],
  }),
  ...mutationsOf('engine/hearing.ts', ['engine/hearing'], {
    'a break-glass is not heard': ['if (!record || !state || state.moved', 'if (record || !state || state.moved'],
    'a record that is older than the journal acts': [' || isSettled(record, state)) return []', ') return []'],
    'a record is forgotten before it is in the journal': [
      '      const heard = await writer.append(intended, record)\n      glass.discard()\n',
      '      glass.discard()\n      const heard = await writer.append(intended, record)\n',
    ],
  }),
  ...mutationsOf('engine/write-verified.ts', ['engine/write-verified', 'engine/tick'], {
    'what is wrong and was not sent is waited for': [' || !wrong.every(isSent)) throw', ') throw'],
    'what lags behind is waited for without end': ['clock.monotonic() >= until || ', ''],
    'a place that shows nothing holds what it should': [
      "(found[variable] ?? '') !== words[variable])",
      '(found[variable] ?? words[variable]) !== words[variable])',
    ],
  }),
  ...mutationsOf('engine/retry.ts', ['engine/retry', 'engine/tick'], {
    'a journal out of reach is waited for without end': [' || clock.monotonic() - began > OUTAGE) throw', ') throw'],
    'every error is waited for': ["if (!hasCode(thrown, 'unreachable') || clock", 'if (clock'],
    'every error is a lost race': [
      "if (attempt === MOST_CONFLICTS || !hasCode(thrown, 'conflict')) throw",
      'if (attempt === MOST_CONFLICTS) throw',
    ],
  }),
]
