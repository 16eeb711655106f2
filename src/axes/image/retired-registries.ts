/** Places that images are no longer published to. Each entry says since when, so that it can be checked. */
import type { ImageReference } from '../../world/workload/image-reference.ts';

export interface Retired {
  readonly weight: number;
  /** Follows the image's name. */
  readonly says: string;
  readonly instead: string;
}

interface Entry extends Retired {
  /** The registry, also for names under it. */
  readonly domain: string;
  /** First parts of the path; absent: the whole registry. */
  readonly path?: string;
}

/** Nothing newer comes: what is there has all the holes found since. */
const FROZEN = 0.35;
/** Gone: only old copies on nodes run, and whoever gets the name serves the image. */
const GONE = 0.4;
/** Still served, and what it serves is kept up to date elsewhere. */
const MOVED = 0.15;

const entries: readonly Entry[] = [
  {
    domain: 'k8s.gcr.io',
    weight: FROZEN,
    says: 'k8s.gcr.io has been frozen since April 2023',
    instead: 'Take it from registry.k8s.io, in a version that is supported',
  },
  ...['google-containers', 'google_containers'].map((path) => ({
    domain: 'gcr.io',
    path,
    weight: FROZEN,
    says: `gcr.io/${path} is the forerunner of k8s.gcr.io, which has been frozen since April 2023`,
    instead: 'Take it from registry.k8s.io, in a version that is supported',
  })),
  {
    domain: 'gcr.io',
    path: 'kubebuilder',
    weight: FROZEN,
    says: 'gcr.io/kubebuilder has not been published to since Container Registry was shut down in March 2025',
    instead: 'Take the image that its project publishes now',
  },
  {
    domain: 'docker.io',
    path: 'bitnamilegacy',
    weight: FROZEN,
    says: 'bitnamilegacy is an archive of August 2025 that gets no updates',
    instead: 'Take an image that is maintained',
  },
  {
    domain: 'bintray.io',
    weight: GONE,
    says: 'Bintray was shut down in May 2021',
    instead: 'Take the image from where its project publishes now',
  },
  {
    domain: 'docker.pkg.github.com',
    weight: MOVED,
    says: 'docker.pkg.github.com has been replaced by ghcr.io',
    instead: 'Take it from ghcr.io',
  },
];

export const retired = ({ domain, path }: ImageReference): Retired | undefined =>
  entries.find(
    (entry) =>
      (domain === entry.domain || domain.endsWith(`.${entry.domain}`)) &&
      (entry.path === undefined || path.startsWith(`${entry.path}/`)),
  );
