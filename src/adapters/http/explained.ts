import { HTTPError, MaxRedirectsError, RequestError } from 'got'
import { Unreadable } from '../../core/values/reading.ts'
import { codeOf } from '../file/disk.ts'

/** Returns what became of a request in words of people, where it is known; `shown` is the URL without its secrets. */
export function explained(thrown: unknown, shown: string): unknown {
  if (thrown instanceof Unreadable) return thrown
  if (thrown instanceof MaxRedirectsError) return new Unreadable('malformed', `${shown} redirects again and again`, { cause: thrown })
  if (thrown instanceof HTTPError)
    return new Unreadable('unreachable', `${shown} answered ${thrown.response.statusCode}`, { cause: thrown })
  // On Node 24 this one escapes got as it is when a refused connection is tried again.
  if (codeOf(thrown) === 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION')
    return new Unreadable('unreachable', `${shown}: connection refused, or cut off before it was there`, { cause: thrown })
  if (!(thrown instanceof RequestError)) return thrown
  if (thrown.cause instanceof Unreadable) return thrown.cause
  const text: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was cut off',
    EPIPE: 'the connection was cut off',
    ENOTFOUND: 'the name is not known',
    EAI_AGAIN: 'the name could not be looked up',
    ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is self-signed',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is from an authority that is not trusted: tls.ca or SSL_CERT_FILE names its file',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is from an authority that is not trusted: tls.ca or SSL_CERT_FILE names its file',
    EPROTO: 'TLS does not work there; is it http?',
    CERT_HAS_EXPIRED: 'the certificate has expired',
  }
  const malformed =
    thrown.code.startsWith('HPE_') ||
    thrown.code.startsWith('Z_') ||
    thrown.code === 'ERR_UNSUPPORTED_PROTOCOL' ||
    thrown.code === 'ERR_INVALID_URL' ||
    /aborted|content-length/i.test(thrown.message)
  const said = thrown.message.split('\n')[0]?.replaceAll(/\/\/[^/\s@]*@/g, '//') ?? ''
  return new Unreadable(malformed ? 'malformed' : 'unreachable', `${shown}: ${text[thrown.code] ?? said}`, { cause: thrown })
}
