import { randomUUID } from 'node:crypto'
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../simulator.ts'
import { jsonAnswer } from '../simulator.ts'
import { messageFor, sealed } from './answer.ts'
import { createKeyPair, type KeyPair } from './certificate.ts'
import { nameIdFormats } from './message.ts'
import { metadataXml } from './metadata.ts'
import { answerPage, errorPage, loginPage } from './pages.ts'
import { type Subject, subjects } from './people.ts'
import { type LoginRequest, readPosted, readRedirected } from './request.ts'

/** Fixed, so that what is believed of it outlives another port. */
export const demoEntityId = 'https://idp.demo.test/saml'

export type Switches = {
  /** Which of the two is signed. */
  readonly sign: 'assertion' | 'response' | 'both'
  /** The service provider's certificate, DER in base64: assertions are encrypted for it. */
  readonly encryptFor: string | null
  readonly nameId: 'persistent' | 'transient' | 'email'
  /** Without them: a login that carries no group information. */
  readonly groups: 'shown' | 'left out'
}
const defaultSwitches: Switches = {
  sign: 'assertion',
  encryptFor: null,
  nameId: 'persistent',
  groups: 'shown',
}

type State = { readonly key: KeyPair; readonly switches: Switches }
export type IdentityProviderControl = {
  readonly state: () => State
  readonly switches: (next: Partial<Switches>) => Switches
  /** Another key pair from now on; metadata show it alone. */
  readonly rotate: () => void
}
export type IdentityProviderOptions = {
  readonly state?: unknown
  readonly now?: () => number
  readonly changed?: () => void
}

const html = (status: number, body: string): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body,
  fate: 'answer',
})

/** It signs whatever it is asked to: only for service providers on this machine. */
const onThisMachine = (acs: string): boolean =>
  URL.canParse(acs) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(acs).hostname)

const nameIdOf = (subject: Subject, kind: Switches['nameId']) => {
  switch (kind) {
    case 'persistent':
      return { value: subject.persistentId, format: nameIdFormats.persistent }
    case 'email':
      return { value: subject.email, format: nameIdFormats.email }
    case 'transient':
      return { value: `_${randomUUID()}`, format: nameIdFormats.transient }
  }
}

type Wanted = {
  readonly acs: string
  readonly audience: string
  readonly inResponseTo?: string
  readonly relayState?: string
}

const answerFor = (subject: Subject, wanted: Wanted, { key, switches }: State, now: number): string => {
  const { acs, audience, inResponseTo } = wanted
  const signing = { key }
  const message = messageFor({
    now,
    issuer: demoEntityId,
    audience,
    acs,
    ...(inResponseTo === undefined ? {} : { inResponseTo }),
    nameId: nameIdOf(subject, switches.nameId),
    attributes: subject.attributes.filter(({ name }) => switches.groups === 'shown' || name !== 'groups'),
    ids: { response: `_${randomUUID()}`, assertion: `_${randomUUID()}` },
  })
  const xml = sealed(message, {
    ...(switches.sign === 'response' ? {} : { assertion: signing }),
    ...(switches.sign === 'assertion' ? {} : { response: signing }),
    ...(switches.encryptFor === null ? {} : { encryption: { certificate: switches.encryptFor } }),
  })
  return Buffer.from(xml).toString('base64')
}

/** Where the service provider says it is; its own idea of its name when nobody asked. */
const wantedOf = (form: URLSearchParams): Wanted => {
  const acs = form.get('acs') ?? ''
  const relayState = form.get('RelayState')
  const inResponseTo = form.get('inResponseTo')
  return {
    acs,
    audience: form.get('sp') ?? acs.replace(/\/acs$/, '/metadata'),
    ...(inResponseTo === null ? {} : { inResponseTo }),
    ...(relayState === null ? {} : { relayState }),
  }
}

const form = (wanted: Wanted): SimulatedAnswer =>
  onThisMachine(wanted.acs)
    ? html(
        200,
        loginPage(subjects, wanted.audience, {
          acs: wanted.acs,
          sp: wanted.audience,
          inResponseTo: wanted.inResponseTo,
          RelayState: wanted.relayState,
        }),
      )
    : html(400, errorPage('The assertion consumer service has to be on this machine.'))

const asked = (request: LoginRequest, parameters: URLSearchParams): SimulatedAnswer => {
  const relayState = parameters.get('RelayState')
  return form({
    acs: request.acs ?? request.issuer.replace(/\/metadata$/, '/acs'),
    audience: request.issuer,
    inResponseTo: request.id,
    ...(relayState === null ? {} : { relayState }),
  })
}

export const createIdentityProvider = (
  options: IdentityProviderOptions = {},
): Simulator & { readonly control: IdentityProviderControl } => {
  const now = options.now ?? Date.now
  let kept = options.state as State | undefined
  const commit = (next: State): State => {
    kept = next
    options.changed?.()
    return next
  }
  // At first need: a key takes its time, and few who start the simulators log in.
  const state = (): State =>
    kept ?? commit({ key: createKeyPair('Simulated identity provider'), switches: defaultSwitches })
  const control: IdentityProviderControl = {
    state,
    switches: (next) => commit({ ...state(), switches: { ...state().switches, ...next } }).switches,
    rotate: () => {
      commit({ ...state(), key: createKeyPair('Simulated identity provider') })
    },
  }

  const posted = (body: URLSearchParams): SimulatedAnswer => {
    const request = body.get('SAMLRequest')
    if (request !== null) return asked(readPosted(request), body)
    const subject = subjects.find(({ email }) => email === body.get('person'))
    const wanted = wantedOf(body)
    if (subject === undefined || !onThisMachine(wanted.acs))
      return html(400, errorPage('Choose a person, and begin at the service provider.'))
    return html(200, answerPage(wanted.acs, answerFor(subject, wanted, state(), now()), wanted.relayState))
  }

  const metadata = (host: string): SimulatedAnswer => ({
    status: 200,
    headers: { 'content-type': 'application/samlmetadata+xml' },
    body: metadataXml({
      entityId: demoEntityId,
      keys: [{ certificate: state().key.certificate, use: 'signing' }],
      signOn: { redirect: `http://${host}/idp/sso`, post: `http://${host}/idp/sso` },
    }),
    fate: 'answer',
  })

  const served = ({ method, path, query, headers, body }: SimulatedRequest): SimulatedAnswer => {
    switch (`${method} ${path}`) {
      case 'GET /metadata':
        return metadata(headers.host ?? '127.0.0.1:8081')
      case 'GET /sso':
        return asked(readRedirected(query.get('SAMLRequest') ?? ''), query)
      case 'POST /sso':
        return posted(new URLSearchParams(body))
      case 'GET /start':
        return form(wantedOf(query))
      case 'POST /_control/switches':
        return jsonAnswer(200, control.switches(JSON.parse(body) as Partial<Switches>))
      case 'POST /_control/rotate':
        control.rotate()
        return jsonAnswer(200, {})
      default:
        return html(404, errorPage('metadata, sso, start'))
    }
  }

  return {
    control,
    state: () => kept,
    handle: (request) => {
      try {
        return served(request)
      } catch {
        return html(400, errorPage('That is not a request of SAML 2.0.'))
      }
    },
  }
}
