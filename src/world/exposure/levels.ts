/** How far away those may be who open a connection. */
import { type Addresses, breadthOf } from './addresses.ts';

/** From the narrowest to the widest. */
export const levels = ['none', 'listed peers', 'namespace', 'cluster', 'node network', 'internet'] as const;
export type ExposureLevel = (typeof levels)[number];

const rank = (level: ExposureLevel): number => levels.indexOf(level);

export const isWider = (a: ExposureLevel, b: ExposureLevel): boolean => rank(a) > rank(b);

export const narrower = (a: ExposureLevel, b: ExposureLevel): ExposureLevel => (isWider(a, b) ? b : a);

export const widest = (all: readonly ExposureLevel[]): ExposureLevel =>
  all.reduce((most, level) => (isWider(level, most) ? level : most), 'none');

const ofBreadth: Readonly<Record<ReturnType<typeof breadthOf>, ExposureLevel>> = {
  public: 'internet',
  private: 'node network', // an organisation's own network: whoever is beside the nodes
  few: 'listed peers',
  none: 'none',
};

/** The level of connections from addresses outside the cluster. */
export const levelOfSources = (addresses: Addresses): ExposureLevel => ofBreadth[breadthOf(addresses)];
