import { dataDirectory, namesTable, readEnvironment, useProfile } from '../config/environment.ts'
import type { Arguments } from './arguments.ts'

/** A way to the table of `npm start`, given by whoever knows the local engine; `lib` does not. */
export type LocalEndpoint = {
  readonly endpoint: string
  readonly secret: string
  readonly table: string
  readonly region: string
  readonly held: 'running' | 'own'
  readonly close: () => Promise<void>
}
export type OpenLocal = (data: string) => Promise<LocalEndpoint>

export type Access = {
  readonly client: {
    readonly endpoint?: string
    readonly region?: string
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  readonly table: string
  readonly local: boolean
  readonly egress: string
  readonly wakeQueueUrl?: string
  /** Nobody is running who would take work up. */
  readonly alone: boolean
  readonly close: () => Promise<void>
}

const signing = (secret: string | undefined) =>
  secret === undefined ? {} : { credentials: { accessKeyId: secret, secretAccessKey: secret } }

const onAws = (given: Arguments): Access => {
  const profile = given.text('profile')
  if (profile !== undefined) useProfile(profile)
  const environment = readEnvironment()
  const region = given.text('region') ?? environment.region
  const { dynamodbEndpoint: endpoint, wakeQueueUrl } = environment
  return {
    client: {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      ...signing(environment.dynamodbSecret),
    },
    table: given.text('table') ?? environment.tableName,
    local: environment.local,
    // A machine of its own, so a call budget of its own.
    egress: 'cli',
    ...(wakeQueueUrl === undefined ? {} : { wakeQueueUrl }),
    alone: false,
    close: async () => undefined,
  }
}

const onThisMachine = async (data: string, openLocal: OpenLocal): Promise<Access> => {
  const { endpoint, secret, table, region, held, close } = await openLocal(data)
  return {
    client: { endpoint, region, ...signing(secret) },
    table,
    local: true,
    egress: 'local',
    alone: held === 'own',
    close,
  }
}

const aws = ['table', 'region', 'profile'] as const

/** The deployed table when one is named (`--table`, `--region`, `--profile` or TABLE_NAME), else the data of `npm start`. */
export const openAccess = async (given: Arguments, openLocal: OpenLocal): Promise<Access> => {
  const named = aws.some((name) => given.text(name) !== undefined) || namesTable()
  return named ? onAws(given) : await onThisMachine(given.text('data') ?? dataDirectory(), openLocal)
}
