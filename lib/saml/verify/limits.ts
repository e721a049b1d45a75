/** Seconds by which clocks may differ. */
export const skew = 60

/** Seconds: no assertion needs to be good for longer, and the replay table remembers no longer. Entra's tokens may live a day. */
export const longestWindow = 86_400

/** Characters of base64: about 1 000 groups by object id. */
export const largestMessage = 256 * 1024

/**
 * What a document may hold before anything but a scan has looked at it. What follows takes its time per element, some of it with the square of others of
 * these; a genuine message with 1 000 groups stays well under every one.
 */
export const documentLimits = {
  /** Elements: all the values there may be, and what stands around them. */
  tags: 3_000,
  transforms: 12,
  namespaces: 4_000,
  values: 2_000,
  attributes: 200,
  depth: 32,
  /** Of XML, in all tags: two thousand typed values have three each. */
  xmlAttributes: 8_000,
  /** Of XML, in one tag. */
  attributesOfTag: 48,
} as const
