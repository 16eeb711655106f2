/** Turns whatever went wrong in talking to the API server, once, into what it means for us. */

/** The API server answered, and not with success. */
export class StatusError extends Error {
  readonly code: number;
  /** From Retry-After, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** The Status object's own reason, e.g. `Expired`. */
  readonly reason: string;

  constructor(code: number, message: string, reason = '', retryAfter?: number) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

export type Fault =
  /** Our resourceVersion is too old: list again. */
  | { readonly kind: 'relist'; readonly why: string }
  /**
   * Evidence that we shall not get: said once, coverage drops, asked for again now and then. `absent`: the server does
   * not have the resource.
   */
  | { readonly kind: 'missing'; readonly why: string; readonly absent?: true }
  /**
   * The server is unwell or out of reach: keep the old data, back off. `busy`: it is there and asks to wait, as it
   * does for a moment after a CRD was installed.
   */
  | { readonly kind: 'retry'; readonly why: string; readonly after?: number; readonly busy?: true };

/** The server has the resource, but in versions that are not known here: it can be seen, and not read. */
export class UnknownVersionError extends Error {
  constructor(resource: string, versions: readonly string[]) {
    super(
      `${resource} is served only as ${versions.join(', ')}, which this version of Hexarisk does not know`,
    );
    this.name = 'UnknownVersionError';
  }
}

/** Total: whatever was thrown gives a Fault, so a watch can neither end the process nor go quiet. */
export function faultOf(error: unknown, resource: string): Fault {
  if (error instanceof StatusError) {
    switch (error.code) {
      case 410:
        return { kind: 'relist', why: `${resource}: the resourceVersion is too old` };
      case 403:
        return { kind: 'missing', why: `not allowed to list ${resource}: see the ClusterRole in manifests/` };
      case 404:
        return { kind: 'missing', why: `${resource} is not installed`, absent: true };
      default: {
        const why = `listing ${resource}: HTTP ${error.code} ${error.message}`;
        const after = error.retryAfter === undefined ? {} : { after: error.retryAfter };
        return { kind: 'retry', why, ...after, ...(error.code === 429 ? { busy: true } : {}) };
      }
    }
  }
  if (error instanceof UnknownVersionError) return { kind: 'missing', why: error.message };
  return { kind: 'retry', why: `listing ${resource}: ${messageOf(error)}` };
}

/**
 * Nothing came for as long as we wait. On a watch that is no fault: a resource in which nothing has happened since the
 * API server started gets no bookmarks either. Whether the connection is half-open, asking again will tell.
 */
export function isSilence(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'UND_ERR_BODY_TIMEOUT' || /stream timeout after/.test(error.message);
}

/** Is it about what was asked for? Else the server was out of reach, or busy, and may well answer the next time. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof StatusError) return error.code !== 429 && error.code !== 503;
  return error instanceof Error && !('code' in error); // ours: about what a watch sent
}

/** The innermost cause says what happened; the outer ones say `fetch failed`. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  if (error instanceof Error) return error.cause instanceof Error ? messageOf(error.cause) : error.message;
  return String(error);
}
