import { mutationsOf, type Mutation } from './mutation.ts'

/** How what is seen of a change is weighed. */
export const EVIDENCE: readonly Mutation[] = [
  ...mutationsOf('core/evidence/alone-later.ts', ['core/evidence/alone-later'], {
    'what still shows is forgotten': ['const NO_TRACE = -200', 'const NO_TRACE = -1'],
    'evidence that grows is weighed later': ['if (isFarOff && lnMost(rate, group) <= 0)', 'if (isFarOff)'],
  }),
  ...mutationsOf('core/evidence/alone.ts', ['core/evidence/alone', 'core/judge/single'], {
    'what was seen at the step before bounds the next': ['return { ...before, step: UNSEEN.step }', 'return before'],
    'requests that fail together are each a witness': ['log / Math.max(1, eventsPerCause)', 'log'],
    'what is impossible is counted': ['  if (fault !== undefined) return { above, polls: t, step, refused: fault }\n', ''],
    'it is above with ten to one': ["evidence >= limits.harm ? 'above'", "evidence >= limits.suspicion ? 'above'"],
    'it is below before it is known': ["atMost <= rate ? 'below'", "atMost <= 1 ? 'below'"],
    'good news hides a disaster for long': ['above: grow(restarted, factors, UNDECIDED)', 'above: grow(restarted, factors)'],
  }),
  ...mutationsOf('core/evidence/bound.ts', ['core/evidence/bound'], {
    'nothing seen is a bound': ['if (!(group.total > 0)) return 1', 'if (!(group.total > 0)) return 0'],
    'a bound that cannot be ruled out is one': [
      'return excluded < 0 ? 1 : gridAt(excluded).rate',
      'return gridAt(excluded < 0 ? kept + 1 : excluded + 1).rate',
    ],
  }),
  ...mutationsOf('core/evidence/buckets.ts', ['core/evidence/buckets', 'core/evidence/ledger'], {
    'histograms of other bounds are added': ['return same ? Object.fromEntries', 'return same || bounds.length > 0 ? Object.fromEntries'],
  }),
  ...mutationsOf('core/evidence/finding.ts', ['core/evidence/finding'], {
    'it goes up while the evidence leans to harm': ['evidence > EVEN', 'evidence > 1000'],
    'rounding is taken for harm': ['const EVEN = 1 + 1e-9', 'const EVEN = 1'],
    'a step may go undecided for ever': ['lasted >= LONGEST_STEP', 'lasted < 0'],
  }),
  ...mutationsOf('core/evidence/finding.ts', ['core/evidence/finding'], {
    'harm is waited for ten times as long': [
      'if (worst && evidence >= limitsOf(policy).harm)',
      'if (worst && evidence >= 10 * limitsOf(policy).harm)',
    ],
    'suspicion stops nothing': ['if (worst && evidence >= limitsOf(policy).suspicion)', 'if (worst && evidence >= limitsOf(policy).harm)'],
    'an incident stops nothing': ['if (ledger.incident) return', 'if (ledger.incident && ledger.cooling < 0) return'],
    'a group that is gone is waited for': [
      "do: gap.group === 'both' || isLost(gap) ? 'pause' : 'hold'",
      "do: gap.group === 'both' ? 'pause' : 'hold'",
    ],
    'traffic that is not divided as the step says is evidence': ['return off && { do: ', 'return off && share > 1 && { do: '],
    'one poll is enough': ['if (ledger.counted < LEAST_POLLS)', 'if (ledger.counted < 1)'],
    'nothing measured is good news': [
      'if (ledger.entries.length === 0 && unchosen === undefined) return',
      'if (ledger.entries.length > 99 && unchosen === undefined) return',
    ],
    'a step is left with a handful of requests': [
      'if (requests < LEAST_REQUESTS && lasted < UNNOTICED)',
      'if (requests < 1 && lasted < UNNOTICED)',
    ],
    'the next step may do any harm': ['    if (excess > allowed) return', '    if (excess > 1) return'],
    'everybody gets it without latency': ['(next === undefined || ledger.errors.length === 0)', 'ledger.errors.length === 0'],
    'half of the proof is enough for everybody': [
      'entry.le === undefined ? limits.proof : limits.bucketProof',
      'entry.le === undefined ? limits.proof / 2 : limits.bucketProof / 2',
    ],
    'one metric that is proven is enough': ['<= negligibleIn(entry, policy)) continue', '<= 1) continue'],
    'requests that fail together are each a witness': [
      'const together = Math.max(1, eventsPerCause) * dispersionOf(noise)',
      'const together = 1',
    ],
    'the mean of what looks bad is what looks worst': ['harmOf(b.stream) - harmOf(a.stream)', 'harmOf(a.stream) - harmOf(b.stream)'],
  }),
  ...mutationsOf('core/evidence/gap.ts', ['core/evidence/gap', 'core/evidence/ledger'], {
    'what is missing now and then adds up': ['before?.reason === now.reason && before.group === now.group ? before : undefined', 'before'],
    'one silent poll is a loss': ['return polls >= SILENT_POLLS && lasted >= SILENT &&', 'return'],
    'a bound with fewer requests than one below it is a histogram': [' || count < below) return', ') return'],
    'counts below zero are counts': ['if (total < 0 || bad < 0) return', 'if (total < 0 && bad < 0) return'],
    'counts beyond what a number can count are counts': [
      'return Math.abs(count) <= Number.MAX_SAFE_INTEGER',
      'return Math.abs(count) <= Number.MAX_VALUE',
    ],
  }),
  ...mutationsOf('core/evidence/hypotheses.ts', ['core/evidence/hypotheses'], {
    'good news is tempered by what it taught itself': ['const gain = Math.min(before, after)', 'const gain = Math.max(before, after)'],
  }),
  ...mutationsOf('core/evidence/evolve-ledger.ts', ['core/evidence/ledger', 'core/evidence/finding'], {
    'what was gained in an incident counts when it is over': ['held: calm ? sifted.held : NOTHING_HELD', 'held: sifted.held'],
    'an incident is over with the poll that shows none': ['cooling: failing ? COOL_DOWN :', 'cooling: failing ? 0 :'],
    'an incident proves that the change is good': ["failing ? 'losses' : 'all'", "failing ? 'all' : 'all'"],
    'what comes just after an incident counts': ["arrived.cooling > 0 ? 'none' :", "arrived.cooling < 0 ? 'none' :"],
    'the same poll counts twice': ['if (poll.at <= at) return', 'if (poll.at < at) return'],
    'where everybody has it there is something to compare': ['share > 0 && share < 1', 'share > 0'],
    'a poll with a gap is one that counted': ['(calm && Object.keys(sifted.gaps).length === 0 ? 1 : 0)', '(calm ? 1 : 0)'],
    'each stream is tempered by its own noise alone': [
      'policyFor(policy, entry.metric), trust, drift)',
      'policyFor(policy, entry.metric), trust, 0)',
    ],
    'a poll that was refused leaves no word': [
      'if (refused !== undefined) return { ...last, refused }',
      'if (refused !== undefined) return last',
    ],
    'what was refused once is refused for ever': ['const { refused: _r, ...last } = before', 'const last = before'],
    'buckets are chosen from a handful of requests': ["(now['+Inf'] ?? 0) >= ENOUGH", "(now['+Inf'] ?? 0) >= 1"],
    'the polls of the step before count for the next': [
      'return { ...ledger, step, lasted: 0, polls: 0, counted: 0,',
      'return { ...ledger, step,',
    ],
  }),
  ...mutationsOf('core/evidence/ledger.ts', ['core/evidence/ledger', 'core/evidence/finding'], {
    'a first poll counts for a minute more': ['at: 0,', 'at: -60_000,'],
    'what a person has looked at is an incident still': ['held: NOTHING_HELD, cooling: 0 }\n}', 'held: NOTHING_HELD }\n}'],
  }),
  ...mutationsOf('core/evidence/mixture.ts', ['core/evidence/mixture', 'core/evidence/stream'], {
    'more may begin than is left': ['const starts = Math.min(waiting, mass)', 'const starts = mass'],
    'one poll decides': ['const MOST = 20', 'const MOST = 1e9'],
    'evidence is beyond any number': ['if (all <= most && all <= CEILING) return', 'if (all <= most) return'],
  }),
  ...mutationsOf('core/evidence/normal.ts', ['core/evidence/normal', 'core/evidence/ledger'], {
    'chance is an incident': ['> DEVIATIONS ** 2', '> 0'],
    'an incident is learned as normal': ['const learned = leaving && !leaving.isHurt', 'const learned = leaving'],
    'an incident that lasts is over': ['if (failing) {', 'if (failing && minutes.length === 0) {'],
  }),
  ...mutationsOf('core/evidence/normal.ts', ['core/evidence/normal', 'core/evidence/ledger'], {
    'a failing minute of another stream is normal': ['(begins || (isHurt && nth === 0) ?', '(begins ?'],
    'what failed just before it showed is normal': ['(begins || (isHurt && nth === 0) ?', '((isHurt && nth === 0) ?'],
    'none of few is never': ['const normal = (usual.bad + 0.5) / (usual.total + 1)', 'const normal = usual.bad / Math.max(1, usual.total)'],
    'requests that fail together are an incident': ['isBeyondChance(bad / together, most)', 'isBeyondChance(bad, most * together)'],
  }),
  ...mutationsOf('core/evidence/policy.ts', ['core/evidence/policy', 'core/evidence/finding'], {
    'a metric has no bounds of its own': ['return own ? { ...policy, ...own } : policy', 'return policy'],
    'of much that fails much is negligible': ['Math.min(NEGLIGIBLE.most, Math.max(', 'Math.max(NEGLIGIBLE.most, Math.max('],
  }),
  ...mutationsOf('core/evidence/poll.ts', ['core/evidence/ledger'], {
    'what one group gained is forgotten before the other has moved': [
      'const gathered = held && !isLate',
      'const gathered = held && isLate',
    ],
    'what waits does so for ever': ['+ lasted > LONGEST_HELD', '+ lasted < 0'],
  }),
  ...mutationsOf('core/evidence/poll.ts', ['core/evidence/ledger', 'core/evidence/finding'], {
    'a bucket that is gone is no gap': [
      "(lost === undefined ? undefined : { reason: 'buckets'",
      "(lost !== 'none' ? undefined : { reason: 'buckets'",
    ],
    'more bad than there are in all is counted': ['fault: (group) => impossible(faultOf(group))', 'fault: () => undefined'],
    'of few that are expected none is a loss': ["lasted, group === 'on' ? expected : 0)", "lasted, group === 'on' ? expected + 1e9 : 0)"],
    'a group that was not read is one without requests': [
      "if (!on) return without(missing('unread', 'on',",
      "if (!on && !now.off) return without(missing('unread', 'on',",
    ],
  }),
  ...mutationsOf('core/evidence/ratio.ts', ['core/evidence/ratio'], {
    'how much worse it is is told of this step alone': ['[...past, step]) >= limit', '[step]) >= limit'],
    'noise makes it no less sure how much worse it is': ['total: on.total, bad: bad.on }', 'total: on.total, bad: on.bad }'],
  }),
  ...mutationsOf('core/evidence/share.ts', ['core/evidence/share', 'core/evidence/finding'], {
    'a burst of one user is another share': ['chiSquare(division, share) / BURSTS > UNLIKELY', 'chiSquare(division, share) > UNLIKELY'],
    'a difference that hardly matters is another share': [' && !(odds < FAR && odds > 1 / FAR)', ''],
  }),
  ...mutationsOf('core/evidence/stream.ts', ['core/evidence/stream', 'core/evidence/finding', 'core/evidence/ledger'], {
    'the first stretch of a step tells how the traffic divides': ['off: off.total - first.off', 'off: off.total'],
    'what was proven of few holds for many': ['    proof: FRESH.proof,\n    step', '    step'],
    'no regression comes with a step': ['harm: beginMixture(stream.harm, AT_STEPS / ', 'harm: beginMixture(stream.harm, 0 / '],
    'no regression comes later': ['beginMixture(before.harm, AT_ANY_TIME * ', 'beginMixture(before.harm, 0 * '],
    'good news of an incident counts': ["trust === 'losses' ? factors.map((each) => Math.min(1, each)) : factors", 'factors'],
    'an incident teaches what is noise': ["const noise = trust === 'all' ?", "const noise = trust !== 'none' ?"],
  }),
  ...mutationsOf('core/evidence/tempering.ts', ['core/evidence/tempering'], {
    'polls of seconds are tempered as if nothing wandered for longer': ['Math.max(1, wandersFor / lasted)', '1'],
    'what comes first is taken for noise': [' || noise.known === 0', ''],
  }),
  ...mutationsOf('core/evidence/tempering.ts', ['core/evidence/tempering', 'core/evidence/stream'], {
    'a quiet stream counts for more than it saw': ['return Math.max(1, sum / weight)', 'return sum / weight'],
    'one freak minute is all there is to know': ['Math.min(CLIP, (on.bad', 'Math.min(1e9, (on.bad'],
    'nothing ever wanders': ['return Math.max(LEAST_DRIFT, sum / weight)', 'return LEAST_DRIFT * 0'],
    'what moves the others moves not this one': ['held * Math.max(leastDrift, driftOf(noise))', 'held * driftOf(noise)'],
  }),
]
