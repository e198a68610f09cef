/**
 * The limits of the tests, in milliseconds. They end what hangs and say nothing of speed: each is more than ten times what the
 * slowest takes on two cores. A wait and a program end before the test that they are part of, so that they can say why.
 */
export const LIMITS = { unit: 120_000, wait: 300_000, program: 600_000, test: 1_200_000 } as const
