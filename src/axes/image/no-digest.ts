import type { Check } from '../check.ts';
import { readableImages } from './images.ts';

export default {
  id: 'image/no-digest',
  family: 'no-digest',
  title: 'Names its image by a tag that the registry can change',
  docs: `A tag is a name that whoever can push to the repository can give to another image; the next pod that starts
    runs it. A digest (name@sha256:...) is the content itself, so a stolen push credential changes nothing. Build
    systems and update bots can write digests; keep the tag beside it for people.`,
  source: 'NSA/CISA Kubernetes Hardening Guide, Kubernetes Pod security: building secure container images',
  controls: ['OWASP K02'],
  find: (variant) =>
    readableImages(variant)
      .filter(({ reference }) => reference.digest === undefined)
      .map(({ shown, evidence }) => ({
        weight: 0.15, // needs someone who can push there
        message: `image ${shown} has no digest: who can push decides what runs`,
        evidence,
        remediation: { text: 'Write the digest behind the tag: web:1.2@sha256:<digest>', patch: [] },
      })),
} satisfies Check;
