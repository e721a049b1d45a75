import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** SimpleSAMLphp 1.19 as Debian packages it, in PHP's own web server, with a configuration of its own in a scratch folder. */
export type SimpleSaml = {
  readonly url: string
  readonly metadataUrl: string
  /** Where a login begins at the identity provider. */
  readonly start: (serviceProvider: string) => string
  /** Takes our metadata as SimpleSAMLphp's own converter reads them; `settings` are its settings for that service provider. */
  readonly trust: (metadata: string, settings?: Readonly<Record<string, string | boolean>>) => void
  readonly log: () => string
  readonly close: () => void
}
export type Account = Readonly<Record<string, readonly string[]>>

/** PHP reads JSON, so that no text has to be quoted for it. */
const php = (value: unknown): string =>
  `json_decode(base64_decode('${Buffer.from(JSON.stringify(value)).toString('base64')}'), true)`

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const settingsOf = (folder: string, url: string) => ({
  baseurlpath: `${url}/`,
  certdir: `${folder}/cert/`,
  loggingdir: `${folder}/log/`,
  datadir: `${folder}/data/`,
  tempdir: `${folder}/temp`,
  metadatadir: `${folder}/metadata/`,
  'metadata.sources': [{ type: 'flatfile' }],
  secretsalt: 'of this test only',
  'auth.adminpassword': 'nobody uses it',
  timezone: 'UTC',
  'logging.handler': 'file',
  'enable.saml20-idp': true,
  'module.enable': { core: true, saml: true, exampleauth: true },
  'store.type': 'phpsession',
  'session.phpsession.savepath': `${folder}/sessions`,
  // Plain HTTP on this machine.
  'session.cookie.secure': false,
  'session.cookie.samesite': null,
  'language.cookie.secure': false,
  'language.cookie.samesite': null,
  'authproc.idp': [],
})

const identityProvider = {
  host: '__DEFAULT__',
  privatekey: 'idp.pem',
  certificate: 'idp.crt',
  auth: 'people',
  'signature.algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  NameIDFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  authproc: {
    1: {
      class: 'saml:AttributeNameID',
      attribute: 'uid',
      Format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    },
  },
}

const prepare = (folder: string, url: string, accounts: Readonly<Record<string, Account>>): void => {
  for (const part of ['cert', 'log', 'data', 'temp', 'metadata', 'sessions'])
    mkdirSync(join(folder, part), { recursive: true })
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'cert/idp.pem')]
  const certificate = ['-x509', '-sha256', '-days', '3650', '-out', join(folder, 'cert/idp.crt')]
  const subject = ['-subj', '/CN=simplesamlphp.test']
  execFileSync('openssl', ['req', ...key, ...certificate, ...subject], { stdio: 'ignore' })
  const write = (name: string, variable: string, value: unknown): void =>
    writeFileSync(join(folder, name), `<?php\n$${variable} = ${php(value)};\n`)
  write('config.php', 'config', settingsOf(folder, url))
  const people = Object.entries(accounts).map(([name, account]) => [`${name}:password of ${name}`, account])
  write('authsources.php', 'config', {
    admin: ['core:AdminPassword'],
    people: { 0: 'exampleauth:UserPass', ...Object.fromEntries(people) },
  })
  writeFileSync(join(folder, 'metadata/saml20-sp-remote.php'), '<?php\n')
  write('metadata/saml20-idp-hosted.php', 'metadata', { '__DYNAMIC:1__': identityProvider })
}

/** One process of a few lines: SimpleSAMLphp's parser in, its array out. */
const converter = (installed: string): string => `
require ${JSON.stringify(join(installed, 'lib/_autoload.php'))};
$entity = \\SimpleSAML\\Metadata\\SAMLParser::parseString(stream_get_contents(STDIN));
echo json_encode($entity->getMetadata20SP());`

const answers = async (url: string, server: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    if (server.exitCode !== null) throw new Error(`php ended with ${server.exitCode}`)
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    await sleep(100)
  }
  throw new Error(`SimpleSAMLphp does not answer at ${url}`)
}

export const startSimpleSaml = async (
  installed: string,
  folder: string,
  accounts: Readonly<Record<string, Account>>,
): Promise<SimpleSaml> => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  prepare(folder, url, accounts)
  const env = { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: folder }
  const lines: string[] = []
  const server = spawn(
    'php',
    // Without the cache of compiled files: what is trusted next is seen at once.
    ['-d', 'opcache.enable=0', '-S', `127.0.0.1:${port}`, '-t', join(installed, 'www')],
    { env },
  )
  server.stderr.setEncoding('utf8').on('data', (text: string) => lines.push(text))
  const metadataUrl = `${url}/saml2/idp/metadata.php`
  await answers(metadataUrl, server)
  return {
    url,
    metadataUrl,
    start: (serviceProvider) =>
      `${url}/saml2/idp/SSOService.php?spentityid=${encodeURIComponent(serviceProvider)}`,
    trust: (metadata, settings = {}) => {
      const read = execFileSync('php', ['-r', converter(installed)], {
        input: metadata,
        env,
        encoding: 'utf8',
      })
      const entity = JSON.parse(read) as { readonly entityid: string }
      const { entityid } = entity
      writeFileSync(
        join(folder, 'metadata/saml20-sp-remote.php'),
        `$metadata[${php(entityid)}] = ${php({ ...entity, ...settings })};\n`,
        { flag: 'a' },
      )
    },
    log: () => lines.join(''),
    close: () => {
      server.kill('SIGKILL')
    },
  }
}
