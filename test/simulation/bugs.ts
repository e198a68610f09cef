/** A mistake that was made somewhere, put into the source on purpose: the simulation must find it. */
export interface Bug {
  readonly name: string
  /** The first seed that is played, 0 unless told: those before it do not show it, and take their time. */
  readonly from?: number
  /** Relative to src/. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
}

export const BUGS: readonly Bug[] = [
  {
    name: 'blind append: whoever lost the race appends all the same',
    file: 'engine/writer.ts',
    find: "        if (!isDecidedByPerson(fact) || before.length === 0 || before.some(({ type }) => type !== 'observed')) throw conflict(before)\n",
    replace: '',
  },
  {
    name: 'an ambiguous append is sent again under a new number',
    file: 'engine/writer.ts',
    find: "      while ((await journal.append(event, goal)) === 'taken') {",
    replace:
      "      const sent = async () => {\n        try {\n          return await journal.append(event, goal)\n        } catch {\n          await refresh()\n          event = seal({ ...stamped(), id: event.id })\n          return journal.append(event)\n        }\n      }\n      while ((await sent()) === 'taken') {",
  },
  {
    name: 'targets are written before the intent is durable',
    file: 'engine/move.ts',
    find: '  await intend(engine, moving, signature, overrides)\n  return finish(engine, decision, unseen)',
    replace:
      '  for (const target of engine.targets) await target.write(Object.fromEntries(Object.entries(stateOf(engine).plan.toggles).filter(([, toggle]) => toggle.targets.includes(target.name)).map(([name, toggle]) => [toggle.variable, `${moving.to.exposures[name]}%`])), { identity: { name: stateOf(engine).plan.name, lineage: stateOf(engine).lineage }, epoch: stateOf(engine).seq + 1, over: [] }, engine.signal).catch(() => undefined)\n  await intend(engine, moving, signature, overrides)\n  return finish(engine, decision, unseen)',
  },
  {
    name: 'NaN is good',
    file: 'core/judge/judge.ts',
    find: '    if (!Number.isFinite(fresh.value)) return',
    replace:
      '    if (Number.isNaN(fresh.value)) return weigh(metric, { ...track, value: 0 }, track, elapsed)\n    if (!Number.isFinite(fresh.value)) return',
  },
  {
    name: 'silence is good',
    file: 'core/judge/judge.ts',
    find: "  if (fresh.is === 'missing') return unknown(track, elapsed, fresh)",
    replace: "  if (fresh.is === 'missing') return { ...track, verdict: 'healthy', met: true }",
  },
  {
    name: 'an old sample is a fresh one',
    file: 'core/judge/fresh.ts',
    find: 'if (age > metric.maxAge)',
    replace: 'if (age > metric.maxAge * 1e9)',
  },
  {
    name: 'hold time is a difference of wall clocks',
    file: 'engine/watch-tick.ts',
    find: 'monotonic, domain: clock.domain',
    replace: "monotonic: clock.now(), domain: 'wall'",
  },
  {
    name: 'time nobody watched counts as hold time',
    file: 'core/judge/watch.ts',
    find: 'apart > longestGap(plan)',
    replace: 'apart > 1e12',
  },
  {
    name: 'monotonic clocks of two machines are compared',
    file: 'core/judge/watch.ts',
    find: 'if (domain === tick.domain) return',
    replace: 'if (domain) return',
  },
  {
    name: 'a pause is ignored',
    file: 'core/policy/decide.ts',
    find: "if (state.status !== 'running') return",
    replace: "if (state.status === 'rolled back') return",
  },
  {
    name: 'a rollback does not latch',
    file: 'core/journal/fold.ts',
    find: "const status = event.move === 'rollback' ? 'rolled back' : 'paused'",
    replace: "const status = 'running'",
  },
  {
    name: 'a rollback is done while a target is missing',
    file: 'core/journal/state.ts',
    find: "if (intent.move !== 'advance') return without.length === 0",
    replace: "if (intent.move !== 'advance') return true",
  },
  {
    name: 'a refusal counts as applied',
    file: 'core/journal/fold.ts',
    find: "return progress(state, event.intent, [event.target], defined({ is: 'refused', error: event.error, hint: event.hint }))",
    replace: "return progress(state, event.intent, [event.target], { is: 'applied' })",
  },
  {
    name: 'a late write is not healed',
    from: 150,
    file: 'engine/deliver.ts',
    find: '  if (!isNewest) await heal({ ...engine, signal: new AbortController().signal }, target, shared)\n',
    replace: '',
  },
  {
    name: 'the number of another rollout is compared with ours',
    file: 'core/journal/fence.ts',
    find: '  const held = ownMark(marks, fence)\n',
    replace: '  const held = marks.toSorted((a, b) => b.epoch - a.epoch)[0] ?? ownMark(marks, fence)\n',
  },
  {
    name: 'a write that failed is not healed',
    from: 150,
    file: 'engine/deliver.ts',
    find: '  if (!isNewest) await',
    replace: '  if (!isNewest && error === undefined) await',
  },
  {
    name: 'a rollback does not settle',
    from: 600,
    file: 'engine/settle.ts',
    find: '    if (looked.length === 0) return\n',
    replace: '    if (looked.length >= 0) return\n',
  },
  {
    name: 'every target is written at every step',
    file: 'core/policy/concerned.ts',
    find: 'unsure.has(target) ||',
    replace: 'plan.targets[target] !== undefined ||',
  },
  {
    name: 'a target that did not confirm the intent before is forgotten where no word moves',
    file: 'core/policy/concerned.ts',
    find: 'new Set([...doubted(state), ...others])',
    replace: 'new Set(others)',
  },
  {
    name: 'a target that holds its words already is not given the newer number',
    file: 'engine/deliver.ts',
    find: '  return tryWriting(target,',
    replace:
      '  const { plan, baseline } = stateOf(engine)\n  const has = environment(plan, target.name, { exposures, baseline })\n  const found = await target.read(Object.keys(has), engine.signal).catch(() => ({}))\n  if (Object.entries(has).every(([variable, word]) => found[variable] === word)) return undefined\n  return tryWriting(target,',
  },
  {
    name: 'nobody looks before a write whether the intent is still the newest',
    file: 'engine/deliver.ts',
    find: '  await refresh()\n  const state = stateOf(engine)',
    replace: '  const state = stateOf(engine)',
  },
  {
    name: 'what was written is not read back',
    file: 'engine/write-verified.ts',
    find: '    if (first === undefined) return\n',
    replace: '    if (first !== "") return\n',
  },
  {
    name: 'a step is skipped',
    file: 'core/policy/destination.ts',
    find: 'for (const step of stepsOf(plan).slice(cursor + 1)) {',
    replace: 'for (const step of stepsOf(plan).slice(cursor + 2)) {',
  },
  {
    name: 'an unfinished move is forgotten',
    file: 'core/policy/decide.ts',
    find: "  if (state.intent) return { do: 'finish', why: state.intent.why }\n  if (state.status",
    replace: '  if (state.status',
  },
  {
    name: 'the hold begins when the step is intended',
    file: 'engine/apply.ts',
    find: 'readings, watchTick(engine)',
    replace: 'readings, { ...watchTick(engine), monotonic: engine.clock.monotonic() - (engine.clock.now() - intent.at) }',
  },
  {
    name: 'a rollback that tries again goes where it wanted to go at first',
    from: 250,
    file: 'engine/rollback.ts',
    find: '    const destination = await destinationOf(engine, scope)\n',
    replace:
      '    const destination = (globalThis.__first ??= new WeakMap()).get(engine) ?? (await destinationOf(engine, scope))\n    globalThis.__first.set(engine, destination)\n',
  },
  {
    name: 'a decision stands although somebody acted since the poll',
    from: 2000,
    file: 'engine/observe.ts',
    find: '      if (live?.step === stepKey(state) && live.watch !== state.watch) await append(live.watch, goal)',
    replace:
      '      await engine.writer.refresh()\n      if (live?.step === stepKey(state) && live.watch !== state.watch) await offer(live.watch)',
  },
  {
    name: 'a partial rollback takes core toggles along',
    from: 7600,
    file: 'core/policy/destination.ts',
    find: '!plan.toggles[name]?.core)',
    replace: 'true)',
  },
  {
    name: 'approvals are not asked for',
    file: 'core/policy/gates.ts',
    find: 'const open = standing.given.length >= needed.count',
    replace: 'const open = true',
  },
  {
    name: 'an approval never expires',
    from: 1000,
    file: 'core/policy/approval.ts',
    find: 'valid.filter(({ at }) => now < at + expires)',
    replace: 'valid',
  },
  {
    name: 'a freeze is not asked for',
    file: 'core/policy/gates.ts',
    find: "gates.push({ name: 'freeze', open: false,",
    replace: "gates.push({ name: 'freeze', open: true,",
  },
  {
    name: 'a decision stands although its process was stopped since the poll',
    file: 'engine/reconsider.ts',
    find: 'if (age <= longestGap(state.plan)) return',
    replace: 'if (age >= 0) return',
  },
  {
    name: 'what was true at the poll is not asked again before the move',
    file: 'engine/tick.ts',
    find: "return still.do === 'advance' ?",
    replace: "return still.do !== 'rest' ?",
  },
  {
    name: 'healing does not look who has acted meanwhile',
    from: 300,
    file: 'engine/deliver.ts',
    find: 'const aimed = await retryWhileUnreachable(engine, async () => aim(engine, target, shared))',
    replace:
      'const aimed = await retryWhileUnreachable(engine, async () => aim(engine, target, nth > 1 ? { ...shared, refresh: async () => undefined } : shared))',
  },
  {
    name: 'who is told to stop heals nothing',
    from: 2500,
    file: 'engine/deliver.ts',
    find: 'heal({ ...engine, signal: new AbortController().signal }, target, shared)',
    replace: 'heal(engine, target, shared)',
  },
  {
    name: 'an approval that was taken back counts all the same',
    from: 1850,
    file: 'core/journal/fold.ts',
    find: "    case 'revoked':\n      return { ...state, approvals: without(state.approvals, event) }",
    replace: "    case 'revoked':\n      return state",
  },
  {
    name: 'what was not heard is taken for told',
    file: 'engine/notifier.ts',
    find: '    const missed = await line.channel.send(notice, signal)\n    line.sent.add(notice.id)',
    replace: '    line.sent.add(notice.id)\n    const missed = await line.channel.send(notice, signal)',
  },
  {
    name: 'what one channel was told no other channel is told',
    file: 'core/journal/outbox.ts',
    find: 'return pruned(channels, { told: { ...told, [event.channel]: newest }, notices, unreached: all })',
    replace: 'return { told: { ...told, [event.channel]: newest }, notices: notices.filter(({ seq }) => seq > newest) }',
  },
  {
    name: 'a break-glass beside the journal is not heard',
    file: 'engine/hearing.ts',
    find: 'const [record, { state }] = [glass.read(), writer]',
    replace: 'const [record, { state }] = [glass.read() && undefined, writer]',
  },
  {
    name: 'a break-glass leaves no tombstone',
    file: 'engine/break-glass.ts',
    find: '{ identity, epoch: TOMBSTONE, over: [], isNews: true }',
    replace: '{ identity, epoch: 1, over: [], isNews: true }',
  },
  {
    name: 'a return of some toggles to their defaults passes the tombstone of a break-glass',
    file: 'engine/deliver.ts',
    find: '.every(([name, exposure]) => exposures[name] === exposure)',
    replace: '.some(([name, exposure]) => exposures[name] === exposure)',
  },
  {
    name: 'a rollback to the defaults does not pass the tombstone of a break-glass',
    file: 'engine/deliver.ts',
    find: '...(isReset ? [TOMBSTONE] : [])',
    replace: '...(isReset ? [] : [])',
  },
  {
    name: 'a step up goes on over what somebody else has put there meanwhile',
    from: 925,
    file: 'engine/foreign-word.ts',
    find: 'if (!first) return { unseen }',
    replace: 'return { unseen }',
  },
  {
    name: 'a step up goes on over what it could not look at',
    from: 3140,
    file: 'engine/apply.ts',
    find: 'if (!blind) return applyOne',
    replace: 'if (!blind || blind.error !== target.name) return applyOne',
  },
  {
    name: 'a target that somebody else has changed is no obstacle to the next step',
    file: 'engine/tick.ts',
    find: 'const [first, ...more] = [...driftedTargets(differing, state), ...unseen]',
    replace: 'const [first, ...more] = [...driftedTargets(differing, state), ...unseen].slice(9)',
  },
  {
    name: 'nobody looks at targets beside the polls',
    file: 'engine/inspector.ts',
    find: 'if (looking || !isSettled(state)) return',
    replace: 'if (!looking) return',
  },
  {
    name: 'an event of a newer version is passed over',
    file: 'core/journal/fold.ts',
    find: 'return { ...state, unknown: unknownKind(event satisfies never) }',
    replace: 'return state',
  },
  {
    name: 'an event of a known kind that says it in another way is believed',
    file: 'core/journal/as-understood.ts',
    find: 'return isWhole ? event :',
    replace: 'return isWhole || needed.length > 0 ? event :',
  },
  {
    name: 'a retreat after a retreat takes back the phase before',
    file: 'core/policy/destination.ts',
    find: "return status !== 'running' || isLeft(state, phase) ? phase : phaseOf(state)",
    replace: 'return phaseOf(state)',
  },
  {
    name: 'a rollback that is said again goes further than the one that is not done',
    file: 'engine/rollback.ts',
    find: '  if (again && state.intent) return undefined\n',
    replace: '',
  },
  {
    name: 'an event of a newer version refuses a rollback',
    file: 'engine/rollback.ts',
    find: '  // Said again it makes sure',
    replace: '  if (state.unknown) return undefined\n  // Said again it makes sure',
  },
  {
    name: "the clock of the store is taken for this machine's",
    file: 'engine/watch-tick.ts',
    find: 'at: monotonic + store.ahead',
    replace: 'at: monotonic',
  },
]
