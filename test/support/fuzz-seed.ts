// Property tests run on the same cases everywhere, so that a failure is never somebody else's weather: FUZZ_SEED tries others (FUZZ_SEED=$RANDOM).
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20_261_122) })
