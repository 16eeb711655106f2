import type { ImageReference } from '../../world/workload/image-reference.ts';
import type { Check } from '../check.ts';
import { readableImages } from './images.ts';

/** @param entry a registry, `*.` and the end of one, or a registry with the first part of a path */
function covers(entry: string, { domain, path }: ImageReference): boolean {
  const slash = entry.indexOf('/');
  const registry = slash < 0 ? entry : entry.slice(0, slash);
  const prefix = slash < 0 ? '' : entry.slice(slash + 1).replace(/\/$/, '');
  const named = registry.startsWith('*.') ? domain.endsWith(registry.slice(1)) : domain === registry;
  return named && (prefix === '' || path === prefix || path.startsWith(`${prefix}/`));
}

/** Registries that cannot have a certificate which others would trust, so that transport is seldom protected. */
const unnamed: readonly { readonly is: RegExp; readonly what: string }[] = [
  { is: /^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/, what: 'is an address without a name' },
  { is: /^\[/, what: 'is an address without a name' },
  { is: /^localhost(?::\d+)?$/, what: 'is whatever listens on the node itself' },
  { is: /:80$/, what: 'is asked over plain HTTP' },
];

interface Judgement {
  readonly weight: number;
  readonly says: string;
}

function judge(reference: ImageReference, trusted: readonly string[]): Judgement | undefined {
  const { domain } = reference;
  if (trusted.some((entry) => covers(entry, reference))) return undefined;
  const odd = unnamed.find(({ is }) => is.test(domain));
  // the organisation has said where images come from: one from elsewhere was reviewed by nobody
  if (trusted.length > 0)
    return { weight: 0.45, says: `the registry ${domain} is not one of the trusted ones` };
  // low: such a registry is common in test clusters, and may be guarded by other means
  return odd === undefined ? undefined : { weight: 0.2, says: `the registry ${domain} ${odd.what}` };
}

export default {
  id: 'image/untrusted-registry',
  family: 'registry',
  title: 'Takes its image from a registry that nobody vouches for',
  docs: `Who runs the registry decides what runs here. If the policy names trusted registries, every other one is
    reported. Without such a list, only registries that can hardly be trusted are: plain addresses, localhost, and
    plain HTTP, where anyone on the way can exchange the image.`,
  source: 'NIST SP 800-190, 4.2.1: insecure connections to registries; 4.1.5: use of untrusted images',
  controls: ['OWASP K02'],
  find: (variant, _, { policy }) =>
    readableImages(variant).flatMap(({ reference, shown, evidence }) => {
      const judgement = judge(reference, policy.trustedRegistries);
      if (judgement === undefined) return [];
      return {
        weight: judgement.weight,
        message: `image ${shown}: ${judgement.says}`,
        evidence,
        remediation: {
          text: 'Copy the image to a registry that you run or trust, and take it from there over TLS',
          patch: [],
        },
      };
    }),
} satisfies Check;
