/** The one table, as data: the stack, the local engine and the tests create it from here. No secondary index: every decision reads base items. */
export const tableDefinition = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds. Reads compare it too: expiry by the service may lag by days. */
  timeToLive: 'expiresAt',
} as const
