import { type Commands, decision } from '../command.ts'
import { makeKeys } from '../saml-keys-commands.ts'
import { trustProvider } from '../saml-trust-commands.ts'
import { revokeCertificate } from '../saml-trust-revoke.ts'
import { showSaml } from '../saml-trust-show.ts'
import { unlinkUser } from '../saml-trust-unlink.ts'

/** Logins by SAML: whom we trust, and by which keys we are known. */
export const samlCommands: Commands = {
  'saml show': {
    kind: 'house',
    usage: 'CONNECTION [--url URL]',
    summary: 'what to enter at the identity provider, and what is trusted of it',
    options: { url: { takes: 'URL', does: 'public address of this deployment; default $PUBLIC_URL' } },
    run: showSaml,
  },
  'saml trust': {
    kind: 'house',
    usage: 'CONNECTION [FILE] [--yes] [--by NAME]',
    summary: 'read the identity provider’s metadata, from FILE or its address, and trust them',
    options: {
      yes: { does: 'do it; without it, it is shown only' },
      by: decision.by ?? { takes: 'NAME', does: 'who decided' },
    },
    run: trustProvider,
  },
  'saml revoke': {
    kind: 'house',
    usage: 'CONNECTION FINGERPRINT [--undo] --reason TEXT [--by NAME]',
    summary: 'trust a certificate of the identity provider no longer, at once and for good',
    options: { undo: { does: 'take a revocation back' }, ...decision },
    run: revokeCertificate,
  },
  'saml keys': {
    kind: 'house',
    usage: 'CONNECTION [--rotate | --activate | --retire] [--write]',
    summary: 'make Rolecall’s own keys, or change them: --rotate, then --activate, then --retire',
    options: {
      rotate: { does: 'step 1: a new key is published beside the one that signs' },
      activate: { does: 'step 2, once the identity provider knows both: the new key signs' },
      retire: { does: 'step 3: the key that does not sign is dropped' },
      write: { does: 'store them as saml.keys says; without it they are printed' },
    },
    run: makeKeys,
  },
  'saml unlink': {
    kind: 'house',
    usage: 'USER [--connection ID] --reason TEXT [--by NAME]',
    summary: 'forget which identity a person logs in with; the next login links anew',
    options: {
      connection: { takes: 'ID', does: 'whose member; needed when there are several' },
      ...decision,
    },
    run: unlinkUser,
  },
}
