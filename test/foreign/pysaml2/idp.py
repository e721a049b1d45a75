"""An identity provider of pysaml2, spoken to in lines of JSON: `idp.py FOLDER ENTITY_ID SIGN_ON`.

FOLDER holds key.pem, cert.pem and sp.xml, the service provider's metadata. The first
line out is the identity provider's own metadata; then every line in is a request, and every line out the message for it:

    {"request": the redirect's query, "nameId": …, "attributes": {…}, "sign": "assertion" | "response" | "both",
     "encrypt": URI of the cipher, "digest": URI, "signature": URI}
"""

import functools
import json
import sys
from urllib.parse import parse_qs

import saml2.entity
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORD
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import pre_encryption_part, verify_redirect_signature
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

# xmlsec1 wants to know how long a session key to make.
KEY_TYPES = {
    "http://www.w3.org/2009/xmlenc11#aes128-gcm": "aes-128",
    "http://www.w3.org/2009/xmlenc11#aes256-gcm": "aes-256",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc": "aes-256",
    "http://www.w3.org/2001/04/xmlenc#tripledes-cbc": "des-192",
}


def configuration(folder, entity_id, sign_on, metadata):
    config = IdPConfig()
    config.load(
        {
            "entityid": entity_id,
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(sign_on, BINDING_HTTP_REDIRECT)]},
                    "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": NAME_FORMAT_URI}},
                    # In metadata only: a redirect carries its signature beside the message, see below.
                    "want_authn_requests_signed": not metadata,
                }
            },
            "metadata": metadata,
            "key_file": f"{folder}/key.pem",
            "cert_file": f"{folder}/cert.pem",
            "xmlsec_binary": "/usr/bin/xmlsec1",
        }
    )
    return config


def asked(server, query):
    """What a login request wants, its signature verified by pysaml2."""
    given = {name: values[0] for name, values in parse_qs(query).items()}
    request = server.parse_authn_request(given["SAMLRequest"], BINDING_HTTP_REDIRECT)
    issuer = request.message.issuer.text
    certificates = server.metadata.certs(issuer, "spsso", "signing")
    if not any(verify_redirect_signature(given, server.sec.sec_backend, cert) for cert in certificates):
        raise ValueError("the signature of the request is not the service provider's")
    return server.response_args(request.message, [BINDING_HTTP_POST]), given


def encrypt_with(server, algorithm):
    """pysaml2 has no setting for it: 3DES otherwise."""
    saml2.entity.pre_encryption_part = functools.partial(pre_encryption_part, msg_enc=algorithm)
    crypto = server.sec.crypto
    plain = getattr(crypto, "plain_encrypt", crypto.encrypt_assertion)
    crypto.plain_encrypt = plain
    crypto.encrypt_assertion = lambda statement, enc_key, template, key_type="", node_xpath=None, node_id=None: plain(
        statement, enc_key, template, key_type=KEY_TYPES[algorithm], node_xpath=node_xpath, node_id=node_id
    )


def answer(server, wanted):
    arguments, given = asked(server, wanted["request"])
    if wanted.get("encrypt"):
        encrypt_with(server, wanted["encrypt"])
    sign = wanted["sign"]
    message = server.create_authn_response(
        wanted["attributes"],
        in_response_to=arguments["in_response_to"],
        destination=arguments["destination"],
        sp_entity_id=arguments["sp_entity_id"],
        name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=wanted["nameId"]),
        authn={"class_ref": PASSWORD, "authn_auth": server.config.entityid},
        sign_response=sign in ("response", "both"),
        sign_assertion=sign in ("assertion", "both"),
        encrypt_assertion=bool(wanted.get("encrypt")),
        encrypted_advice_attributes=False,
        sign_alg=wanted.get("signature", SIG_RSA_SHA256),
        digest_alg=wanted.get("digest", DIGEST_SHA256),
    )
    return {
        "destination": arguments["destination"],
        "relayState": given.get("RelayState"),
        "message": str(message),
    }


def main(folder, entity_id, sign_on):
    config = configuration(folder, entity_id, sign_on, {})
    print(json.dumps({"metadata": str(entity_descriptor(config))}), flush=True)
    server = None
    for line in sys.stdin:
        try:
            # Its metadata come after ours: the service provider's carry its keys.
            server = server or Server(
                config=configuration(folder, entity_id, sign_on, {"local": [f"{folder}/sp.xml"]})
            )
            print(json.dumps(answer(server, json.loads(line))), flush=True)
        except Exception as error:  # The test shows it.
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)


main(*sys.argv[1:])
