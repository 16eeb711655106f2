/** References to images, read as the container runtimes read them. */

export interface ImageReference {
  /** The registry, with its port: `docker.io` where none is written. */
  readonly domain: string;
  /** The repository within the registry: `library/nginx`. */
  readonly path: string;
  /** As written; without tag and digest the runtime takes `latest`. */
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits (or sha384, sha512). */
  readonly digest?: string;
}

/** What the runtimes put where nothing is written. */
const HUB = 'docker.io';
const HUB_ALIAS = 'index.docker.io';
const OFFICIAL = 'library';
const DEFAULT_TAG = 'latest';

const LONGEST_PATH = 255;
/** No host has such a name, whatever its labels. */
const LONGEST_DOMAIN = 300;
/** A path, a tag of 128 and the longest digest: what is longer need not be looked at. */
const LONGEST_REST = LONGEST_PATH + ':'.length + 128 + '@sha512:'.length + 128;

const word = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const address = '\\[[a-fA-F0-9:]+\\]';
const digests = 'sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}';

const domainForm = new RegExp(`^(?:${label}(?:\\.${label})*|${address})(?::[0-9]+)?$`);
const restForm = new RegExp(
  `^(?<path>${word}(?:/${word})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>${digests}))?$`,
);
/** A bare id of 64 hexadecimal digits could be an image id as well as a name, so runtimes refuse it. */
const bareId = /^[0-9a-f]{64}$/;

/**
 * Reads a reference by the rules of distribution/reference, with the names that Docker and containerd complete.
 * @returns undefined if no runtime would accept it
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (bareId.test(text)) return undefined;
  const { domain, rest } = split(text);
  if (domain.length > LONGEST_DOMAIN || rest.length > LONGEST_REST) return undefined;
  if (!domainForm.test(domain)) return undefined;
  const { path: written = '', tag, digest } = restForm.exec(rest)?.groups ?? {};
  if (written === '') return undefined;
  const path = domain === HUB && !written.includes('/') ? `${OFFICIAL}/${written}` : written;
  if (path.length > LONGEST_PATH) return undefined;
  return {
    domain,
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** What is before the first slash is a registry only if it cannot be the first part of a name on Docker Hub. */
function split(text: string): { readonly domain: string; readonly rest: string } {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isDomain) return { domain: HUB, rest: text };
  return { domain: first === HUB_ALIAS ? HUB : first, rest: text.slice(slash + 1) };
}

/** In full: `docker.io/library/nginx:latest` for `nginx`. */
export function normalized({ domain, path, tag, digest }: ImageReference): string {
  const shownTag = tag ?? (digest === undefined ? DEFAULT_TAG : undefined);
  return `${domain}/${path}${shownTag === undefined ? '' : `:${shownTag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/**
 * Whether two references name the same image. A digest decides alone, since the runtimes then ignore the tag;
 * otherwise the tags must be equal.
 */
export function sameImage(a: ImageReference, b: ImageReference): boolean {
  if (a.domain !== b.domain || a.path !== b.path) return false;
  if (a.digest !== undefined || b.digest !== undefined) return a.digest === b.digest;
  return (a.tag ?? DEFAULT_TAG) === (b.tag ?? DEFAULT_TAG);
}
