import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { communityId } from '../../lib/core/ids.ts'
import type { Hold } from '../../lib/core/verdict.ts'
import { createDocumentClient } from '../../lib/store/client.ts'
import { createSafetyStore } from '../../lib/store/safety.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { openTown, quiet, type Town, until } from '../e2e/town.ts'
import { soundResponse } from '../support/identity-provider.ts'
import { pages } from './pages.ts'

/** A house at night: one departure too many, and two edits by hand. What the pages' examples are run against. */
export type Scene = {
  readonly town: Town
  /** The example configuration with this house's ports and paths, as a file. */
  readonly file: string
  /** What other examples name, by the name they give it. */
  readonly files: Readonly<Record<string, string>>
  /** The digest of a hold that waits; a decided one is put back first. */
  readonly digest: () => Promise<string>
  readonly close: () => Promise<void>
}
const soc = communityId('demo-soc')
const people = { ada: 'SOC-Tier1', bob: 'SOC-Analysts', carol: 'SOC-Analysts', dan: 'SOC-Analysts' } as const

const pushPeople = async (town: Town): Promise<Readonly<Record<string, string>>> => {
  const ids: Record<string, string> = {}
  for (const name of Object.keys(people)) {
    // Known to the platform: in at once, without a mail.
    await town.platform.byHand({ kind: 'knownUser', email: `${name}@demo.test` })
    ids[name] = (await town.idp.createUser(`${name}@demo.test`)).id
  }
  for (const group of new Set(Object.values(people))) {
    const names = Object.entries(people).flatMap(([name, its]) => (its === group ? [ids[name] ?? ''] : []))
    await town.idp.createGroup(group, names)
  }
  await until(town.platform.standings, {
    'owner@demo.test': 'enabled: Admin',
    'ada@demo.test': 'enabled: SOC tier 1',
    'bob@demo.test': 'enabled: Analyst',
    'carol@demo.test': 'enabled: Analyst',
    'dan@demo.test': 'enabled: Analyst',
  })
  await quiet(town.house)
  return ids
}

const storeOf = ({ endpoint: { endpoint, secret, table: name } }: Town['house']) => {
  const credentials = { accessKeyId: secret, secretAccessKey: secret }
  const client = createDocumentClient({ endpoint, region: 'eu-west-1', credentials })
  const table = createTable({ client, name, clock: systemClock, ids: createIds() })
  return { safety: createSafetyStore(table), close: () => client.destroy() }
}

/** What an identity provider hands out, what it once posted, and a login as docs/saml.md writes it down. */
const loginFiles = async ({ data, house }: Town): Promise<Readonly<Record<string, string>>> => {
  const metadata = await (await fetch(`${house.simulators.url}/idp/metadata`)).text()
  const posted = soundResponse({
    now: Date.now(),
    audience: `${house.url}/demo/saml/metadata`,
    acs: `${house.url}/demo/saml/acs`,
    nameId: { value: 'ext-dan@demo.test' },
    groups: ['SOC-Analysts'],
  })
  const [written] =
    pages
      .find(({ path }) => path === 'docs/saml.md')
      ?.blocks.filter(({ language, text }) => language === 'json' && text.includes('nameId')) ?? []
  const texts: Readonly<Record<string, string>> = {
    'metadata.xml': metadata,
    'GoogleIDPMetadata.xml': metadata,
    'response.xml': posted,
    'attributes.json': written?.text ?? '',
  }
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      writeFileSync(join(data, name), text)
      return [name, join(data, name)]
    }),
  )
}

export const openScene = async (): Promise<Scene> => {
  const example = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
  const configuration = example
    .replace('departures: { fraction: 0.2, floor: 5 }', 'departures: { fraction: 0.2, floor: 1 }')
    .replace('    mode: enforce', '    mode: enforce\n    requestsPerSecond: 50')
  // Nothing but a request starts work here: what is pending stays to be looked at.
  const town = await openTown({ configuration, sweepEvery: 3600 })
  const store = storeOf(town.house)
  const ids = await pushPeople(town)
  await town.idp.setActive(ids.bob ?? '', false)
  await until(async () => (await town.platform.standings())['bob@demo.test'], 'disabled: Analyst')
  await town.idp.setActive(ids.carol ?? '', false)
  const held = (await until(
    () => store.safety.hold(soc),
    (seen) => seen !== undefined,
  )) as Hold
  await quiet(town.house)
  await town.platform.byHand(
    { kind: 'editMember', community: demoCommunity, email: 'ada@demo.test', roles: [] },
    // A place of its own in the order, which is by account id.
    {
      kind: 'addMember',
      community: demoCommunity,
      email: 'mallory@demo.test',
      builtin: 'Analyst',
      avatar: '90000000-0000-4000-8000-000000000001',
    },
  )
  const file = join(town.data, 'rolecall.yaml')
  const local = example
    // Asked often, as nobody in front of a terminal would: without the demo's pace.
    .replaceAll(/^ {4}platform: .*$/gm, '$&\n    requestsPerSecond: 50')
    .replaceAll('http://127.0.0.1:8081', town.house.simulators.url)
    .replaceAll('file:.rolecall/', `file:${town.data}/`)
  writeFileSync(file, local)
  return {
    town,
    file,
    files: await loginFiles(town),
    digest: async () => {
      const now = await store.safety.hold(soc)
      if (now?.state !== 'waiting') await store.safety.saveHold({ ...held, version: now?.version ?? 0 })
      return held.digest.slice(0, 12)
    },
    close: async () => {
      store.close()
      await town.close()
    },
  }
}
